"""The operator's pages, asked through ASGI."""

import asyncio
import threading
import time
from collections.abc import Callable, Mapping

import httpx
import pytest
from prometheus_client import CollectorRegistry, Counter
from starlette.applications import Starlette

from bot import metrics
from bot.health import health_app


def get(app: Starlette, *paths: str, method: str = "GET") -> list[httpx.Response]:
    async def run() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
            return [await client.request(method, path) for path in paths]

    return asyncio.run(run())


def app(checks: Mapping[str, Callable[[], bool]], seconds: float = 5.0) -> Starlette:
    return health_app(checks, CollectorRegistry(), check_seconds=seconds)


def test_alive_while_a_check_fails() -> None:
    [response] = get(app({"database": lambda: False}), "/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "alive"})


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_ready_when_every_check_passes(method: str) -> None:
    ready, without_checks = (
        get(app(checks), "/readyz", method=method)[0]
        for checks in ({"database": lambda: True, "api": lambda: True}, {})
    )
    assert ready.status_code == without_checks.status_code == 200


def test_failed_checks_are_named() -> None:
    def broken() -> bool:
        raise ConnectionError("password=hunter2")

    checks = {"database": broken, "good": lambda: True, "api": lambda: False}
    [response] = get(app(checks), "/readyz")
    assert response.status_code == 503
    assert response.json() == {"status": "not ready", "failed": ["database", "api"]}
    assert "hunter2" not in response.text


def test_a_hanging_check_fails_and_is_not_started_twice() -> None:
    starts: list[int] = []
    release = threading.Event()

    def hanging() -> bool:
        starts.append(1)
        return release.wait(10)

    async def run() -> list[int]:
        transport = httpx.ASGITransport(app({"database": hanging}, 0.05))
        async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
            codes = [(await client.get("/readyz")).status_code for _ in range(3)]
            release.set()
            deadline = time.monotonic() + 5
            while (code := (await client.get("/readyz")).status_code) != 200:
                assert time.monotonic() < deadline
            return [*codes, code]

    assert asyncio.run(run()) == [503, 503, 503, 200]
    assert len(starts) <= 2


def test_checks_run_beside_each_other_and_off_the_loop() -> None:
    barrier = threading.Barrier(2, timeout=5)

    def together() -> bool:
        barrier.wait()
        return threading.current_thread() is not threading.main_thread()

    [response] = get(app({"a": together, "b": together}), "/readyz")
    assert response.status_code == 200


def test_metrics_are_the_registrys() -> None:
    registry = CollectorRegistry()
    Counter("blocs_total", "Blocs", ["kind"], registry=registry).labels("cluster").inc(3)
    [response] = get(health_app({}, registry), "/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=")
    assert 'blocs_total{kind="cluster"} 3.0' in response.text.splitlines()


def test_the_bots_own_metrics_show_with_their_labels() -> None:
    metrics.updates_total.labels(kind="message", outcome="done").inc()
    metrics.update_seconds.observe(0.02)
    metrics.outbox_pending.set(4)
    metrics.outbox_lag_seconds.set(1.5)
    metrics.outbox_sent_total.labels(kind="reminder", outcome="sent").inc()
    metrics.tick_lag_seconds.labels(tick="reminders").observe(3)
    metrics.api_requests_total.labels(method="sendMessage", outcome="ok").inc()
    metrics.dead_letters_total.inc()
    [response] = get(health_app({}, metrics.REGISTRY), "/metrics")
    values = dict(
        line.rsplit(" ", 1) for line in response.text.splitlines() if not line.startswith("#")
    )
    assert float(values['blocbot_updates_total{kind="message",outcome="done"}']) >= 1
    assert float(values["blocbot_update_seconds_count"]) >= 1
    assert values["blocbot_outbox_pending"] == "4.0"
    assert values["blocbot_outbox_lag_seconds"] == "1.5"
    assert float(values['blocbot_outbox_sent_total{kind="reminder",outcome="sent"}']) >= 1
    assert float(values['blocbot_tick_lag_seconds_bucket{le="5.0",tick="reminders"}']) >= 1
    sent = 'blocbot_api_requests_total{method="sendMessage",outcome="ok"}'
    assert float(values[sent]) >= 1
    assert float(values["blocbot_dead_letters_total"]) >= 1
    assert float(values["blocbot_process_resident_memory_bytes"]) > 0

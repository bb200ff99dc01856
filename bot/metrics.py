"""What is counted and measured, for ``/metrics`` in Prometheus's form.

Labels have few values, all ours: kinds and outcomes, never ids or texts of persons.
"""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

REGISTRY: Final = CollectorRegistry()
"""The bot's own registry; the library's default one is left alone."""

ProcessCollector(namespace="blocbot", registry=REGISTRY)

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_LAG: Final = (0.1, 0.5, 1, 5, 10, 30, 60, 300, 1800, 3600, 21600)

updates_total = Counter(
    "blocbot_updates_total",
    "Updates from Telegram by kind (message, callback_query, …) and outcome",
    ["kind", "outcome"],
    registry=REGISTRY,
)
update_seconds = Histogram(
    "blocbot_update_seconds",
    "Time from taking an update up to its commit and answer, in seconds",
    buckets=_SECONDS,
    registry=REGISTRY,
)
outbox_pending = Gauge(
    "blocbot_outbox_pending", "Messages in the outbox that are still to be sent", registry=REGISTRY
)
outbox_lag_seconds = Gauge(
    "blocbot_outbox_lag_seconds",
    "Age of the oldest message that is due and not sent, in seconds",
    registry=REGISTRY,
)
outbox_sent_total = Counter(
    "blocbot_outbox_sent_total",
    "Messages of the outbox by kind and outcome (sent, dropped, blocked, failed, …)",
    ["kind", "outcome"],
    registry=REGISTRY,
)
tick_lag_seconds = Histogram(
    "blocbot_tick_lag_seconds",
    "How late a tick of the scheduler began, in seconds",
    ["tick"],
    buckets=_LAG,
    registry=REGISTRY,
)
api_requests_total = Counter(
    "blocbot_api_requests_total",
    "Requests to the Bot API by method and outcome",
    ["method", "outcome"],
    registry=REGISTRY,
)
dead_letters_total = Counter(
    "blocbot_dead_letters_total",
    "Updates given up after failing again and again",
    registry=REGISTRY,
)

"""`python -m bot.demo.telegram`: the stand-in alone, controlled over HTTP (`control`)."""

from __future__ import annotations

import argparse
import asyncio
import contextlib

from bot.demo.telegram.limits import Rates
from bot.demo.telegram.server import serve
from bot.demo.telegram.state import Telegram


def main() -> None:
    """Serve until interrupted; the address is printed once requests are taken."""
    parser = argparse.ArgumentParser(prog="python -m bot.demo.telegram", description=__doc__)
    parser.add_argument("--token", default="1:abc")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--no-rates", action="store_true", help="no limit of messages a second")
    given = parser.parse_args()
    state = Telegram(given.token, rates=Rates.off() if given.no_rates else None)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(state, port=given.port, started=_say))


def _say(url: str) -> None:
    print(url, flush=True)  # noqa: T201 - the address is this command's output


if __name__ == "__main__":
    main()

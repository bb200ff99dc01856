"""Makes files in a process of their own: with a limit of time, and none of the bot's secrets."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from bot.domain.document import Order, TextPaper

log = structlog.get_logger(__name__)

#: Seconds that a file may take.
LIMIT: Final = 90.0
#: Telegram takes no larger ones from bots.
LARGEST: Final = 50 << 20
#: What of the environment the process gets: no token, no address of a database.
_KEPT: Final = ("PATH", "LANG", "LC_ALL", "PYTHONPATH", "SYSTEMROOT", "TMPDIR", "TEMP")


class MakingFailed(OSError):
    """A file couldn't be made; it is tried again."""


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes files, each in a new process. ``cache`` is a folder that charts keep font lists in."""

    cache: Path
    command: tuple[str, ...] = (sys.executable, "-m", "bot.documents.make")
    limit: float = LIMIT

    async def make(self, order: Order) -> bytes:
        """The file of an order. Raises MakingFailed."""
        if isinstance(order.paper, TextPaper) and order.form == "txt":
            # Nothing to draw: exactly what its hash is of.
            return unicodedata.normalize("NFC", order.paper.body).encode()
        try:
            process = await asyncio.create_subprocess_exec(
                *self.command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=self._environment(),
            )
        except OSError as error:
            raise MakingFailed(type(error).__name__) from error
        try:
            async with asyncio.timeout(self.limit):
                content, said = await process.communicate(order.to_json())
        except TimeoutError:
            raise MakingFailed("timeout") from None
        finally:
            # Also when the bot stops meanwhile: nothing is left running.
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if process.returncode or not content or len(content) > LARGEST:
            last = said.decode(errors="replace").strip().splitlines()[-1:]
            # The kind of error only: its words may quote a text.
            kind = last[0].partition(":")[0][:60] if last else ""
            log.warning("making_failed", status=process.returncode, error=kind, form=order.form)
            raise MakingFailed(kind or f"status {process.returncode}")
        return content

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        return {
            **kept,
            "MPLCONFIGDIR": str(self.cache),
            "OPENBLAS_NUM_THREADS": "1",
            "PYTHONUTF8": "1",
        }

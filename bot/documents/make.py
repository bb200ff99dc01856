"""The process that makes one file: an order as JSON comes in, the file goes out.

Started by :mod:`bot.making` as ``python -m bot.documents.make``, so that the bot itself never
loads what draws documents and charts, and a file that goes wrong takes nothing down with it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys

from bot.domain.document import ChartPaper, Order, TextPaper
from bot.i18n import texts

#: Bytes of address space; libraries map much more than they use.
_MEMORY = 2 << 30
#: Seconds after which it ends itself, should nobody be left to end it.
_SECONDS = 120


def make(order: Order) -> bytes:
    """The file. Raises ValueError for a form in which a paper doesn't exist."""
    t = texts(order.language)
    match order.paper, order.form:
        case TextPaper() as paper, "pdf":
            from bot.documents import pact, paper_pdf

            return paper_pdf.make(pact.document(t, paper))
        case TextPaper() as paper, "docx":
            from bot.documents import pact, paper_docx

            return paper_docx.make(pact.document(t, paper))
        case ChartPaper() as chart, "png":
            from bot.documents import charts

            return charts.make(t, chart)
    raise ValueError(f"no {order.form} of {type(order.paper).__name__}")


def _bound() -> None:
    """Bounds on time and memory, where the system has them."""
    if hasattr(signal, "alarm"):
        signal.alarm(_SECONDS)
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    with contextlib.suppress(OSError, AttributeError):
        os.nice(5)


def main() -> None:
    """Read an order from standard input, write the file to standard output."""
    _bound()
    # Whatever a library prints must not get into the file.
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    content = make(Order.from_json(sys.stdin.buffer.read()))
    out.write(content)
    out.close()


if __name__ == "__main__":
    main()

"""Plan against done as a picture for a phone: a bar a target, drawn by matplotlib.

Every bar is a part of its own plan, so that people, sessions and money can stand side by side.
What is told by colour is told by a pattern and a word too; the colours are of Okabe and Ito's
palette, which colour-blind eyes tell apart.
"""

from __future__ import annotations

import io
import unicodedata
from typing import Any, Final

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from bot.documents.layout import FONTS, words
from bot.domain.document import Bar, ChartPaper
from bot.i18n import Texts

#: Pixels. Telegram shows pictures of up to 1280 at their full size.
WIDTH: Final = 1080
HIGHEST: Final = 1280
#: Pixels of letters: the picture is looked at about 380 points wide.
TITLE, LABEL, SMALL = 40, 32, 28
_MARGIN: Final = 44
_BAR: Final = 36
_GAP: Final = 26
_LINE: Final = 1.22
_NUMBERS: Final = 330
#: What reaches further is cut off, and marked so.
_MOST: Final = 1.25
BLUE, ORANGE, INK, GREY = "#0072B2", "#E69F00", "#1A1A1A", "#767676"
_DPI: Final = 100
_FAMILY: Final = ("Noto Sans", "Noto Sans Devanagari")


def make(t: Texts, chart: ChartPaper) -> bytes:
    """The picture as PNG, 1080 pixels wide."""
    for path in sorted(FONTS.glob("NotoSans*.ttf")):
        font_manager.fontManager.addfont(path)
    settings: Any = {
        "font.family": list(_FAMILY),
        "hatch.linewidth": 3.0,
        "axes.unicode_minus": False,
    }
    with mpl.rc_context(settings):
        return _Picture(t, chart).content()


class _Picture:
    """Lays out from top to bottom, in pixels, then draws."""

    def __init__(self, t: Texts, chart: ChartPaper) -> None:
        self._t = t
        self._chart = chart
        self._figure = Figure(figsize=(WIDTH / _DPI, HIGHEST / _DPI), dpi=_DPI)
        self._renderer: Any = FigureCanvasAgg(self._figure).get_renderer()  # type: ignore[no-untyped-call]
        self._axes: Any = self._figure.add_axes((0, 0, 1, 1))
        self._axes.axis("off")

    def content(self) -> bytes:
        """The PNG."""
        y: float = _MARGIN
        y = self._heading(y)
        y = self._legend(y + 14) + 22
        for bar in self._chart.bars:
            y = self._row(bar, y) + _GAP
        height = int(y - _GAP + _MARGIN)
        self._figure.set_size_inches(WIDTH / _DPI, height / _DPI)
        self._axes.set_xlim(0, WIDTH)
        self._axes.set_ylim(height, 0)
        buffer = io.BytesIO()
        self._figure.savefig(buffer, format="png", dpi=_DPI, facecolor="white", metadata={})
        return buffer.getvalue()

    # --- Pieces

    def _width(self, text: str, size: float, weight: str = "normal") -> float:
        drawn = self._figure.text(0, 0, text, fontsize=_points(size), fontweight=weight)
        width = float(drawn.get_window_extent(self._renderer).width)
        drawn.remove()
        return width

    def _wrap(self, text: str, size: float, width: float, weight: str = "normal") -> list[str]:
        """Lines no wider than ``width``, broken between words; at most three."""
        lines = [""]
        for word in unicodedata.normalize("NFC", text).split():
            longer = f"{lines[-1]} {word}".strip()
            if lines[-1] and self._width(longer, size, weight) > width:
                lines.append(word)
            else:
                lines[-1] = longer
        if len(lines) > 3:
            lines = [*lines[:2], lines[2] + " …"]
        return [self._fitting(line, size, width, weight) for line in lines]

    def _fitting(self, line: str, size: float, width: float, weight: str) -> str:
        """A line of one very long word is cut off."""
        while len(line) > 1 and self._width(line, size, weight) > width:
            line = line.rstrip("…")[:-1].rstrip() + "…"
        return line

    def _text(
        self,
        x: float,
        y: float,
        lines: list[str],
        size: float,
        *,
        weight: str = "normal",
        color: str = INK,
        align: str = "left",
    ) -> float:
        """Lines from ``y`` downwards; gives where they end."""
        for line in lines:
            self._axes.text(
                x, y + size * 0.95, line, fontsize=_points(size), fontweight=weight,
                color=color, ha=align, va="baseline",
            )  # fmt: skip
            y += size * _LINE
        return y

    def _box(self, x: float, y: float, width: float, height: float, **how: Any) -> None:
        self._axes.add_patch(Rectangle((x, y), width, height, **how))

    def _heading(self, y: float) -> float:
        chart, t = self._chart, self._t
        room = WIDTH - 2 * _MARGIN
        title = words(t._("Plan and done in {year}", year=str(chart.year)))
        if chart.pages > 1:
            title += f" ({t.number(chart.page + 1)}/{t.number(chart.pages)})"
        y = self._text(_MARGIN, y, self._wrap(title, TITLE, room, "bold"), TITLE, weight="bold")
        below = [chart.title, chart.subject] if chart.subject else [chart.title]
        for line in below:
            y = self._text(_MARGIN, y, self._wrap(line, LABEL, room), LABEL)
        as_of = words(t._("As of {date}", date=t.date(chart.on)))
        return self._text(_MARGIN, y, [as_of], SMALL, color=GREY)

    def _legend(self, y: float) -> float:
        """What the bars mean; a new line where one is full."""
        t = self._t
        entries = [
            (_done(True), words(t._("done, on course"))),
            (_done(False), words(t._("done, behind"))),
            (_PLAN, words(t._("the year's plan"))),
        ]
        if any(bar.expected for bar in self._chart.bars):
            entries.append(({}, words(t._("due by now"))))
        x: float = _MARGIN
        for look, text in entries:
            needed = 56 + self._width(text, SMALL) + 30
            if x > _MARGIN and x + needed > WIDTH - _MARGIN + 30:
                x, y = _MARGIN, y + SMALL * 1.6
            if look:
                self._box(x, y + 4, 44, 26, **look)
            else:
                self._tick(x + 22, y + 2, 32)
            self._text(x + 56, y, [text], SMALL)
            x += needed
        return y + SMALL * 1.6

    def _tick(self, x: float, y: float, height: float) -> None:
        self._axes.plot([x, x], [y, y + height], color="white", linewidth=5, zorder=4)
        self._axes.plot([x, x], [y, y + height], color=INK, linewidth=2.6, zorder=5)

    def _row(self, bar: Bar, y: float) -> float:
        """The label with the figures at its right, the bar below."""
        t = self._t
        share = t.percent(int(bar.share * 100) / 100)
        numbers = f"{t.number(bar.done)} / {t.number(bar.planned)}"
        text = f"{numbers} · {share}"
        room = WIDTH - 2 * _MARGIN
        beside = self._width(text, SMALL, "bold")
        label = self._wrap(bar.label, LABEL, room - beside - 30)
        if len(label) > 1 and beside > _NUMBERS:
            # Long figures get a line of their own.
            y = self._text(_MARGIN, y, self._wrap(bar.label, LABEL, room), LABEL)
            y = self._text(WIDTH - _MARGIN, y, [text], SMALL, weight="bold", align="right")
        else:
            end = self._text(_MARGIN, y, label, LABEL)
            last = end - LABEL * _LINE + (LABEL - SMALL)
            self._text(WIDTH - _MARGIN, last, [text], SMALL, weight="bold", align="right")
            y = end
        self._bar(bar, y + 6)
        return y + 6 + _BAR

    def _bar(self, bar: Bar, y: float) -> None:
        whole = (WIDTH - 2 * _MARGIN) / _MOST
        share = min(float(bar.share), _MOST)
        if share > 0:
            self._box(_MARGIN, y, max(4.0, share * whole), _BAR, **_done(bar.on_course))
        self._box(_MARGIN, y, whole, _BAR, **_PLAN)
        if bar.planned and bar.expected:
            self._tick(
                _MARGIN + min(float(bar.expected / bar.planned), 1) * whole, y - 5, _BAR + 10
            )
        if float(bar.share) > _MOST:
            # It goes on beyond the picture.
            x = _MARGIN + _MOST * whole
            self._axes.fill([x - 22, x, x - 22], [y, y + _BAR / 2, y + _BAR], color=INK, zorder=6)


_PLAN: Final[dict[str, Any]] = {"fill": False, "edgecolor": INK, "linewidth": 2.2, "zorder": 3}


def _done(on_course: bool) -> dict[str, Any]:
    """A filled bar: plain blue, or orange with stripes."""
    if on_course:
        return {"facecolor": BLUE, "edgecolor": BLUE, "linewidth": 0, "zorder": 2}
    return {
        "facecolor": ORANGE, "edgecolor": "#7A4B00", "linewidth": 0, "hatch": "//", "zorder": 2,
    }  # fmt: skip


def _points(pixels: float) -> float:
    """The size of letters in points at the picture's resolution."""
    return pixels * 72 / _DPI

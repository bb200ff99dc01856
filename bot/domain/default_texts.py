"""The texts and papers that a bloc-year starts from, in Vietnamese, filled with its own facts.

Proposals only: the leader's people change every word of them. What differs from bloc to bloc
(legal basis, themes, the bodies in a document's head) is data that is edited in the chat.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.domain.default_clauses import PACT, PLAN, REGULATION

#: On what the year's texts are based, as data.
LEGAL_BASIS: Final = (
    "Luật Thi đua, khen thưởng ngày 15 tháng 6 năm 2022",
    "Nghị định số 98/2023/NĐ-CP ngày 31 tháng 12 năm 2023 của Chính phủ quy định chi tiết thi hành "
    "một số điều của Luật Thi đua, khen thưởng",
    "Luật Mặt trận Tổ quốc Việt Nam ngày 09 tháng 6 năm 2015",
)

#: The themes of a year's emulation, as data.
THEMES: Final = (
    "Đẩy mạnh phong trào thi đua yêu nước, lao động sáng tạo; học tập và làm theo tư tưởng, "
    "đạo đức, phong cách Hồ Chí Minh",
    "Tuyên truyền, tổ chức và thực hiện Nghị quyết đại hội Mặt trận Tổ quốc Việt Nam các cấp",
    "Tham gia thực hiện thắng lợi các nhiệm vụ chính trị, phát triển kinh tế - xã hội của địa "
    "phương",
    "Xây dựng và nhân rộng mô hình, điển hình tiên tiến",
    "Xây dựng chi bộ, tổ chức đoàn thể trong sạch, vững mạnh",
    "Nắm bắt tâm tư, nguyện vọng, ý kiến của đoàn viên, hội viên và Nhân dân",
    "Củng cố, phát huy sức mạnh khối đại đoàn kết toàn dân tộc",
    "Tổ chức các hoạt động chào mừng những ngày lễ lớn của đất nước",
)
#: Instead of the second one in the year of the Front's congresses up to the tenth national one.
_CONGRESSES: Final = {
    2024: "Chào mừng đại hội Mặt trận Tổ quốc Việt Nam các cấp, tiến tới Đại hội đại biểu toàn "
    "quốc Mặt trận Tổ quốc Việt Nam lần thứ X, nhiệm kỳ 2024 - 2029",
}

_CITIES: Final = ("Hà Nội", "Hồ Chí Minh", "Hải Phòng", "Đà Nẵng", "Cần Thơ", "Huế")
_KINDS: Final = ("tỉnh ", "thành phố ", "tp. ", "tp ")


def themes(year: int) -> tuple[str, ...]:
    """The themes proposed for a year."""
    return tuple(_CONGRESSES.get(year, one) if at == 1 else one for at, one in enumerate(THEMES))


def place(province: str | None) -> str:
    """The place where papers are dated: a province's bare name, or nothing."""
    name = " ".join((province or "").split())
    for kind in _KINDS:
        if name.lower().startswith(kind):
            name = name[len(kind) :]
    return name


def parent(province: str | None) -> str:
    """The body above the bloc in a document's head, or nothing where no province is known."""
    name = place(province)
    if not name:
        return ""
    kind = "thành phố" if name in _CITIES else "tỉnh"
    return f"Hội đồng Thi đua - Khen thưởng {kind} {name}"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the proposed texts are filled with; names as they stand in the bloc."""

    bloc: str
    year: int
    cluster: bool
    units: Sequence[str]
    leader: str
    deputy: str
    themes: Sequence[str]
    legal_basis: Sequence[str]
    due_day: int
    review_days: int


def _values(facts: Facts) -> dict[str, str]:
    kind = "Cụm" if facts.cluster else "Khối"
    return {
        "bloc": facts.bloc,
        "title": facts.bloc.upper(),
        "year": str(facts.year),
        "next": str(facts.year + 1),
        "kind": kind,
        "head": f"Trưởng {kind.lower()}",
        "second": f"Phó {kind.lower()}",
        "leader": facts.leader or "…",
        "deputy": facts.deputy or "…",
        "count": str(len(facts.units)),
        "due": str(facts.due_day),
        "review": str(facts.review_days),
    }


def _fill(clauses: str, facts: Facts) -> str:
    """A proposal a paragraph a line; ``<basis>``, ``<themes>``, ``<units>`` are lists."""
    values = _values(facts)
    lists = {
        "<basis>": [f"Căn cứ {one};" for one in facts.legal_basis],
        "<themes>": [f"{at}. {one}." for at, one in enumerate(facts.themes, start=1)],
        "<units>": [
            f"- {one}{';' if at < len(facts.units) else '.'}"
            for at, one in enumerate(facts.units, start=1)
        ],
    }
    found: list[str] = []
    for line in clauses.strip().splitlines():
        found += lists[line] if line in lists else [line.format(**values)]
    return "\n".join(line for line in found if line)


def regulation(facts: Facts) -> str:
    """The regulation (quy chế) that is proposed."""
    return _fill(REGULATION, facts)


def plan(facts: Facts) -> str:
    """The action plan (kế hoạch) that is proposed."""
    return _fill(PLAN, facts)


def pact(facts: Facts) -> str:
    """The pact (giao ước) that is proposed; every unit's targets are its own and stand apart."""
    return _fill(PACT, facts)


def for_year(body: str, old: int, new: int) -> str:
    """A text of an earlier year with its year put forward; dates of laws stay as they are."""
    return re.sub(
        rf"(?<!tháng \d )(?<!tháng \d\d )\b(năm) {old}\b",
        lambda found: f"{found[1]} {new}",
        body,
        flags=re.IGNORECASE,
    )

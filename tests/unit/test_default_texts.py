"""The proposed texts hold the bloc's own facts and what every unit must commit to."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.domain import default_texts
from bot.domain.default_texts import Facts


def facts(**other: object) -> Facts:
    values: dict[str, object] = {
        "bloc": "Khối thi đua {lạ}",
        "year": 2024,
        "cluster": False,
        "units": ["Liên đoàn Lao động", "Hội Nông dân"],
        "leader": "Liên đoàn Lao động",
        "deputy": "Hội Nông dân",
        "themes": default_texts.themes(2024),
        "legal_basis": default_texts.LEGAL_BASIS,
        "due_day": 25,
        "review_days": 5,
    }
    return Facts(**{**values, **other})  # type: ignore[arg-type]


ALL = (default_texts.regulation, default_texts.plan, default_texts.pact)


@pytest.mark.parametrize("make", ALL)
def test_filled_with_the_blocs_facts(make: Callable[[Facts], str]) -> None:
    text = make(facts())
    lines = text.splitlines()
    assert "KHỐI THI ĐUA {LẠ} NĂM 2024" in text
    assert lines[2] == "Căn cứ Luật Thi đua, khen thưởng ngày 15 tháng 6 năm 2022;"
    assert "Nghị định số 98/2023/NĐ-CP" in text
    assert "Trưởng khối (Liên đoàn Lao động)" in text or "Trưởng khối năm 2024" in text
    assert "ít nhất một mô hình và một sản phẩm cụ thể" in text
    assert "chậm nhất ngày 25" in text
    assert all(lines)
    assert "<" not in text
    assert "{kind}" not in text


def test_themes_units_and_kind() -> None:
    pact = default_texts.pact(facts(cluster=True, themes=["Đoàn kết", "Sáng tạo"]))
    assert "1. Đoàn kết.\n2. Sáng tạo.\n" in pact
    assert "Trưởng cụm (Liên đoàn Lao động)" in pact
    assert "- Liên đoàn Lao động;\n- Hội Nông dân.\n" in default_texts.regulation(facts())
    assert "lần thứ X, nhiệm kỳ 2024 - 2029" in default_texts.pact(facts())
    assert "lần thứ X" not in "".join(default_texts.themes(2025))


@pytest.mark.parametrize(
    ("province", "place", "parent"),
    [
        ("Ninh Thuận", "Ninh Thuận", "Hội đồng Thi đua - Khen thưởng tỉnh Ninh Thuận"),
        ("Tỉnh Lào Cai", "Lào Cai", "Hội đồng Thi đua - Khen thưởng tỉnh Lào Cai"),
        ("TP. Hải Phòng", "Hải Phòng", "Hội đồng Thi đua - Khen thưởng thành phố Hải Phòng"),
        (None, "", ""),
    ],
)
def test_heads(province: str | None, place: str, parent: str) -> None:
    assert default_texts.place(province) == place
    assert default_texts.parent(province) == parent


def test_last_years_text_is_put_forward() -> None:
    old = "NĂM 2024\nCăn cứ Luật ngày 5 tháng 12 năm 2024; trong năm 2024, năm 20245"
    assert default_texts.for_year(old, 2024, 2025) == (
        "NĂM 2025\nCăn cứ Luật ngày 5 tháng 12 năm 2024; trong năm 2025, năm 20245"
    )

"""S1a: the Front and the mass organisations of Ninh Thuận, 2023."""

from __future__ import annotations

from bot.demo.scenarios.model import DEPUTY, LEADER, Scenario, Somebody, Unit

S1A = Scenario(
    key="S1a",
    name="Khối thi đua Mặt trận và các tổ chức chính trị – xã hội",
    province="Ninh Thuận",
    year=2023,
    months=12,
    observer=Somebody("Nguyễn Thanh Bình"),
    facts=(
        "Front and mass organisations of Ninh Thuận, 2023: 6 units.",
        "Flag proposed: the Front committee, also elected leader for 2024.",
    ),
    units=(
        Unit(
            "Ủy ban Mặt trận Tổ quốc Việt Nam tỉnh",
            "Mặt trận tỉnh",
            22,
            Somebody("Lê Hoàng Phúc"),
            Somebody("Trần Thị Thu Hà"),
            LEADER,
            models=9,
            members=214,
        ),
        Unit(
            "Liên đoàn Lao động tỉnh",
            "Liên đoàn Lao động",
            26,
            Somebody("Nguyễn Thị Kim Loan"),
            Somebody("Phạm Quốc Khánh", "en"),
            DEPUTY,
            models=7,
            members=31250,
        ),
        Unit(
            "Hội Nông dân tỉnh",
            "Hội Nông dân",
            24,
            Somebody("Kiều Gia Hòa"),
            Somebody("Oksana Kovalenko", "uk"),
            models=11,
            members=62480,
        ),
        Unit(
            "Hội Liên hiệp Phụ nữ tỉnh",
            "Hội Phụ nữ",
            21,
            Somebody("Chamaléa Thị Hương"),
            Somebody("Jana Nováková", "cs"),
            models=12,
            members=74310,
        ),
        Unit(
            "Hội Cựu chiến binh tỉnh",
            "Hội Cựu chiến binh",
            14,
            Somebody("Đặng Hữu Phước"),
            Somebody("Anita Sharma", "hi"),
            models=6,
            members=18920,
        ),
        Unit(
            "Tỉnh Đoàn Thanh niên Cộng sản Hồ Chí Minh",
            "Tỉnh Đoàn",
            19,
            Somebody("Thị Hồng Nhung"),
            Somebody("Lukas Schneider", "de"),
            models=8,
            members=40175,
        ),
    ),
)

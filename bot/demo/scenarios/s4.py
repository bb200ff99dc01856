"""S4: the Front, the mass organisations and the Red Cross of Lào Cai, 2024: 141 staff."""

from __future__ import annotations

from bot.demo.scenarios.model import DEPUTY, LEADER, Scenario, Somebody, Unit

S4 = Scenario(
    key="S4",
    name="Khối thi đua Mặt trận, các tổ chức chính trị – xã hội và Hội Chữ thập đỏ",
    province="Lào Cai",
    year=2024,
    months=6,
    observer=Somebody("Giàng A Chứ"),
    facts=(
        "Front, mass organisations and Red Cross of Lào Cai, 2024: 7 units, 141 staff.",
        "Direct workers without management posts are favoured for awards.",
    ),
    successor=Somebody("Lù Thị Vân"),
    units=(
        Unit(
            "Ủy ban Mặt trận Tổ quốc Việt Nam tỉnh",
            "Mặt trận tỉnh",
            25,
            Somebody("Vàng Thị Dung"),
            Somebody("Hoàng Thị Thúy"),
            LEADER,
            models=10,
            members=236,
        ),
        Unit(
            "Liên đoàn Lao động tỉnh",
            "Liên đoàn Lao động",
            27,
            Somebody("Đặng Ngọc Sơn"),
            Somebody("Emily Clarke", "en"),
            DEPUTY,
            models=8,
            members=44600,
        ),
        Unit(
            "Hội Nông dân tỉnh",
            "Hội Nông dân",
            22,
            Somebody("Lý Tả Mẩy"),
            Somebody("Oksana Kovalenko", "uk"),
            models=13,
            members=83200,
        ),
        Unit(
            "Hội Liên hiệp Phụ nữ tỉnh",
            "Hội Phụ nữ",
            21,
            Somebody("Sùng Thị Mỷ"),
            Somebody("Jana Nováková", "cs"),
            models=14,
            members=96750,
        ),
        Unit(
            "Hội Cựu chiến binh tỉnh",
            "Hội Cựu chiến binh",
            13,
            Somebody("Nguyễn Tiến Dũng"),
            Somebody("Anita Sharma", "hi"),
            models=5,
            members=24810,
        ),
        Unit(
            "Tỉnh Đoàn Thanh niên Cộng sản Hồ Chí Minh",
            "Tỉnh Đoàn",
            20,
            Somebody("Hà Trung Kiên"),
            Somebody("Kovács Eszter", "hu"),
            models=9,
            members=57300,
        ),
        Unit(
            "Hội Chữ thập đỏ tỉnh",
            "Hội Chữ thập đỏ",
            13,
            Somebody("Tẩn Thị Quế"),
            Somebody("Lukas Schneider", "de"),
            models=7,
            members=31900,
        ),
    ),
)

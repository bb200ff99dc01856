"""What units commit to: a model with its product, the post of who signs. All of it is invented."""

from __future__ import annotations

from dataclasses import dataclass

CHAIR, DIRECTOR, SECRETARY = "Chủ tịch", "Giám đốc", "Bí thư"


@dataclass(frozen=True, slots=True)
class Pledge:
    """A unit's model. ``field`` is one of the default template's; ``post`` that of who signs."""

    model: str
    product: str
    field: str
    post: str = CHAIR


#: By the units' short names, in all scenarios.
PLEDGES: dict[str, Pledge] = {
    "Mặt trận tỉnh": Pledge(
        "Khu dân cư đoàn kết, không rác thải nhựa",
        "Bộ tiêu chí khu dân cư xanh",
        "environment",
    ),
    "Liên đoàn Lao động": Pledge(
        "Tổ công nhân tự quản khu nhà trọ", "Tủ sách pháp luật công nhân", "security"
    ),
    "Hội Nông dân": Pledge("Dòng sông không rác", "Bể thu gom vỏ thuốc trên đồng", "environment"),
    "Hội Phụ nữ": Pledge("Chi hội tiết kiệm xanh", "Quỹ vốn cho phụ nữ khởi nghiệp", "economy"),
    "Hội Cựu chiến binh": Pledge(
        "Cựu chiến binh gìn giữ đường quê", "Tuyến đường cờ và hoa", "culture"
    ),
    "Tỉnh Đoàn": Pledge(
        "Đội thanh niên chuyển đổi số cộng đồng",
        "Sổ tay dịch vụ công trực tuyến",
        "political",
        SECRETARY,
    ),
    "Hội Chữ thập đỏ": Pledge("Ngân hàng máu sống", "Danh bạ người hiến máu", "culture"),
    "Hội Đông y": Pledge("Vườn thuốc nam cộng đồng", "Cẩm nang cây thuốc quanh nhà", "culture"),
    "Liên hiệp KH&KT": Pledge("Trí thức cùng nhà nông", "Bộ quy trình tưới nhỏ giọt", "economy"),
    "Hội Luật gia": Pledge("Cà phê pháp luật cuối tuần", "Bộ hỏi đáp pháp luật", "political"),
    "Hội Nhà báo": Pledge("Mỗi hội viên một gương sáng", "Tuyển tập người tốt việc tốt", "culture"),
    "Liên minh HTX": Pledge("Hợp tác xã số", "Gian hàng nho, táo trực tuyến", "economy", DIRECTOR),
    "Hội Khuyến học": Pledge("Dòng họ học tập", "Quỹ khuyến học dòng họ", "culture"),
    "Hội VHNT": Pledge("Đưa thơ nhạc về thôn", "Tập ca khúc quê hương", "culture"),
    "Hội Người cao tuổi": Pledge("Câu lạc bộ liên thế hệ", "Quỹ chăm sóc tại nhà", "culture"),
    "Hội Cựu TNXP": Pledge("Nghĩa tình đồng đội", "Sổ tiết kiệm tình nghĩa", "culture"),
    "Hội Tù yêu nước": Pledge(
        "Giờ học truyền thống", "Tập hồi ký những người bị tù đày", "political"
    ),
    "Hội Người mù": Pledge("Tổ xoa bóp bấm huyệt tự quản", "Lớp dạy nghề chữ nổi", "economy"),
    "Hội NNCĐ da cam": Pledge("Bò giống luân phiên", "Quỹ bò giống da cam", "economy"),
}

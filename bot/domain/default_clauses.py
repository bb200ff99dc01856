"""The clauses of the proposed texts; see :mod:`bot.domain.default_texts`, which fills them.

A paragraph a line. ``{kind}`` is Khối or Cụm, ``{head}`` Trưởng khối or Trưởng cụm; ``<basis>``, ``<themes>`` and ``<units>`` stand
for lists.
"""
# ruff: noqa: E501 - a paragraph a line

from __future__ import annotations

from typing import Final

REGULATION: Final = """
QUY CHẾ
TỔ CHỨC VÀ HOẠT ĐỘNG CỦA {title} NĂM {year}
<basis>
Trên cơ sở thống nhất của các đơn vị thành viên, {bloc} (sau đây gọi là {kind}) ban hành Quy chế tổ chức và hoạt động năm {year} như sau:
Chương I. QUY ĐỊNH CHUNG
Điều 1. Phạm vi điều chỉnh và đối tượng áp dụng
1. Quy chế này quy định về tổ chức và hoạt động của {kind}; nội dung thi đua; chế độ thông tin, báo cáo; việc chấm điểm, xếp hạng, bình xét và suy tôn danh hiệu thi đua, hình thức khen thưởng hằng năm.
2. Quy chế này áp dụng đối với {count} đơn vị thành viên của {kind}:
<units>
Điều 2. Nguyên tắc hoạt động
1. Tự nguyện, tự giác, công khai, dân chủ; đoàn kết, hợp tác và cùng phát triển.
2. Các đơn vị thành viên bình đẳng về quyền lợi và nghĩa vụ; mỗi đơn vị có một phiếu biểu quyết.
3. Việc bình xét, suy tôn phải chính xác, công bằng, kịp thời, căn cứ vào kết quả thực hiện; quan tâm khen thưởng tập thể nhỏ và cá nhân trực tiếp lao động, công tác, không giữ chức vụ lãnh đạo, quản lý.
Chương II. TỔ CHỨC VÀ HOẠT ĐỘNG
Điều 3. {head} và {second}
1. {head} năm {year}: {leader}. {second} năm {year}: {deputy}.
2. {head}, {second} được các đơn vị thành viên bầu luân phiên hằng năm tại hội nghị tổng kết.
Điều 4. Nhiệm vụ của {head}
1. Chủ trì xây dựng, lấy ý kiến và ban hành quy chế, kế hoạch hoạt động, bảng tiêu chí chấm điểm; tổ chức ký kết giao ước thi đua.
2. Đôn đốc, theo dõi, tổng hợp kết quả thực hiện của các đơn vị; duyệt hoặc trả lại báo cáo trong thời hạn {review} ngày kể từ ngày nhận.
3. Tổ chức kiểm tra chéo, sơ kết, tổng kết, chấm điểm, bỏ phiếu bình xét, suy tôn; hoàn thiện hồ sơ đề nghị khen thưởng gửi cơ quan có thẩm quyền.
4. Bàn giao đầy đủ hồ sơ cho {head} năm {next}.
Điều 5. Nhiệm vụ của {second}
1. Phối hợp với {head} điều hành hoạt động của {kind}; thay mặt {head} giải quyết công việc khi được ủy quyền.
2. Duyệt báo cáo và thẩm định điểm của đơn vị {head}.
Điều 6. Nhiệm vụ của đơn vị thành viên
1. Ký kết và tổ chức thực hiện giao ước thi đua, kế hoạch hoạt động của {kind}.
2. Xây dựng ít nhất một mô hình và một sản phẩm cụ thể trong năm; đăng ký tên mô hình, sản phẩm khi ký giao ước thi đua.
3. Tham gia đầy đủ, đúng thành phần các hội nghị, hoạt động chung của {kind}.
4. Chịu trách nhiệm về tính chính xác của số liệu, minh chứng và kết quả tự chấm điểm.
Điều 7. Chế độ thông tin, báo cáo
1. Đơn vị thành viên báo cáo kết quả hằng tháng chậm nhất ngày {due} của tháng.
2. Báo cáo chậm, báo cáo không đúng sự thật bị trừ điểm thi đua theo bảng tiêu chí chấm điểm.
Điều 8. Chế độ hội nghị
1. Hội nghị triển khai, ký kết giao ước thi đua: trong quý I.
2. Hội nghị sơ kết 6 tháng đầu năm: trong quý III.
3. Hội nghị tổng kết, bình xét, suy tôn và bầu {head}, {second} năm sau: trong quý IV hoặc đầu năm sau.
Chương III. CHẤM ĐIỂM, XẾP HẠNG, BÌNH XÉT, SUY TÔN
Điều 9. Chấm điểm, xếp hạng
1. Các đơn vị tự chấm điểm theo bảng tiêu chí, kèm minh chứng, gửi {head}.
2. {head} thẩm định điểm của các đơn vị; {second} thẩm định điểm của đơn vị {head}. Đơn vị được giải trình khi điểm bị điều chỉnh.
3. Kết quả chấm điểm, xếp hạng được công bố cho tất cả các đơn vị trước khi bình xét.
Điều 10. Bình xét, suy tôn
1. Việc suy tôn được thực hiện bằng hình thức bỏ phiếu kín tại hội nghị có ít nhất hai phần ba số đơn vị thành viên tham dự.
2. Đơn vị được suy tôn phải đạt trên 50% số phiếu, lấy theo thứ tự từ cao xuống thấp trong số lượng được phân bổ.
3. Không bình xét, suy tôn đối với đơn vị không ký giao ước thi đua, không có mô hình, sản phẩm cụ thể hoặc báo cáo không đúng sự thật.
Chương IV. ĐIỀU KHOẢN THI HÀNH
Điều 11. Hiệu lực thi hành
1. Quy chế này được các đơn vị thành viên thông qua và có hiệu lực trong năm {year}.
2. Trong quá trình thực hiện, nếu có nội dung cần sửa đổi, bổ sung, các đơn vị phản ánh về {head} để lấy ý kiến và thống nhất trong {kind}.
"""

PLAN: Final = """
KẾ HOẠCH
HOẠT ĐỘNG CỦA {title} NĂM {year}
<basis>
Căn cứ Quy chế tổ chức và hoạt động của {bloc}, {kind} xây dựng Kế hoạch hoạt động năm {year} như sau:
I. MỤC ĐÍCH, YÊU CẦU
1. Tạo khí thế thi đua sôi nổi, thiết thực giữa các đơn vị thành viên; góp phần hoàn thành xuất sắc nhiệm vụ chính trị năm {year}.
2. Tăng cường phối hợp, trao đổi, học tập kinh nghiệm, nhân rộng mô hình hay, cách làm hiệu quả.
3. Nội dung thi đua phải cụ thể, có chỉ tiêu định lượng, có minh chứng; tránh hình thức.
II. NỘI DUNG THI ĐUA
<themes>
III. CHỈ TIÊU CHUNG
1. 100% đơn vị ký kết giao ước thi đua và đăng ký chỉ tiêu cụ thể.
2. Mỗi đơn vị xây dựng ít nhất một mô hình và một sản phẩm cụ thể.
3. 100% báo cáo hằng tháng được gửi đúng hạn, chậm nhất ngày {due} của tháng.
4. Mỗi đơn vị tham gia đầy đủ các hoạt động chung của {kind}.
IV. TIẾN ĐỘ THỰC HIỆN
1. Quý I: Xây dựng, lấy ý kiến và ban hành quy chế, kế hoạch, bảng tiêu chí chấm điểm; tổ chức hội nghị triển khai, ký kết giao ước thi đua.
2. Quý II: Tổ chức thực hiện các chỉ tiêu đã đăng ký; kiểm tra chéo giữa các đơn vị.
3. Quý III: Sơ kết 6 tháng đầu năm; trao đổi kinh nghiệm, nhân rộng mô hình.
4. Quý IV: Các đơn vị tự chấm điểm; {head} thẩm định; tổ chức hội nghị tổng kết, bình xét, suy tôn, bầu {head} và {second} năm {next}.
V. TỔ CHỨC THỰC HIỆN
1. {head} ({leader}): chủ trì, hướng dẫn, đôn đốc, tổng hợp kết quả thực hiện Kế hoạch.
2. {second} ({deputy}): phối hợp với {head}; duyệt báo cáo, thẩm định điểm của đơn vị {head}.
3. Các đơn vị thành viên: xây dựng kế hoạch của đơn vị, tổ chức thực hiện, báo cáo hằng tháng.
4. Kinh phí hoạt động: theo thỏa thuận của các đơn vị thành viên, bảo đảm tiết kiệm, đúng quy định.
"""

PACT: Final = """
GIAO ƯỚC THI ĐUA
{title} NĂM {year}
<basis>
Căn cứ Quy chế và Kế hoạch hoạt động năm {year} của {bloc};
Hưởng ứng các phong trào thi đua yêu nước, {count} đơn vị thành viên của {bloc} cùng thống nhất ký kết Giao ước thi đua năm {year} với những nội dung sau:
I. CHỦ ĐỀ, NỘI DUNG THI ĐUA
<themes>
II. CHỈ TIÊU THI ĐUA
1. Mỗi đơn vị thực hiện các chỉ tiêu đã đăng ký tại bản đăng ký chỉ tiêu kèm theo chữ ký của đơn vị. Bản đăng ký là một phần của Giao ước này.
2. Mỗi đơn vị xây dựng và đưa vào hoạt động ít nhất một mô hình và một sản phẩm cụ thể trong năm.
3. Báo cáo đầy đủ, đúng hạn, trung thực chậm nhất ngày {due} hằng tháng.
4. Chi bộ, tổ chức đoàn thể của đơn vị hoàn thành tốt nhiệm vụ trở lên.
III. BIỆN PHÁP THỰC HIỆN
1. Phát huy vai trò nêu gương của người đứng đầu; phổ biến Giao ước đến toàn thể cán bộ, đoàn viên, hội viên.
2. Phân công người phụ trách từng chỉ tiêu; theo dõi, đánh giá tiến độ hằng tháng.
3. Phối hợp, giúp đỡ lẫn nhau; trao đổi kinh nghiệm, tham quan và nhân rộng mô hình giữa các đơn vị.
4. Kịp thời phát hiện, biểu dương, khen thưởng điển hình tiên tiến, nhất là người trực tiếp lao động, công tác.
IV. CAM KẾT
1. Các đơn vị ký Giao ước cam kết thực hiện đầy đủ các nội dung trên, hoàn thành và vượt mức các chỉ tiêu đã đăng ký.
2. {head} ({leader}) có trách nhiệm theo dõi, đôn đốc, tổng hợp kết quả; sơ kết, tổng kết, đánh giá và bình xét theo Quy chế.
3. Giao ước này là căn cứ để chấm điểm, xếp hạng, bình xét, suy tôn năm {year}. Mọi thay đổi về nội dung phải được các đơn vị thống nhất và ký lại.
Giao ước có hiệu lực kể từ ngày ký đến hết ngày 31 tháng 12 năm {year}.
"""

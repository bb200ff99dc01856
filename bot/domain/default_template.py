"""The monthly report that a bloc-year starts with, with its labels in the seven languages.

Labels are data like everything else in a template: the leader can change them, and a report
keeps those that it was written with. They are short, because they stand on a phone's buttons.
"""

from __future__ import annotations

from typing import Final

from bot.domain.template import (
    AT_MOST,
    COUNT,
    DATE,
    FLOW,
    MONEY,
    NEEDS,
    SPLIT,
    STOCK,
    SUM,
    TEXT,
    ZERO_WHEN_ZERO,
    IndicatorSpec,
    PartSpec,
    RuleSpec,
    TemplateSpec,
)

_LANGUAGES: Final = ("vi", "en", "cs", "de", "uk", "hu", "hi")


def _labels(line: str) -> dict[str, str]:
    return dict(zip(_LANGUAGES, (label.strip() for label in line.split("|")), strict=True))


_PARTS: Final = {
    "models": "Mô hình, sản phẩm | Models and products | Modely a produkty | Modelle und Produkte "
    "| Моделі та продукти | Modellek és termékek | मॉडल और उत्पाद",
    "outreach": "Tuyên truyền, vận động | Outreach | Osvěta | Aufklärungsarbeit | Роз'яснення "
    "| Tájékoztatás | प्रचार",
    "organisation": "Xây dựng tổ chức | Organisation | Organizace | Organisation | Організація "
    "| Szervezet | संगठन",
    "opinion": "Ý kiến Nhân dân | The people's opinion | Podněty lidí | Meinung der Bevölkerung "
    "| Думка народу | A lakosság véleménye | जनता की राय",
    "welfare": "An sinh, cứu trợ | Welfare and relief | Sociální pomoc | Fürsorge und Hilfe "
    "| Соціальна допомога | Jólét és segély | कल्याण और राहत",
    "rewards": "Khen thưởng | Rewards | Odměny | Auszeichnungen | Нагороди | Jutalmak | पुरस्कार",
    "words": "Đánh giá, phương hướng | In words | Slovně | In Worten | Словами | Szövegesen "
    "| शब्दों में",
}

_MODELS: Final = {
    "models_sustained": "Mô hình duy trì | Models kept up | Udržované modely "
    "| Fortgeführte Modelle | Підтримувані моделі | Fenntartott modellek | जारी मॉडल",
    "models_new": "Mô hình mới | New models | Nové modely | Neue Modelle | Нові моделі "
    "| Új modellek | नए मॉडल",
    "models_total": "Tổng số mô hình | Models in total | Modely celkem | Modelle insgesamt "
    "| Усього моделей | Modellek összesen | कुल मॉडल",
    "models_economy": "Mô hình kinh tế | Models: economy | Modely: hospodářství "
    "| Modelle: Wirtschaft | Моделі: економіка | Modellek: gazdaság | मॉडल: अर्थव्यवस्था",
    "models_culture": "Mô hình văn hóa – xã hội | Models: culture and society "
    "| Modely: kultura a společnost | Modelle: Kultur, Gesellschaft "
    "| Моделі: культура, суспільство | Modellek: kultúra, társadalom | मॉडल: संस्कृति और समाज",
    "models_security": "Mô hình quốc phòng – an ninh | Models: defence and security "
    "| Modely: obrana a bezpečnost | Modelle: Verteidigung/Sicherheit "
    "| Моделі: оборона і безпека | Modellek: védelem, biztonság | मॉडल: रक्षा और सुरक्षा",
    "models_environment": "Mô hình môi trường, nông thôn mới | Models: environment, countryside "
    "| Modely: prostředí, nový venkov | Modelle: Umwelt, neues Land "
    "| Моделі: довкілля, нове село | Modellek: környezet, új falu | मॉडल: पर्यावरण, नया ग्राम",
    "models_political": "Mô hình hệ thống chính trị | Models: political system "
    "| Modely: politický systém | Modelle: politisches System | Моделі: політична система "
    "| Modellek: politikai rendszer | मॉडल: राजनीतिक व्यवस्था",
}

_FIELDS: Final = tuple(_MODELS)[3:]

# Code: (part, unit, labels); all are counts and flows.
_COUNTS: Final = {
    "sessions_outreach": (
        "outreach",
        "session",
        "Buổi tuyên truyền | Outreach sessions | Osvětové akce | Aufklärungsveranstaltungen "
        "| Роз'яснювальні заходи | Tájékoztató alkalmak | प्रचार सत्र",
    ),
    "people_outreach": (
        "outreach",
        "person",
        "Người dự tuyên truyền | People at outreach sessions | Účastníci osvětových akcí "
        "| Teilnehmende (Aufklärung) | Учасники роз'яснень | Tájékoztatók résztvevői "
        "| प्रचार में उपस्थित लोग",
    ),
    "sessions_legal": (
        "outreach",
        "session",
        "Buổi phổ biến pháp luật | Legal-information sessions | Akce právní osvěty "
        "| Termine zur Rechtsaufklärung | Заходи правової просвіти | Jogismertető alkalmak "
        "| विधिक जागरूकता सत्र",
    ),
    "people_legal": (
        "outreach",
        "person",
        "Người dự phổ biến pháp luật | People at legal sessions | Účastníci právní osvěty "
        "| Teilnehmende (Rechtsaufklärung) | Учасники правової просвіти | Jogismertetők résztvevői "
        "| विधिक सत्र में उपस्थित लोग",
    ),
    "legal_aid_requests": (
        "outreach",
        "request",
        "Yêu cầu trợ giúp pháp lý | Legal-aid requests | Žádosti o právní pomoc "
        "| Anträge auf Rechtshilfe | Запити на правову допомогу | Jogsegélykérelmek "
        "| विधिक सहायता अनुरोध",
    ),
    "legal_aid_cases": (
        "outreach",
        "case",
        "Vụ việc trợ giúp pháp lý | Legal-aid cases | Případy právní pomoci | Rechtshilfefälle "
        "| Справи правової допомоги | Jogsegélyügyek | विधिक सहायता मामले",
    ),
    "members_new": (
        "organisation",
        "member",
        "Đoàn viên, hội viên mới | New members | Noví členové | Neue Mitglieder | Нові члени "
        "| Új tagok | नए सदस्य",
    ),
    "members_total": (
        "organisation",
        "member",
        "Tổng số đoàn viên, hội viên | Members in total | Členové celkem | Mitglieder insgesamt "
        "| Усього членів | Tagok összesen | कुल सदस्य",
    ),
    "supervisions": (
        "organisation",
        "supervision",
        "Cuộc giám sát | Supervisions | Dohledové akce | Aufsichtsmaßnahmen | Наглядові заходи "
        "| Felügyeleti vizsgálatok | पर्यवेक्षण",
    ),
    "criticism_conferences": (
        "organisation",
        "conference",
        "Hội nghị phản biện xã hội | Social-criticism conferences | Společenské oponentury "
        "| Konferenzen: gesellsch. Kritik | Конференції суспільної критики "
        "| Társadalmi véleményezések | सामाजिक समालोचना सम्मेलन",
    ),
    "opinions_received": (
        "opinion",
        "opinion",
        "Ý kiến tiếp nhận | Opinions received | Přijaté podněty | Erhaltene Meinungen "
        "| Отримані думки | Beérkezett vélemények | प्राप्त राय",
    ),
    "opinions_forwarded": (
        "opinion",
        "opinion",
        "Ý kiến đã chuyển | Opinions forwarded | Postoupené podněty | Weitergeleitete Meinungen "
        "| Передані думки | Továbbított vélemények | अग्रेषित राय",
    ),
    "opinions_forwarded_on": (
        "opinion",
        "",
        "Ngày chuyển ý kiến | Date forwarded | Datum postoupení | Datum der Weiterleitung "
        "| Дата передання | Továbbítás napja | अग्रेषण तिथि",
    ),
    "households_helped": (
        "welfare",
        "household",
        "Hộ được giúp đỡ | Households helped | Podpořené domácnosti | Unterstützte Haushalte "
        "| Родини, що дістали допомогу | Segített háztartások | सहायता प्राप्त परिवार",
    ),
    "relief_money": (
        "welfare",
        "vnd",
        "Số tiền hỗ trợ (đồng) | Money given (VND) | Poskytnuté peníze (VND) | Geldhilfe (VND) "
        "| Надані кошти (VND) | Adott pénz (VND) | दी गई राशि (VND)",
    ),
    "relief_rounds": (
        "welfare",
        "round",
        "Đợt cứu trợ | Relief rounds | Kola humanitární pomoci | Hilfsrunden | Раунди допомоги "
        "| Segélyezési körök | राहत के दौर",
    ),
    "persons_rewarded": (
        "rewards",
        "person",
        "Cá nhân được khen thưởng | Persons rewarded | Odměněné osoby | Ausgezeichnete Personen "
        "| Нагороджені особи | Jutalmazott személyek | पुरस्कृत व्यक्ति",
    ),
    "collectives_rewarded": (
        "rewards",
        "collective",
        "Tập thể được khen thưởng | Collectives rewarded | Odměněné kolektivy "
        "| Ausgezeichnete Kollektive | Нагороджені колективи | Jutalmazott kollektívák "
        "| पुरस्कृत समूह",
    ),
    "direct_workers_rewarded": (
        "rewards",
        "person",
        "Trong đó lao động trực tiếp | Of these direct workers | Z toho přímí pracovníci "
        "| Davon direkt Beschäftigte | З них безпосередні працівники | Ebből közvetlen dolgozó "
        "| इनमें प्रत्यक्ष कर्मी",
    ),
}

_WORDS: Final = {
    "highlights": "Kết quả nổi bật | Highlights | Hlavní úspěchy | Höhepunkte "
    "| Основні здобутки | Kiemelkedő eredmények | मुख्य उपलब्धियाँ",
    "difficulties": "Khó khăn, vướng mắc | Difficulties | Potíže | Schwierigkeiten | Труднощі "
    "| Nehézségek | कठिनाइयाँ",
    "plan": "Phương hướng tháng tới | Plan for next month | Plán na příští měsíc "
    "| Plan für den nächsten Monat | План на наступний місяць | Következő havi terv "
    "| अगले माह की योजना",
}

_TYPES: Final = {"opinions_forwarded_on": DATE, "relief_money": MONEY}


def _model(code: str, line: str) -> IndicatorSpec:
    return IndicatorSpec(
        code,
        "models",
        _labels(line),
        # States at the month's end: kept up from earlier years, new this year, and their sum.
        kind=STOCK,
        unit="model",
        required=code in {"models_sustained", "models_new"},
    )


def _count(code: str, part: str, unit: str, line: str) -> IndicatorSpec:
    return IndicatorSpec(
        code,
        part,
        _labels(line),
        kind=STOCK if code == "members_total" else FLOW,
        type=_TYPES.get(code, COUNT),
        unit=unit,
        required=code != "opinions_forwarded_on",
    )


def default_template() -> TemplateSpec:
    """The monthly report as most blocs have it: 26 figures, a date, three texts."""
    return TemplateSpec(
        parts=tuple(PartSpec(code, _labels(line)) for code, line in _PARTS.items()),
        indicators=(
            *(_model(code, line) for code, line in _MODELS.items()),
            *(_count(code, *rest) for code, rest in _COUNTS.items()),
            *(
                IndicatorSpec(code, "words", _labels(line), type=TEXT, required=False)
                for code, line in _WORDS.items()
            ),
        ),
        rules=(
            RuleSpec(SUM, "models_total", ("models_sustained", "models_new")),
            RuleSpec(SPLIT, "models_total", _FIELDS),
            RuleSpec(ZERO_WHEN_ZERO, "people_outreach", ("sessions_outreach",)),
            RuleSpec(ZERO_WHEN_ZERO, "people_legal", ("sessions_legal",)),
            RuleSpec(AT_MOST, "opinions_forwarded", ("opinions_received",)),
            RuleSpec(NEEDS, "opinions_forwarded", ("opinions_forwarded_on",)),
            RuleSpec(AT_MOST, "direct_workers_rewarded", ("persons_rewarded",)),
        ),
    )

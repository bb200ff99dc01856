"""Words beside numbers, in the seven languages: multipliers and units of measure.

Keys are folded (:func:`bot.domain.names.fold`), because people type them without diacritics.
"""

from __future__ import annotations

from typing import Final

from bot.domain.names import fold

_EVERYWHERE: Final = {
    # Vietnamese stands here too: whatever language the screen has, the bloc works in Vietnamese.
    3: "k nghìn ngàn thousand",
    6: "tr triệu million mln mio",
    9: "tỷ tỉ mrd mld",
}

# English and Hindi use the short scale; a German Billion or a Czech bilion is a thousand of these.
_BY_LANGUAGE: Final[dict[str, dict[int, str]]] = {
    "vi": {2: "trăm"},
    "en": {2: "hundred", 5: "lakh lakhs lac", 6: "millions mn", 7: "crore crores", 9: "billion bn"},
    "cs": {
        3: "tis tisíc tisíce",
        6: "mil milion miliony milionů milión milióny miliónů",
        9: "miliarda miliardy miliard",
        12: "bil bilion biliony bilionů",
    },
    "de": {
        3: "tsd tausend",
        6: "mill millionen",
        9: "milliarde milliarden",
        12: "billion billionen bio",
    },
    "uk": {
        3: "тис тисяча тисячі тисяч",
        6: "млн мільйон мільйона мільйони мільйонів",
        9: "млрд мільярд мільярда мільярди мільярдів",
    },
    "hu": {3: "ezer", 6: "millió", 9: "milliárd md", 12: "billió"},
    "hi": {
        3: "हज़ार हजार hazar hajar",
        5: "लाख lakh lac",
        6: "मिलियन",
        7: "करोड़ करोड crore cr",
        9: "अरब arab billion bn",
    },
}

_UNITS: Final[dict[str, str]] = {
    "vnd": "đ, ₫, đồng, vnd, vnđ, dong, dongs, dongů, dongy, донг, донгів, डोंग",
    "person": "người, lượt người, ng, person, people, persons, osoba, osoby, osob, lidí, person, "
    "personen, leute, особа, особи, осіб, людей, fő, ember, व्यक्ति, लोग",
    "model": "mô hình, model, models, modely, modelů, modell, modelle, модель, моделі, моделей, "
    "मॉडल",
    "session": "buổi, cuộc, đợt, session, sessions, akce, akcí, veranstaltungen, veranstaltung, "
    "захід, заходи, заходів, alkalom, rendezvény, सत्र",
    "request": "yêu cầu, đơn, lượt, request, requests, žádost, žádosti, žádostí, anträge, antrag, "
    "запит, запити, запитів, kérelem, अनुरोध",
    "case": "vụ, vụ việc, case, cases, případ, případy, případů, fall, fälle, справа, справи, "
    "справ, ügy, मामले, मामला",
    "member": "hội viên, đoàn viên, người, member, members, člen, členové, členů, mitglied, "
    "mitglieder, член, члени, членів, tag, fő, सदस्य",
    "supervision": "cuộc, đợt, supervision, supervisions, kontrola, kontroly, kontrol, "
    "überprüfungen, перевірка, перевірки, перевірок, ellenőrzés, निरीक्षण",
    "conference": "hội nghị, cuộc, conference, conferences, konference, konferencí, konferenz, "
    "konferenzen, конференція, конференції, конференцій, konferencia, सम्मेलन",
    "opinion": "ý kiến, opinion, opinions, podnět, podněty, podnětů, meinung, meinungen, думка, "
    "думки, думок, vélemény, मत, राय",
    "household": "hộ, hộ gia đình, household, households, domácnost, domácnosti, domácností, "
    "haushalt, haushalte, родина, родини, родин, сім'я, сімей, háztartás, परिवार",
    "round": "đợt, round, rounds, kolo, kola, kol, runde, runden, раунд, раунди, раундів, kör, दौर",
    "collective": "tập thể, collective, collectives, kolektiv, kolektivy, kolektivů, kollektiv, "
    "kollektive, колектив, колективи, колективів, kollektíva, समूह",
}


def _exponents(*tables: dict[int, str]) -> dict[str, int]:
    return {
        fold(word): power
        for table in tables
        for power, line in table.items()
        for word in line.split()
    }


_MULTIPLIERS: Final = {
    language: _exponents(_EVERYWHERE, table) for language, table in _BY_LANGUAGE.items()
}
_UNIT_WORDS: Final = {
    unit: frozenset(fold(word) for word in line.split(",")) for unit, line in _UNITS.items()
}
_DEFAULT_MULTIPLIERS: Final = _exponents(_EVERYWHERE)
_EMPTY: Final[frozenset[str]] = frozenset()


def exponent(word: str, language: str) -> int | None:
    """The power of ten of a multiplier ("triệu" is 6), or None for another word."""
    return _MULTIPLIERS.get(language, _DEFAULT_MULTIPLIERS).get(fold(word))


def is_unit(words: str, unit: str) -> bool:
    """Whether these words name the unit of measure (a key of ours, or a template's own word)."""
    key = fold(words)
    return key == fold(unit) or key in _UNIT_WORDS.get(unit.lower(), _EMPTY)

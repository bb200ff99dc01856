"""Signing step by step, withdrawing, and what a unit has signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from bot.domain.template import TemplateSpec
from bot.domain.texts import pages as text_pages
from bot.domain.texts import paragraphs
from bot.i18n import Texts, texts
from bot.models import Adoption
from bot.services.adoption_board import Signed
from bot.services.adoptions import Text
from bot.services.commitments import Commitment
from bot.services.signing import Signing
from bot.views.base import Button, Rows, View, clip, data, lines, pages, plain, turn
from bot.views.pact import FEATURE, back, fingerprint, is_pact, press, title
from bot.views.report_words import label, measure, shown

_FEW: int = 8
_LONG: int = 60
_PAGE: int = 20


def _hash(t: Texts, text: Text) -> Markup:
    return t._("Hash: <code>{hash}</code>", hash=fingerprint(text.version.sha256))


def first(t: Texts, signing: Signing, version: int, note: str = "") -> View:
    """What is signed: the text's name, version, hash and length, and the commitment in short."""
    text = signing.text
    count = len(text_pages(paragraphs(text.version.body)))
    rows = Rows().add(
        Button(plain(t._("📖 Read it")), data("texts", "read", text.id, 0)),
        Button(plain(t._("± What changed")), data("texts", "changes", text.id, 0))
        if text.version.version > 1
        else None,
        Button("📄 PDF", data("docs", "text", text.id)),
    )
    rows.add(
        Button(
            plain(t._("✔ We have read it")),
            data(FEATURE, "who", version=version),
            style="primary",
        )
    )
    return View(
        text=lines(
            *((note, "") if note else ()),
            title(t, text),
            t._("Unit: <b>{unit}</b>", unit=signing.unit.name),
            t.ngettext("Length: {n} page", "Length: {n} pages", count, n=t.number(count)),
            _hash(t, text),
            *_short(t, signing.commitment),
            "",
            t._("Please read the whole text before you go on."),
        ),
        rows=rows.add(back(t)).done(),
    )


def _short(t: Texts, commitment: Commitment | None) -> list[Markup | str]:
    """What the unit commits to, the beginning of it."""
    if commitment is None:
        return []
    planned = [one for one in commitment.fields if one.code in commitment.planned]
    left = len(planned[_FEW:]) + len(commitment.models[_FEW:])
    return [
        "",
        t._("<b>Your unit commits to:</b>"),
        *(
            _target(t, commitment.template, one.code, commitment.planned[one.code])
            for one in planned[:_FEW]
        ),
        *(_model(t, one.name, one.product) for one in commitment.models[:_FEW]),
        *([t.ngettext("and {n} more", "and {n} more", left, n=t.number(left))] if left else []),
    ]


def _target(t: Texts, template: TemplateSpec, code: str, value: Decimal) -> Markup:
    if code not in template:
        return t._("• {field}: {value}", field=code, value=shown(t, value))
    one = template[code]
    unit = measure(t, one.unit)
    words = t._("{value} {unit}", value=shown(t, value), unit=unit) if unit else shown(t, value)
    return t._("• {field}: {value}", field=clip(label(t, one), _LONG), value=words)


def _model(t: Texts, name: str, product: str) -> Markup:
    if not product:
        return Markup("🌱 {}").format(clip(name, 80))
    return Markup("🌱 {} → {}").format(clip(name, 80), clip(product, 80))


def posts(signing: Signing) -> tuple[Markup, ...]:
    """Posts that signatories often hold: one tap instead of typing.

    In the bloc's language, whatever the signatory's: they go into the bloc's document.
    """
    t = texts(signing.language)
    return (
        t._("Chairperson"),
        t._("Deputy Chairperson"),
        t._("Director"),
        t._("Deputy Director"),
        t._("Secretary"),
        t._("Head of the unit"),
    )


def who(
    t: Texts, signing: Signing, name: str, post: str, asks: str, version: int, note: str = ""
) -> View:
    """Under which name and post: confirmed by a tap, or typed. ``asks``: ``name`` or ``post``."""
    rows = Rows()
    asks = asks if name else "name"
    if asks == "name":
        prompt = t._("Please type the full name.")
    elif asks == "post" or not post:
        prompt = t._("Please choose the post, or type it.")
        quick = [
            Button(plain(one), data(FEATURE, "post", index, version=version))
            for index, one in enumerate(posts(signing))
        ]
        rows.extend(tuple(quick[at : at + 2]) for at in range(0, len(quick), 2))
    else:
        prompt = t._("Is that right?")
        rows.add(
            Button(
                plain(t._("✔ That is right")),
                data(FEATURE, "right", version=version),
                style="primary",
            )
        )
    if asks != "name":
        rows.add(
            press(t._("✎ Another name"), "change", "name", version=version),
            press(t._("✎ Another post"), "change", "post", version=version)
            if post and asks != "post"
            else None,
        )
    rows.add(press(t._("◀ Back"), "sign", signing.text.id))
    return View(
        text=lines(
            *((note, "") if note else ()),
            title(t, signing.text),
            t._("Unit: <b>{unit}</b>", unit=signing.unit.name),
            t._("Name: <b>{name}</b>", name=name or "–"),
            t._("Post: <b>{post}</b>", post=post or "–"),
            "",
            prompt,
        ),
        rows=rows.done(),
        placeholder=plain(t._("Full name") if asks == "name" else t._("Post")),
    )


def seal(t: Texts, signing: Signing, name: str, post: str, version: int, note: str = "") -> View:
    """The second confirmation: who signs what. The next tap counts."""
    text = signing.text
    pact = is_pact(text)
    return View(
        text=lines(
            *((note, "") if note else ()),
            title(t, text),
            _hash(t, text),
            "",
            t._("<b>{unit}</b>", unit=signing.unit.name),
            t._("{name}, {post}", name=name, post=post),
            "",
            t._(
                "Sign now? Name, post, time and hash are recorded for good. "
                "It can be withdrawn only until all units have signed."
            )
            if pact
            else t._(
                "Approve now? Name, post, time and hash are recorded for good. "
                "It can be withdrawn only until all units have approved."
            ),
        ),
        rows=(
            (
                Button(
                    plain(t._("✍ Sign") if pact else t._("✅ Approve now")),
                    data(FEATURE, "seal", text.id, version=version),
                    style="success",
                ),
            ),
            (press(t._("◀ Back"), "who", version=version),),
        ),
    )


def signatorys_tap(t: Texts, signing: Signing, note: str = "") -> View:
    """To a representative: all is prepared, the last tap is the signatory's."""
    pact = is_pact(signing.text)
    return View(
        text=lines(
            *((note, "") if note else ()),
            title(t, signing.text),
            _hash(t, signing.text),
            "",
            t._("All is prepared. The last tap is your unit's signatory's: only they can sign.")
            if pact
            else t._(
                "All is prepared. The last tap is your unit's signatory's: only they can approve."
            ),
        ),
        rows=(
            (
                Button(
                    plain(t._("🔔 Tell the signatory")),
                    data(FEATURE, "tell", signing.text.id),
                    style="primary",
                ),
            ),
            (back(t),),
        ),
    )


def told(t: Texts, names: Sequence[str]) -> Markup:
    """Whom the request to sign reaches."""
    return t._("🔔 {names}: they are being told.", names=clip(t.join(list(names)), 200))


def done(t: Texts, text: Text, one: Adoption, signed: int, units: int, zone: ZoneInfo) -> View:
    """What was signed, and how many have."""
    pact = is_pact(text)
    values = {"signed": t.number(signed), "units": t.number(units)}
    if signed == units:
        count = (
            t._("🎉 All {units} have signed. Everybody is told.", **values)
            if pact
            else t._("🎉 All {units} have approved it. Everybody is told.", **values)
        )
    elif pact:
        count = t._("Units that have signed: {signed}/{units}", **values)
    else:
        count = t._("Units that have approved: {signed}/{units}", **values)
    return View(
        text=lines(
            t._("✅ <b>Signed</b>") if pact else t._("✅ <b>Approved</b>"),
            title(t, text),
            *signature(t, text, one, zone),
            "",
            count,
        ),
        rows=Rows().add(press(t._("👥 Who has signed"), "board", text.id, 0)).add(back(t)).done(),
    )


def signature(t: Texts, text: Text, one: Adoption, zone: ZoneInfo) -> list[Markup]:
    """The record of a signature: unit, person, post, time, hashes."""
    found = [
        t._("<b>{unit}</b>", unit=one.unit_name),
        t._("{name}, {post}", name=one.person_name, post=one.post),
        Markup("{}").format(t.when(one.at, zone)),
        _hash(t, text),
    ]
    if one.commitment_hash:
        found.append(t._("Commitment: <code>{hash}</code>", hash=fingerprint(one.commitment_hash)))
    return found


# --- What a unit has signed -------------------------------------------------------------------


def unit(t: Texts, found: Signed, page: int, *, mine: bool, note: str = "") -> View:
    """A unit's signature with what it was given with. ``mine``: it may be withdrawn from here."""
    one, text = found.adoption, found.text
    entries = _committed(t, found.template, one.commitment)
    listed, page, count = pages(entries, page, _PAGE)
    rows = Rows().extend(turn(page, count, FEATURE, "unit", text.id, one.unit_id))
    if mine and text.version.complete_at is None and text.in_force:
        rows.add(press(t._("↩ Withdraw …"), "withdraw", text.id))
    rows.add(press(t._("👥 Who has signed"), "board", text.id, 0))
    return View(
        text=lines(
            *((note, "") if note else ()),
            title(t, text),
            *signature(t, text, one, found.zone),
            "" if listed else None,
            *listed,
        ),
        rows=rows.add(back(t)).done(),
    )


def _committed(
    t: Texts, template: TemplateSpec | None, commitment: Mapping[str, Any]
) -> list[Markup]:
    """A signed commitment, a line for each target and model."""
    targets = commitment.get("targets") or {}
    order = [one.code for one in template.indicators] if template else []
    codes = sorted(targets, key=lambda code: order.index(code) if code in order else len(order))
    known = template or TemplateSpec((), ())
    return [
        *(_target(t, known, code, Decimal(str(targets[code]))) for code in codes),
        *(
            _model(t, str(one["name"]), str(one["product"]))
            for one in commitment.get("models") or []
        ),
    ]


# --- Withdrawing ------------------------------------------------------------------------------


def withdrawing(
    t: Texts, text: Text, one: Adoption, why: str, version: int, note: str = ""
) -> View:
    """The reason is asked for, then the second confirmation."""
    pact = is_pact(text)
    rows = Rows()
    if why:
        ask = lines(
            t._("Reason: <i>{reason}</i>", reason=why),
            "",
            t._("Withdraw the signature? Your unit then owes it again.")
            if pact
            else t._("Withdraw the approval? Your unit then owes it again."),
        )
        rows.add(
            Button(
                plain(t._("↩ Withdraw now")),
                data(FEATURE, "withdrawn", text.id, version=version),
                style="danger",
            )
        )
    else:
        ask = t._("Please type why. The bloc leader is told.")
    return View(
        text=lines(
            *((note, "") if note else ()),
            title(t, text),
            t._("{name}, {post}", name=one.person_name, post=one.post),
            "",
            ask,
        ),
        rows=rows.add(back(t)).done(),
        placeholder=plain(t._("Reason")),
    )


def withdrawn(t: Texts, text: Text) -> Markup:
    """That it was taken back."""
    if is_pact(text):
        return t._("↩ The signature is withdrawn. Targets can be changed again.")
    return t._("↩ The approval is withdrawn.")

"""The pact: /pact, signing step by step, withdrawing, who has signed, reminding by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.errors import Expected, Forbidden, Invalid, NotFound, Superseded
from bot.incoming import Incoming, Tx
from bot.models import Form
from bot.services import adoption_board, adoptions, forms, signing
from bot.views import errors
from bot.views import pact as views
from bot.views import pact_notices as notice_views
from bot.views import pact_sign as sign_views
from bot.views.base import TOAST_LIMIT, View, clip, plain
from handlers import pact_targets as targets
from handlers.pact_targets import go
from handlers.routing import Command, Feature, Handler, Press, Who, arguments, number

# --- Home -------------------------------------------------------------------------------------


def _show_home(tx: Tx, note: str = "") -> View:
    return views.home(tx.t, tx.actor, adoptions.home(tx.session, tx.actor), note)


def _home(_incoming: Incoming, tx: Tx) -> View:
    view = _show_home(tx)
    _leave(tx)
    return view


def _leave(tx: Tx) -> None:
    """Close the form if it is the pact's: the next text is no answer to it."""
    if tx.form is not None and tx.form.feature == views.FEATURE:
        forms.leave(tx.session, tx.actor.person.id or 0, tx.now)
        tx.form = None


def _outrun(tx: Tx, error: Expected) -> View:
    """It isn't possible, or not any more: the home screen says why and how things stand."""
    _leave(tx)
    words = errors.sentence(tx.t, error)
    view = _show_home(tx, words)
    return replace(view, toast=clip(plain(words), TOAST_LIMIT), alert=not error.values.get("mine"))


def _or_home(handle: Handler) -> Handler:
    """What is outdated or lacks something leads home, with a sentence; the rest is refused."""

    def handler(incoming: Incoming, tx: Tx) -> View:
        try:
            return handle(incoming, tx)
        except (Superseded, Invalid) as error:
            return _outrun(tx, error)

    return handler


# --- Targets ----------------------------------------------------------------------------------


def _targets(_incoming: Incoming, tx: Tx) -> View:
    return targets.opened(tx)


# --- Signing ----------------------------------------------------------------------------------


def _sign(incoming: Incoming, tx: Tx) -> View:
    """The first screen: what is signed."""
    prepared = signing.prepare(tx.session, tx.actor, number(incoming))
    begun = _is_open(tx, prepared.text.id, "sign", "who", "seal")
    kept = tx.form.draft if begun and tx.form else {}
    draft = {
        "name": str(kept.get("name") or prepared.name),
        "post": str(kept.get("post") or prepared.post),
    }
    form = go(tx, "sign", prepared.text.id, **draft)
    return sign_views.first(tx.t, prepared, form.version)


def _is_open(tx: Tx, version_id: int, *steps: str) -> bool:
    form = tx.form
    return (
        form is not None
        and form.feature == views.FEATURE
        and form.step in steps
        and form.subject == version_id
    )


def _prepared(tx: Tx) -> signing.Signing:
    form = tx.form
    return signing.prepare(tx.session, tx.actor, (form.subject or 0) if form else 0)


def _kept(tx: Tx) -> tuple[str, str]:
    """Name and post as far as they are given."""
    draft = tx.form.draft if tx.form else {}
    return str(draft.get("name") or ""), str(draft.get("post") or "")


def _who(_incoming: Incoming, tx: Tx) -> View:
    """The second screen: under which name and post; a representative's way ends here."""
    prepared = _prepared(tx)
    if not tx.actor.is_signatory:
        _leave(tx)
        return sign_views.signatorys_tap(tx.t, prepared)
    name, post = _kept(tx)
    go(tx, "who", prepared.text.id, name=name, post=post, asks="")
    return _draw_sign(tx, prepared)


def _change(incoming: Incoming, tx: Tx) -> View:
    name, post = _kept(tx)
    prepared = _prepared(tx)
    asks = (arguments(incoming) or [""])[0]
    asks = asks if asks in ("name", "post") else ""
    go(tx, "who", prepared.text.id, name=name, post=post, asks=asks)
    return _draw_sign(tx, prepared)


def _post(incoming: Incoming, tx: Tx) -> View:
    """A post chosen by a tap."""
    name, _ = _kept(tx)
    prepared = _prepared(tx)
    quick = sign_views.posts(prepared)
    chosen = plain(quick[min(number(incoming), len(quick) - 1)])
    go(tx, "who", prepared.text.id, name=name, post=chosen, asks="")
    return _draw_sign(tx, prepared)


def _typed_who(incoming: Incoming, tx: Tx) -> View:
    """A name or a post that was typed."""
    form = tx.form
    asks = form.draft.get("asks") if form else ""
    name, post = _kept(tx)
    prepared = _prepared(tx)
    try:
        if asks == "name" or not name:
            name = signing.tidy_name(incoming.text)
        else:
            post = signing.tidy_post(incoming.text)
    except Invalid as error:
        return replace(_draw_sign(tx, prepared, errors.sentence(tx.t, error)), fresh=True)
    go(tx, "who", prepared.text.id, name=name, post=post, asks="")
    return replace(_draw_sign(tx, prepared), tidy=True)


def _right(_incoming: Incoming, tx: Tx) -> View:
    """Name and post are right: the last screen."""
    prepared = _prepared(tx)
    name, post = _kept(tx)
    if not (name and post) or not tx.actor.is_signatory:
        return _who(_incoming, tx)
    go(tx, "seal", prepared.text.id, name=name, post=post)
    return _draw_sign(tx, prepared)


def _draw_sign(tx: Tx, prepared: signing.Signing, note: str = "") -> View:
    form = tx.form
    version = form.version if form else 0
    name, post = _kept(tx)
    if form is not None and form.step == "who":
        asks = str(form.draft.get("asks") or "")
        return sign_views.who(tx.t, prepared, name, post, asks, version, note)
    if form is not None and form.step == "seal":
        return sign_views.seal(tx.t, prepared, name, post, version, note)
    return sign_views.first(tx.t, prepared, version, note)


def _seal(incoming: Incoming, tx: Tx) -> View:
    """The last tap. Pressed twice, or left behind, it signs nothing and says how it stands."""
    version_id = number(incoming)
    form, words = tx.form, incoming.data.split(":")
    if not (
        form is not None and _is_open(tx, version_id, "seal") and str(form.version) == words[2]
    ):
        # Raises where it is signed or replaced; else the way begins anew.
        return _sign(incoming, tx)
    name, post = _kept(tx)
    adoption = signing.adopt(tx.session, tx.actor, version_id, name, post)
    _leave(tx)
    home = adoptions.home(tx.session, tx.actor)
    line = next(one for one in home.lines if one.text.id == version_id)
    return sign_views.done(tx.t, line.text, adoption, line.signed, line.units, tx.actor.zone)


def _tell(incoming: Incoming, tx: Tx) -> View:
    version_id = number(incoming)
    try:
        names = signing.tell_signatory(tx.session, tx.actor, version_id)
    except (Invalid, Superseded) as error:
        if error.code in ("no_signatory", "signatory_asked"):
            prepared = signing.prepare(tx.session, tx.actor, version_id)
            words = errors.sentence(tx.t, error)
            view = sign_views.signatorys_tap(tx.t, prepared, words)
            return replace(view, toast=clip(plain(words), TOAST_LIMIT))
        raise
    words = sign_views.told(tx.t, names)
    return replace(_show_home(tx, words), toast=clip(plain(words), TOAST_LIMIT))


# --- Withdrawing ------------------------------------------------------------------------------


def _withdraw(incoming: Incoming, tx: Tx) -> View:
    text, one = signing.to_withdraw(tx.session, tx.actor, number(incoming))
    form = go(tx, "withdraw", text.id)
    return sign_views.withdrawing(tx.t, text, one, "", form.version)


def _draw_withdraw(tx: Tx, form: Form, note: str = "") -> View:
    text, one = signing.to_withdraw(tx.session, tx.actor, form.subject or 0)
    why = str(form.draft.get("why") or "")
    return sign_views.withdrawing(tx.t, text, one, why, form.version, note)


def _typed_why(incoming: Incoming, tx: Tx, form: Form) -> View:
    try:
        why = signing.tidy_reason(incoming.text)
    except Invalid as error:
        return replace(_draw_withdraw(tx, form, errors.sentence(tx.t, error)), fresh=True)
    form = go(tx, "withdraw", form.subject, why=why)
    return replace(_draw_withdraw(tx, form), tidy=True)


def _withdrawn(_incoming: Incoming, tx: Tx) -> View:
    form = tx.form
    why = str(form.draft.get("why") or "") if form else ""
    version_id = (form.subject or 0) if form else 0
    signing.withdraw(tx.session, tx.actor, version_id, why)
    _leave(tx)
    text = adoptions.find(tx.session, tx.actor, version_id)
    return _show_home(tx, sign_views.withdrawn(tx.t, text))


# --- Who has signed, reminding ----------------------------------------------------------------


def _board(incoming: Incoming, tx: Tx) -> View:
    found = adoption_board.board(tx.session, tx.actor, number(incoming))
    return views.board(tx.t, found, number(incoming, 1))


def _unit(incoming: Incoming, tx: Tx) -> View:
    """What a unit has signed."""
    found = adoption_board.signature(tx.session, tx.actor, number(incoming), number(incoming, 1))
    unit = tx.actor.unit
    mine = tx.actor.is_signatory and unit is not None and unit.id == found.adoption.unit_id
    return sign_views.unit(tx.t, found, number(incoming, 2), mine=mine)


def _plan(incoming: Incoming, tx: Tx) -> View:
    unit_id = number(incoming, 1)
    plan = adoption_board.plan(tx.session, tx.actor, number(incoming), unit_id or None)
    return notice_views.ask(tx.t, plan, unit_id)


def _nudge(incoming: Incoming, tx: Tx) -> View:
    version_id, unit_id = number(incoming), number(incoming, 1)
    try:
        return notice_views.nudged(
            tx.t, adoption_board.nudge(tx.session, tx.actor, version_id, unit_id or None)
        )
    except (Forbidden, NotFound):
        raise
    except Expected as error:
        # Reminded by somebody else meanwhile, or signed: show how it stands, with the sentence.
        words = errors.sentence(tx.t, error)
        found = adoption_board.board(tx.session, tx.actor, version_id)
        return replace(views.board(tx.t, found, note=words), toast=clip(plain(words), TOAST_LIMIT))


# --- The form ---------------------------------------------------------------------------------


def _show(tx: Tx) -> View:
    """The open form as it stands, or home where it has become pointless."""
    form = tx.form
    try:
        if form is None:
            return _show_home(tx)
        if form.step in targets.STEPS:
            return targets.draw(tx)
        if form.step == "withdraw":
            return _draw_withdraw(tx, form)
        return _draw_sign(tx, _prepared(tx))
    except (Superseded, Invalid) as error:
        return _outrun(tx, error)


def _text(incoming: Incoming, tx: Tx) -> View:
    """Something typed: targets, a name or post, a reason."""
    form = tx.form
    try:
        if form is not None and form.step in targets.STEPS:
            return targets.typed(incoming, tx)
        if form is not None and form.step == "withdraw":
            return _typed_why(incoming, tx, form)
        if form is not None and form.step == "who":
            return _typed_who(incoming, tx)
    except (Superseded, Invalid) as error:
        return replace(_outrun(tx, error), fresh=True)
    # Nothing is typed at the other steps: show where the person is.
    return replace(_show(tx), fresh=True)


def _of_form(handle: Callable[[Incoming, Tx], View]) -> Press:
    return Press(_or_home(handle), form=True)


FEATURE = Feature(
    name=views.FEATURE,
    commands=(Command("pact", _home, Who.SEATED, views.describe_pact),),
    buttons={
        "home": Press(_home),
        "board": Press(_board),
        "unit": Press(_unit),
        "ask": Press(_or_home(_plan)),
        "nudge": Press(_nudge),
        "sign": Press(_or_home(_sign)),
        "who": _of_form(_who),
        "change": _of_form(_change),
        "post": _of_form(_post),
        "right": _of_form(_right),
        "seal": Press(_or_home(_seal)),
        "tell": Press(_or_home(_tell)),
        "withdraw": Press(_or_home(_withdraw)),
        "withdrawn": _of_form(_withdrawn),
        "targets": Press(_or_home(_targets)),
        "card": _of_form(targets.card),
        "part": _of_form(targets.part),
        "field": _of_form(targets.field),
        "skip": _of_form(targets.skip),
        "same": _of_form(targets.same),
        "partsame": _of_form(targets.part_same),
        "allsame": _of_form(targets.all_same),
        "clear": _of_form(targets.clear),
        "undo": _of_form(targets.undo),
        "read": _of_form(targets.read),
    },
    on_text=_text,
    show=_show,
    left=lambda tx, _subject: _show_home(tx),
)

"""The rules of drafting, commenting and publishing: who may, what is kept, who is told."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import event
from sqlmodel import Session, col, select

from bot.database import Database
from bot.domain.texts import sha256
from bot.errors import Expected, Forbidden, Invalid, NotFound, Superseded
from bot.i18n import texts
from bot.models import (
    Adoption,
    AuditEntry,
    BlocText,
    CommentVerdict,
    OutMessage,
    Person,
    Seat,
    SeatRole,
    TextComment,
    TextKind,
    TextState,
    TextVersion,
)
from bot.services import audit, blocs, text_comments, text_drafting, text_publishing
from bot.services import texts as service
from bot.services.access import Actor
from bot.views.notices import NOTICES
from tests.builders import World, make_world

KIND = TextKind.REGULATION


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database, 5)


def drafted(world: World, author: Person, *lines: str, kind: TextKind = KIND) -> BlocText:
    with world.acting(author) as (session, actor):
        text = text_drafting.begin(session, actor, kind)
        edit = text_drafting.replace_all(
            session, actor, text.id or 0, text.revision, lines or ("Một", "Hai", "Ba")
        )
    return edit.text


def published(world: World, author: Person, *lines: str, why: str = "vì thế") -> TextVersion:
    text = drafted(world, author, *lines)
    with world.acting(author) as (session, actor):
        return text_publishing.publish(session, actor, text.id or 0, text.revision, why)


def opened(world: World, author: Person, *lines: str) -> BlocText:
    text = drafted(world, author, *lines)
    with world.acting(author) as (session, actor):
        return text_comments.open_round(session, actor, text.id or 0, text.revision)


def commented(world: World, person: Person, text: BlocText, words: str = "Ý") -> TextComment:
    with world.acting(person) as (session, actor):
        return text_comments.comment(session, actor, text.id or 0, text.round, 1, words)


def actions(world: World) -> list[str]:
    with world.database.transaction() as session:
        rows = session.exec(select(AuditEntry).order_by(col(AuditEntry.seq))).all()
    return [one.action for one in rows if one.action.startswith("text.")]


def test_what_is_in_force(world: World) -> None:
    leader = world.person(0)
    year_id = world.year.id or 0
    with world.database.transaction() as session:
        assert service.in_force(session, year_id, KIND) is None
        assert service.all_in_force(session, year_id) == {}
    first = published(world, leader, "Một")
    second = published(world, leader, "Một", "Hai")
    with world.database.transaction() as session:
        found = service.in_force(session, year_id, KIND)
        assert found is not None
        assert (found.id, found.version, found.body) == (second.id, 2, "Một\nHai")
        assert found.sha256 == sha256("Một\nHai")
        assert service.all_in_force(session, year_id) == {KIND: found}
        assert service.in_force(session, year_id, TextKind.PACT) is None
        # The first version stays as it was.
        assert session.get_one(TextVersion, first.id).body == "Một"


def test_publishing_leaves_an_entry_and_tells_everybody(world: World) -> None:
    leader = world.person(0)
    others = [world.person(unit) for unit in (0, 1, 2, 3)]
    observer, stranger = world.person(None, SeatRole.OBSERVER), world.person()
    version = published(world, leader, "Một")
    told = {person for person, kind in world.told() if kind == service.PUBLISHED}
    assert told == {one.id for one in (*others, observer)}
    assert stranger.id not in told
    with world.database.transaction() as session:
        entry = session.exec(
            select(AuditEntry).where(col(AuditEntry.action) == "text.published")
        ).one()
        assert entry.body["version"] == 1
        assert entry.body["sha256"] == version.sha256
        assert audit.verify(session).broken is None


def test_a_new_version_needs_a_reason_and_a_change(world: World) -> None:
    leader = world.person(0)
    published(world, leader, "Một")
    with pytest.raises(Superseded), world.acting(leader) as (session, actor):
        text = text_drafting.begin(session, actor, KIND)
        text_publishing.publish(session, actor, text.id or 0, text.revision, "x")
    text = drafted(world, leader, "Hai")
    for why in ("", "  \n", "x" * 1001):
        with pytest.raises(Invalid), world.acting(leader) as (session, actor):
            text_publishing.publish(session, actor, text.id or 0, text.revision, why)
    text = drafted(world, leader, "Một")
    with pytest.raises(Invalid), world.acting(leader) as (session, actor):
        text_publishing.publish(session, actor, text.id or 0, text.revision, "x")
    with world.acting(leader) as (session, actor):
        empty = text_drafting.begin(session, actor, TextKind.PLAN)
    with pytest.raises(Invalid), world.acting(leader) as (session, actor):
        text_publishing.publish(session, actor, empty.id or 0, empty.revision)


def test_news_of_an_older_version_isnt_told_any_more(world: World) -> None:
    leader, member = world.person(0), world.person(2)
    published(world, leader, "Một")
    published(world, leader, "Hai")
    with world.database.transaction() as session:
        rows = session.exec(
            select(OutMessage).where(OutMessage.person_id == member.id).order_by(col(OutMessage.id))
        ).all()
        t = texts("en")
        old, new = (NOTICES[one.kind](session, t, member, [one.ids], world.now) for one in rows)
        assert old is None
        assert new is not None
        assert "needs new approvals" in new.text


def test_only_those_who_lead_draft_and_publish(world: World) -> None:
    leader = world.person(0)
    text = opened(world, leader)
    text_id, revision = text.id or 0, text.revision
    acts: list[Callable[[Session, Actor], object]] = [
        lambda s, a: text_drafting.begin(s, a, KIND),
        lambda s, a: text_drafting.splice(s, a, text_id, revision, 0, 1, ["x"]),
        lambda s, a: text_drafting.append(s, a, text_id, revision, "x"),
        lambda s, a: text_comments.open_round(s, a, text_id, revision),
        lambda s, a: text_comments.close_round(s, a, text_id, 1),
        lambda s, a: text_publishing.summary(s, a, text_id, revision),
        lambda s, a: text_publishing.publish(s, a, text_id, revision),
    ]
    for person in (world.person(2), world.person(None, SeatRole.OBSERVER), world.person()):
        for act in acts:
            with pytest.raises(Forbidden), world.acting(person) as (session, actor):
                act(session, actor)
    assert actions(world) == ["text.opened"]


def test_another_blocs_text_cant_be_found(database: Database) -> None:
    home, abroad = make_world(database, 3), make_world(database, 3, name="Khối B")
    leader, foreign, member = home.person(0), abroad.person(0), abroad.person(2)
    text = opened(home, leader)
    comment = commented(home, home.person(2), text)
    text_id = text.id or 0
    with home.acting(leader) as (session, actor):
        version = text_publishing.publish(session, actor, text_id, text.revision).id or 0
    acts: list[Callable[[Session, Actor], object]] = [
        lambda s, a: service.reading(s, a, version),
        lambda s, a: service.draft(s, a, text_id),
        lambda s, a: service.locked(s, a, text_id),
        lambda s, a: text_comments.gathered(s, a, text_id),
        lambda s, a: text_comments.find(s, a, comment.id or 0),
        lambda s, a: text_comments.own(s, a, text_id),
        lambda s, a: text_comments.comment(s, a, text_id, 1, 1, "x"),
    ]
    for act in acts:
        with pytest.raises(NotFound), abroad.acting(foreign) as (session, actor):
            act(session, actor)
    for act in (acts[0], acts[1], acts[5], acts[6]):
        with pytest.raises(NotFound), abroad.acting(member) as (session, actor):
            act(session, actor)
    with abroad.acting(foreign) as (session, actor):
        assert text_comments.next_open(session, actor, text_id) is None
        assert all(not one.version for one in service.overview(session, actor))


def test_the_list_counts(world: World) -> None:
    leader, member, other = world.person(0), world.person(2), world.person(3)
    text = opened(world, leader)
    first = commented(world, member, text)
    commented(world, other, text)
    with world.acting(leader) as (session, actor):
        text_comments.judge(
            session, actor, first.id or 0, CommentVerdict.TAKEN, CommentVerdict.OPEN
        )
    with world.acting(leader) as (session, actor):
        line = service.line(session, actor, KIND)
        assert (line.state, line.comments, line.open) == (TextState.COMMENTING, 2, 1)
    with world.acting(member) as (session, actor):
        line = service.line(session, actor, KIND)
        assert (line.state, line.comments, line.open) == (TextState.COMMENTING, 0, 0)
    with world.acting(leader) as (session, actor):
        version = text_publishing.publish(session, actor, text.id or 0, text.revision)
        for at, withdrawn in enumerate((None, world.now), start=2):
            session.add(
                Adoption(
                    version_id=version.id or 0,
                    unit_id=world.unit(at).id or 0,
                    unit_name="x",
                    person_id=member.id or 0,
                    person_name="x",
                    post="x",
                    at=world.now,
                    withdrawn_at=withdrawn,
                )
            )
    with world.acting(member) as (session, actor):
        line = service.line(session, actor, KIND)
        assert (line.version, line.adopted, line.units, line.state) == (1, 1, 5, None)


def test_two_who_begin_at_once_make_one_text(postgres_database: Database) -> None:
    world = make_world(postgres_database, 4)
    people = [world.person(unit) for unit in (0, 0, 1)]
    start, failed = threading.Barrier(len(people)), []

    def begin(person: Person) -> None:
        try:
            start.wait(5)
            with world.acting(person) as (session, actor):
                text_drafting.begin(session, actor, KIND)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=begin, args=(one,)) for one in people]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
    assert failed == []
    with world.database.transaction() as session:
        assert len(session.exec(select(BlocText)).all()) == 1


def test_two_who_publish_at_once_make_one_version(database: Database) -> None:
    world = make_world(database, 4)
    leader, deputy = world.person(0), world.person(1)
    text = drafted(world, leader)
    start, outcomes = threading.Barrier(2), []

    def publish(person: Person) -> None:
        start.wait(5)
        try:
            with world.acting(person) as (session, actor):
                text_publishing.publish(session, actor, text.id or 0, text.revision)
            outcomes.append("published")
        except Expected as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=publish, args=(one,)) for one in (leader, deputy)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
    assert sorted(outcomes) == ["published", "text_published"]
    with world.database.transaction() as session:
        assert len(session.exec(select(TextVersion)).all()) == 1


def test_comments_are_bounded_and_not_doubled(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    leader, member = world.person(0), world.person(2)
    text = opened(world, leader, "Đoạn " * 200, "Hai")
    one = commented(world, member, text, "Ý kiến")
    assert commented(world, member, text, " Ý  kiến ").id == one.id
    assert len(one.quote) == text_comments.QUOTE_LIMIT
    for words in ("", " \n", "x" * 1001):
        with pytest.raises(Invalid):
            commented(world, member, text, words)
    monkeypatch.setattr(text_comments, "ENOUGH", 3)
    commented(world, member, text, "b")
    commented(world, member, text, "c")
    with pytest.raises(Invalid):
        commented(world, member, text, "d")
    # Another unit has its own.
    commented(world, world.person(3), text, "d")
    assert actions(world) == ["text.opened", *["text.commented"] * 4]


def test_a_paragraph_that_isnt_there_means_the_whole_text(world: World) -> None:
    text = opened(world, world.person(0))
    with world.acting(world.person(2)) as (session, actor):
        row = text_comments.comment(session, actor, text.id or 0, 1, 99, "x")
    assert (row.paragraph, row.quote) == (None, "")


def test_verdicts_reach_the_unit_only(world: World) -> None:
    leader, member, colleague = world.person(0), world.person(2), world.person(2)
    other = world.person(3)
    text = opened(world, leader)
    one = commented(world, member, text)
    with world.acting(leader) as (session, actor):
        text_comments.judge(
            session, actor, one.id or 0, CommentVerdict.DECLINED, CommentVerdict.OPEN, "Đã có"
        )
        # The same tap once more.
        text_comments.judge(
            session, actor, one.id or 0, CommentVerdict.DECLINED, CommentVerdict.OPEN, "Đã có"
        )
    told = [person for person, kind in world.told() if kind == text_comments.JUDGED]
    assert set(told) == {member.id, colleague.id}
    assert len(told) == 2
    assert other.id not in told
    assert actions(world).count("text.judged") == 1
    with world.database.transaction() as session:
        row = session.exec(
            select(OutMessage).where(
                col(OutMessage.kind) == text_comments.JUDGED,
                col(OutMessage.person_id) == member.id,
            )
        ).one()
        assert row.next_at > world.now
        view = NOTICES[row.kind](session, texts("en"), member, [row.ids], world.now)
        assert view is not None
        assert "✖ not taken up\n<i>Đã có</i>" in view.text
        session.exec(select(Seat).where(col(Seat.person_id) == member.id)).one().until = world.now
        session.flush()
        assert NOTICES[row.kind](session, texts("en"), member, [row.ids], world.now) is None


def test_nobody_judges_their_own_units_comment(world: World) -> None:
    leader, colleague, deputy = world.person(0), world.person(0), world.person(1)
    text = opened(world, leader)
    one = commented(world, colleague, text)
    verdict = (CommentVerdict.TAKEN, CommentVerdict.OPEN)
    with pytest.raises(Forbidden), world.acting(leader) as (session, actor):
        text_comments.judge(session, actor, one.id or 0, *verdict)
    with world.acting(leader) as (session, actor):
        assert text_comments.next_open(session, actor, text.id or 0) is None
    with world.acting(deputy) as (session, actor):
        assert text_comments.next_open(session, actor, text.id or 0) == one.id
        text_comments.judge(session, actor, one.id or 0, *verdict)


def test_a_year_starts_without_texts_and_from_the_last_ones(world: World) -> None:
    leader = world.person(0)
    published(world, leader, "Quy chế năm 2025")
    with world.database.transaction() as session:
        blocs.open_year(session, world.bloc.id or 0, 2026, world.now)
    with world.acting(leader) as (session, actor):
        assert [one.version for one in service.overview(session, actor)] == [0, 0, 0]
        found = text_drafting.last_text(session, actor, KIND)
        assert found is not None
        assert found[1] == 2025
        assert text_drafting.source(session, actor, KIND, "last") == ["Quy chế năm 2026"]
        with pytest.raises(NotFound):
            text_drafting.source(session, actor, TextKind.PACT, "last")
        facts = text_drafting.facts(session, actor)
        assert facts.year == 2026
        assert "Unit number 1" in facts.units


def test_as_many_statements_for_many_as_for_few(database: Database) -> None:
    counts = []
    for size in (3, 30):
        world = make_world(database, size, name=f"Khối {size}")
        leader = world.person(0)
        text = opened(world, leader)
        for unit in range(1, size):
            commented(world, world.person(unit), text)
        counts.append(_statements(world, leader, text))
    assert counts[0] == counts[1]


def _statements(world: World, leader: Person, text: BlocText) -> list[int]:
    found = []
    acts: list[Callable[[Session, Actor], object]] = [
        service.overview,
        lambda s, a: text_comments.gathered(s, a, text.id or 0),
        text_drafting.facts,
        lambda s, a: text_publishing.publish(s, a, text.id or 0, text.revision),
    ]
    for act in acts:
        with world.acting(leader) as (session, actor):
            seen: list[str] = []

            def note(*args: object, seen: list[str] = seen) -> None:
                statement = str(args[2])
                if not statement.startswith("INSERT"):  # rows of one kind go in together
                    seen.append(statement)

            event.listen(world.database.engine, "before_cursor_execute", note)
            try:
                act(session, actor)
                session.flush()
            finally:
                event.remove(world.database.engine, "before_cursor_execute", note)
            found.append(len(seen))
    return found

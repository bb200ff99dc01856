"""Reviewing and reminding by taps and typed commands, as people see it."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from sqlmodel import col, select

from bot.database import Database
from bot.i18n import KNOWN_LANGUAGES
from bot.models import (
    Evidence,
    EvidenceKind,
    Form,
    Person,
    Report,
    ReportState,
    ReportStep,
    Seat,
    SeatRole,
)
from bot.views.base import TEXT_LIMIT, View
from tests.builders import Chat, World, make_world, sent_report

MARCH = dt.date(2025, 3, 1)
HOSTILE = [
    "<b>&amp;</b> <script>",
    "=HYPERLINK(1)",
    "\u202egnp.exe\u200f\x00\x07",
    "x" * 5000,
    "&" * 900,
    "Vie\u0302\u0323t Nam" + "\u0301" * 50,
    "🇻🇳👩‍👩‍👧‍👦" * 30,
    "{number} {0} %s",
]


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database, 5)


def chat(world: World, unit: int | None, **what: object) -> Chat:
    return Chat.of(world, world.person(unit, **what))  # type: ignore[arg-type]


def state(world: World, number: int) -> ReportState:
    with world.database.transaction() as session:
        return session.exec(select(Report).where(col(Report.number) == number)).one().state


def steps(world: World) -> list[ReportStep]:
    with world.database.transaction() as session:
        return list(session.exec(select(ReportStep).order_by(col(ReportStep.id))))


def proofs(world: World, report: Report, *kinds: EvidenceKind) -> None:
    with world.database.transaction() as session:
        session.add_all(
            Evidence(
                report_id=report.id or 0,
                indicator="members_total" if index == 0 else None,
                kind=kind,
                file_id=f"file-{index}",
                content_key=f"key-{index}",
                caption="<i>opening</i>" if index == 0 else None,
                added_by=report.sent_by or 0,
                added_at=world.now - dt.timedelta(hours=1),
            )
            for index, kind in enumerate(kinds)
        )


def test_from_the_message_to_the_decision_and_on_to_the_next(world: World) -> None:
    leader = chat(world, 0)
    one, two = chat(world, 2), chat(world, 3)
    with world.database.transaction() as session:
        people = {p.telegram_id: p for p in session.exec(select(Person))}
    sent_report(world, people[one.telegram_id], MARCH, members_total=120)
    sent_report(world, people[two.telegram_id], MARCH)
    (news,) = leader.news()
    assert news.text.startswith("📨 2 reports have come.")
    leader.view = news
    leader.tap("1 · U3")
    assert "<b>Report 1 · Unit number 3</b>\nMarch 2025" in leader.text
    assert "Members in total: <b>120</b>" in leader.text
    assert "⚠ No evidence is attached" in leader.text
    leader.tap("✅ Approve")
    assert "✅ Report 1 of U3 for March 2025 is approved." in leader.text
    assert "was approved by U1" in one.news()[-1].text
    leader.tap("Next: 2 · U4")
    leader.tap("✅ With comment")
    leader.type("Thank <you>")
    assert "✅ Report 2 of U4" in leader.text
    assert "<blockquote>Thank &lt;you&gt;</blockquote>" in two.news()[-1].text
    assert leader.news() == []
    leader.tap("Waiting reports")
    assert "No report waits for your decision." in leader.text


def test_commands_with_and_without_arguments(world: World) -> None:
    leader = chat(world, 0)
    for unit in (2, 3, 4):
        sent_report(world, world.person(unit), MARCH)
    leader.command("approve", "#1: well done")
    assert state(world, 1) is ReportState.APPROVED
    assert steps(world)[-1].comment == "well done"
    leader.command("return", "2  the figures\nare wrong")
    assert state(world, 2) is ReportState.RETURNED
    assert steps(world)[-1].comment == "the figures\nare wrong"
    leader.command("approve", "women's union")
    assert "Please give the report's number" in leader.text
    assert leader.buttons[0].startswith("3 · U5")
    leader.command("return")
    leader.tap("3 · U5")
    assert "<b>Return report 3 · U5</b>" in leader.text
    leader.command("return", "3")
    assert "<b>Return report 3 · U5</b>" in leader.text
    leader.command("approve", "77")
    assert "There is no report 77 in 2025" in leader.text
    leader.command("approve", "1")
    assert "You have approved report 1 of U3 already" in leader.text
    leader.command("approve", "١")
    assert "You have approved report 1 of U3 already" in leader.text
    assert state(world, 3) is not ReportState.APPROVED


def test_returning_with_marks(world: World) -> None:
    leader = chat(world, 0)
    person = world.person(2)
    member = Chat.of(world, person)
    sent_report(world, person, MARCH)
    leader.command("pending")
    leader.tap("1 · U3")
    leader.tap("↩ Return")
    leader.tap("Organisation")
    mark = leader.button("Members in total").data
    leader.press(mark)
    # The same tap twice does the same as once; it can be taken back.
    leader.press(mark)
    assert "✎ Members in total" in leader.buttons
    leader.tap("New members")
    leader.tap("New members")
    leader.tap("✔ Done")
    assert "✎ 1 · Organisation" in leader.buttons
    assert not any("Return now" in text for text in leader.buttons)
    leader.type("x" * 1001)
    assert "1,001 characters, at most 1,000" in leader.text
    assert "✎ Members in total" in leader.text
    leader.type("Please count again")
    assert "Reason: <i>Please count again</i>" in leader.text
    assert leader.view.tidy
    send = leader.button("↩ Return now").data
    leader.press(send)
    assert "↩ Report 1 of U3 for March 2025 is returned." in leader.text
    leader.press(send)
    assert "↩ Returned by" in leader.text
    assert [step.kind.value for step in steps(world)] == ["sent", "returned"]
    assert steps(world)[-1].marked == ["members_total"]
    news = member.news()[-1]
    assert "Please count again" in news.text
    assert "✎ Members in total" in news.text
    member.view = news
    member.tap("Correct the report")
    assert "Please count again" in member.text


def test_the_list_counts_days_as_people_do_there(world: World) -> None:
    world.now = dt.datetime(2025, 3, 10, 20, 0, tzinfo=dt.UTC)  # the 11th in Vietnam
    sent_report(world, world.person(2), MARCH)
    leader = chat(world, 0)
    leader.command("pending")
    assert "since Mar 11, 2025, decide by Mar 16, 2025" in leader.text


def test_a_button_of_a_return_that_is_done_shows_how_the_report_stands(world: World) -> None:
    leader = chat(world, 0)
    sent_report(world, world.person(2), MARCH)
    leader.command("return", "1")
    with_quick = [one for row in leader.view.rows for one in row if "review:quick" in one.data]
    old = with_quick[0].data
    leader.press(old)
    leader.tap("Return now")
    assert state(world, 1) is ReportState.RETURNED
    leader.press(old)
    assert "out of date" in leader.view.toast
    assert "<b>Report 1 · Unit number 3</b>" in leader.text
    assert len(steps(world)) == 2
    # The bloc's reports are a leader's to see only while the seat lasts.
    with world.database.transaction() as session:
        person = session.exec(select(Person).where(Person.telegram_id == leader.telegram_id)).one()
        for seat in session.exec(select(Seat).where(Seat.person_id == person.id)):
            seat.until = world.now
            session.add(seat)
    leader.press(old)
    assert "Report 1" not in leader.text
    assert "out of date" in leader.view.toast


def test_a_quick_reason_can_be_replaced(world: World) -> None:
    leader = chat(world, 0)
    sent_report(world, world.person(2), MARCH)
    leader.command("return", "1")
    leader.tap("Evidence is missing")
    leader.tap("Another reason")
    leader.tap("describe the results")
    leader.tap("↩ Return now")
    assert steps(world)[-1].comment == "Please describe the results more precisely."


def test_the_second_reviewer_sees_who_decided(world: World) -> None:
    leader, deputy = chat(world, 0, name="Lan"), chat(world, 1, name="Minh")
    sent_report(world, world.person(2), MARCH)
    for reviewer in (leader, deputy):
        reviewer.command("pending")
        reviewer.tap("1 · U3")
    deputy.tap("↩ Return")
    deputy.tap("Evidence is missing")
    leader.tap("✅ Approve")
    deputy.tap("↩ Return now")
    assert "Lan (U1) has approved report 1 of U3 already, 12:00" in deputy.text
    assert "✅ Approved by Lan (U1)" in deputy.text
    assert deputy.view.alert
    assert not any("Return" in text or "Approve" in text for text in deputy.buttons)
    assert state(world, 1) is ReportState.APPROVED
    with world.database.transaction() as session:
        assert not any(form.feature for form in session.exec(select(Form)))


def test_the_leaders_own_report_goes_to_the_deputy(world: World) -> None:
    person = world.person(0)
    leader, deputy = Chat.of(world, person), chat(world, 1)
    report = sent_report(world, person, MARCH)
    leader.command("pending")
    assert "Your own unit's report 1 is decided by the other reviewer." in leader.text
    leader.command("approve", "1")
    assert "Report 1 is your own unit's. U2 decides on it." in leader.text
    leader.press(f"review:approve:0:{report.id}:1")
    assert "U2 decides on it" in leader.view.toast
    leader.press(f"review:open:0:{report.id}:0")
    assert not any("Approve" in text for text in leader.buttons)
    assert state(world, 1) is ReportState.SENT
    deputy.view = deputy.news()[0]
    deputy.tap("1 · U1")
    deputy.tap("✅ Approve")
    assert state(world, 1) is ReportState.APPROVED


def test_withdrawn_under_the_reviewers_finger(world: World) -> None:
    person = world.person(2)
    leader, member = chat(world, 0), Chat.of(world, person)
    report = sent_report(world, person, MARCH)
    leader.command("pending")
    member.command("report", "2025-03")
    member.tap("ithdraw")
    if leader.news():
        member.tap("ithdraw")
    leader.tap("1 · U3")
    assert "U3 has withdrawn report 1." in leader.text
    assert "No report waits" in leader.text
    leader.press(f"review:return:0:{report.id}:1")
    assert "U3 has withdrawn report 1." in leader.text
    leader.command("approve", "1")
    assert "U3 has withdrawn report 1." in leader.text


def test_in_review_is_seen_by_the_unit(world: World) -> None:
    person = world.person(2)
    leader, member = chat(world, 0), Chat.of(world, person)
    sent_report(world, person, MARCH)
    member.command("status")
    assert "waits to be read" in member.text
    leader.command("pending")
    leader.tap("1 · U3")
    member.command("status")
    assert "is being read" in member.text


def test_history_and_evidence_are_a_tap_away(world: World) -> None:
    person = world.person(2, name="An <x>")
    leader = chat(world, 0)
    report = sent_report(world, person, MARCH)
    proofs(world, report, EvidenceKind.PHOTO, EvidenceKind.DOCUMENT)
    leader.command("pending")
    leader.tap("1 · U3")
    card = leader.view
    leader.tap("🕘 History")
    assert "📨 Sent by An &lt;x&gt; (U3), 12:00" in leader.text
    leader.tap("◀ Back")
    assert leader.view == card
    leader.tap("📷 Evidence: 2")
    first = leader.view
    assert first.attachment is not None
    assert (first.attachment.kind, first.attachment.file_id) == ("photo", "file-0")
    assert "file 1 of 2" in first.text
    assert "To: Members in total" in first.text
    assert "&lt;i&gt;opening" in first.text
    leader.tap("▶")
    assert leader.view.attachment is not None
    assert (leader.view.attachment.kind, leader.view.attachment.file_id) == ("document", "file-1")
    assert "To the whole report" in leader.text
    leader.tap("◀ To the report")
    # A picture's message can't become a text: the card comes as a message of its own.
    assert leader.view.fresh
    assert leader.text == card.text


def test_a_form_survives_leaving_and_coming_back(world: World) -> None:
    leader = chat(world, 0)
    sent_report(world, world.person(2), MARCH)
    leader.command("return", "1")
    leader.tap("Organisation")
    old = leader.button("Members in total").data
    leader.tap("Members in total")
    leader.command("start")
    leader.tap("Continue")
    assert "✎ Members in total" in leader.buttons
    leader.command("return", "1")
    leader.press(old)
    assert "<b>Return report 1 · U3</b>" in leader.text
    assert "out of date" in leader.view.toast
    # What was marked before stays; so it does when another report is decided on.
    assert "✎ Members in total" in leader.text
    sent_report(world, world.person(3), MARCH)
    leader.command("approve", "2")
    leader.command("start")
    leader.tap("Continue")
    leader.tap("Evidence is missing")
    leader.tap("↩ Return now")
    assert steps(world)[-1].marked == ["members_total"]


def test_long_reports_come_in_pages(world: World) -> None:
    person = world.person(2)
    leader = chat(world, 0)
    report = sent_report(world, person, MARCH)
    with world.database.transaction() as session:
        step = session.exec(select(ReportStep).where(ReportStep.report_id == report.id)).one()
        step.values = {
            **step.values,
            "highlights": "<&" * 500,
            "difficulties": "d" * 1000,
            "plan": "p" * 1000,
        }
        session.add(step)
    leader.press(f"review:open:0:{report.id}:0")
    assert "1/2" in leader.buttons
    seen = leader.text
    leader.tap("▶")
    seen += leader.text
    assert "&lt;&amp;" * 500 in seen
    assert "p" * 1000 in seen
    leader.press(f"review:open:0:{report.id}:99999")
    assert "2/2" in leader.buttons


def test_who_is_missing_and_one_tap_reminds_them(world: World) -> None:
    leader = chat(world, 0)
    sent_report(world, world.person(1), MARCH)
    debtor = chat(world, 2, name="An")
    chat(world, 2, role=SeatRole.REPRESENTATIVE, name="Bình")
    leader.command("missing")
    assert "<b>Reports for March 2025</b>\ndue 23:59 Mar 25, 2025 (GMT+7): 15 days left" in (
        leader.text
    )
    assert "✅ 1 of 5 units have sent" in leader.text
    assert "⏳ <b>U3</b>: not sent yet\n• An (signatory)\n• Bình" in leader.text
    assert "Nobody has taken a seat there yet." in leader.text
    assert leader.button("➕ U4").data == f"units:invite:0:{world.unit(3).id}"
    leader.tap("🔔 Remind those who owe")
    assert "2 people will get a reminder.\n1 unit owes it:\n• U3: An, Bình" in leader.text
    assert "Nobody has taken a seat yet: U4 and U5." in leader.text
    send = leader.button("🔔 Send").data
    leader.press(send)
    assert "🔔 2 people are being reminded." in leader.text
    leader.press(send)
    assert "A reminder went out 12:00 Mar 10, 2025 (GMT+7)." in leader.text
    (news,) = debtor.news()
    assert "U1 asks U3 for the report for March 2025" in news.text
    debtor.view = news
    debtor.tap("✎ Report March 2025")
    assert "March 2025" in debtor.text
    leader.tap("🔔 U3")
    assert "The next one is possible from 00:00 Mar 11, 2025" in leader.text
    leader.tap("◀ Back")
    leader.tap("All units")
    assert "📨 U2: report 1 was sent" in leader.text
    leader.tap("1 · U2")
    assert "<b>Report 1 ·" in leader.text


def test_status_leads_to_the_report(world: World) -> None:
    member = chat(world, 2)
    member.command("status")
    assert "⏳ Report for March 2025, due 23:59 Mar 25, 2025 (GMT+7): 15 days left" in member.text
    member.tap("✎ Report March 2025")
    assert "Unit number 3" in member.text or "U3" in member.text


def test_an_observer_reads_and_changes_nothing(world: World) -> None:
    observer = chat(world, None, role=SeatRole.OBSERVER)
    report = sent_report(world, world.person(2), MARCH)
    observer.command("status")
    assert "1 of 5 sent, 1 to be decided" in observer.text
    observer.tap("Waiting reports")
    observer.tap("1 · U3")
    assert not any("Approve" in text or "Return" in text for text in observer.buttons)
    observer.command("missing")
    assert not any("🔔" in text or "➕" in text for text in observer.buttons)
    for data in (
        f"review:approve:0:{report.id}:1",
        f"standing:nudge:0:2025-03:{world.unit(3).id}",
        "standing:ask:0:2025-03:0",
    ):
        observer.press(data)
        assert "Only the bloc leader and the deputy" in observer.view.toast
    assert state(world, 1) is ReportState.SENT


def screens(view: View) -> list[str]:
    return [button.data for row in view.rows for button in row if button.data]


@pytest.mark.parametrize("language", sorted(KNOWN_LANGUAGES))
def test_every_screen_can_be_shown_in_every_language(
    sqlite_database: Database, language: str
) -> None:
    """Presses every button that can be reached; texts fit and every screen has a way on."""
    world = make_world(sqlite_database, 4)
    leader = chat(world, 0, language=language)
    report = sent_report(world, world.person(2, name="<i>&"), MARCH, members_total=7)
    proofs(world, report, EvidenceKind.PHOTO)
    sent_report(world, world.person(1), MARCH)
    leader.command("pending")
    waiting = screens(leader.view)
    leader.command("missing")
    waiting += screens(leader.view)
    leader.command("status")
    waiting += screens(leader.view)
    seen: set[str] = set()
    actions: set[str] = set()
    while waiting:
        data = waiting.pop(0)
        # The same button of another version of the form leads to the same screen.
        key = re.sub(r"^(\w+:\w+):\d+", r"\1", data)
        if key in seen or not data.startswith(("review:", "standing:")):
            continue
        if data.startswith(("review:approve", "standing:nudge")):
            continue
        if data.startswith("review:mark") and "review:mark" in actions:
            continue
        seen.add(key)
        actions.add(":".join(data.split(":")[:2]))
        leader.press(data)
        assert len(leader.text) <= TEXT_LIMIT
        assert leader.view.rows, data
        # Depth first: a form's buttons are pressed while it is open.
        waiting = screens(leader.view) + waiting
    assert actions >= {
        "review:open",
        "review:list",
        "review:history",
        "review:proof",
        "review:back",
        "review:comment",
        "review:return",
        "review:part",
        "review:mark",
        "standing:all",
        "standing:ask",
        "standing:missing",
    }


def test_hostile_texts(world: World) -> None:
    leader = chat(world, 0)
    person = world.person(2)
    member = Chat.of(world, person)
    sent_report(world, person, MARCH)
    for text in HOSTILE:
        leader.command("return", "1")
        leader.type(text)
        assert len(leader.text) < 12 * TEXT_LIMIT
        assert "\x00" not in leader.text
        assert "<script>" not in leader.text
    for data in (
        "review:open:0:x:y",
        "review:open:0",
        "review:approve:0:99999999999999999999:1",
        "review:mark:1:999:1",
        "review:part:0:zzz",
        "review:send_back:0:",
        "review:proof:0:1:777777777777777",
        "standing:missing:0:2025-99",
        "standing:missing:0:0001-01:5",
        "standing:nudge:0:nonsense:1",
        "standing:ask:0:2025-03:99999999999",
        "standing:all:0:9999-12:1",
        "standing:missing:0:٢٠٢٥-٠٣",
    ):
        leader.press(data)
        assert leader.view.toast or leader.text
    for text in ("2025-03", "tháng 3", "nonsense", "9999999", "2031-01", "x" * 4000):
        leader.command("missing", text)
        assert leader.text
    for text in ("0", "-1", "999999999", "9" * 400, "1" * 9 + " x", "²", "1.5", "१ ok"):
        member.command("approve", text)
        assert "Only the bloc leader and the deputy" in member.text
    assert len(steps(world)) == 1

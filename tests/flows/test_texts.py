"""Drafting, commenting, publishing and reading the year's texts, as people see it in the chat."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlmodel import col, select

from bot.database import Database
from bot.domain.texts import sha256
from bot.i18n import KNOWN_LANGUAGES
from bot.models import BlocText, Form, SeatRole, TextComment, TextKind, TextVersion
from bot.views.base import TEXT_LIMIT, TOAST_LIMIT, View
from tests.builders import Chat, World, make_world

HOSTILE = ["<b>&amp;</b> <script>", "{number} {0} %s", "\u202egnp.exe\u200f\x00", "🇻🇳👩‍👩‍👧‍👦" * 30]


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database, 5)


def chat(world: World, unit: int | None, **what: object) -> Chat:
    return Chat.of(world, world.person(unit, **what))  # type: ignore[arg-type]


def text_of(world: World, kind: TextKind = TextKind.REGULATION) -> BlocText:
    with world.database.transaction() as session:
        return session.exec(select(BlocText).where(BlocText.kind == kind)).one()


def versions(world: World) -> list[TextVersion]:
    with world.database.transaction() as session:
        return list(session.exec(select(TextVersion).order_by(col(TextVersion.id))))


def draft(leader: Chat, *messages: str) -> None:
    """The regulation, typed."""
    leader.command("publish")
    leader.tap("Regulation")
    leader.tap("Type it or send a file")
    for message in messages:
        leader.type(message)
    leader.tap("Done")


def publish(leader: Chat, why: str = "") -> None:
    leader.command("publish")
    leader.tap("Regulation")
    leader.tap("📢 Publish")
    if why:
        leader.type(why)
    leader.tap("📢 Publish now")


def test_from_the_proposed_text_to_the_published_one(world: World) -> None:
    leader, deputy = chat(world, 0), chat(world, 1)
    one, two = chat(world, 2), chat(world, 3)
    leader.command("publish")
    assert "<b>Pact</b>\nnone yet" in leader.text
    leader.tap("Pact")
    leader.tap("Start from the proposed text")
    assert "31 paragraphs" in leader.text
    leader.tap("👁 Preview")
    assert "<code>1</code> <b>GIAO ƯỚC THI ĐUA</b>" in leader.text
    assert "Căn cứ Luật Thi đua, khen thưởng" in leader.text
    leader.tap("▶")
    assert "ít nhất một mô hình và một sản phẩm" in leader.text
    leader.tap("◀ Back")
    leader.tap("Put up for comment")
    assert "Every unit is told" in leader.text
    leader.tap("Put it up")
    assert "open for comments" in leader.text

    (news,) = one.news()
    assert "💬 <b>Pact 2025</b> is open for comments." in news.text
    one.view = news
    one.tap("Read and comment")
    page = one.text
    one.tap("💬 Comment")
    one.tap("3")
    assert "<blockquote>Căn cứ Luật Thi đua, khen thưởng" in one.text
    one.type("Nên thêm <luật> mới")
    assert "Your comment on paragraph 3 is kept." in one.text
    assert page in one.text
    two.view = two.news()[0]
    two.tap("Read and comment")
    two.tap("💬 Comment")
    two.tap("The whole text")
    two.type("Đồng ý")
    assert "on the whole text is kept" in two.text

    (news,) = [view for view in leader.news() if "new comments" in view.text]
    assert "💬 <b>Pact</b>: 2 new comments, of U3 and U4." in news.text
    leader.view = news
    leader.tap("Pact: comments")
    assert "2 comments, 2 undecided" in leader.text
    assert "Nên thêm &lt;luật&gt; mới" in leader.text
    leader.tap("1")
    assert "comment of Unit number 4" in leader.text
    leader.tap("Taken up")
    assert "U4: ✅ taken up. The unit is told." in leader.text
    # The next one that waits.
    assert "comment of Unit number 3" in leader.text
    leader.tap("✎ with a word")
    leader.type("Luật đã có trong mục 1")
    assert "2 comments, 0 undecided" in leader.text
    assert "<i>Luật đã có trong mục 1</i>" in leader.text
    told = one.news()[-1]
    assert "What became of your comments" in told.text
    assert "✅ taken up" in told.text
    one.view = told
    one.tap("Pact: our comments")
    assert "<i>Luật đã có trong mục 1</i>" in one.text
    assert "Đồng ý" not in one.text

    leader.tap("◀ Back")
    leader.tap("📢 Publish")
    assert "Publish: Pact, version 1" in leader.text
    assert "31 paragraphs" in leader.text
    leader.tap("📢 Publish now")
    assert "✅ Pact: version 1 is published." in leader.text
    assert "version 1 in force, signed by 0 of 5 units" in leader.text
    (version,) = versions(world)
    assert version.sha256 == sha256(version.body)
    assert version.why is None
    news = deputy.news()[-1]
    assert "📢 <b>Pact 2025</b> of Khối A is published." in news.text
    assert [b.data for row in news.rows for b in row][-1] == "pact:home:0"
    deputy.view = news
    deputy.tap("📖 Read")
    assert "<b>GIAO ƯỚC THI ĐUA</b>" in deputy.text
    assert "<code>" not in deputy.text
    deputy.tap("◀")
    assert f"no letter changes: <code>{version.sha256}</code>" in deputy.text


def test_a_text_in_several_messages(world: World) -> None:
    leader = chat(world, 0)
    leader.command("publish")
    leader.tap("Regulation")
    leader.tap("Type it or send a file")
    leader.type("QUY CHẾ\n\n  Điều 1.  Họp ")
    assert "✅ 2 paragraphs." in leader.text
    assert "2 paragraphs, 19 characters" in leader.text
    assert leader.view.tidy
    leader.type("x" * 3600 + " và")
    # Cut off by the app: the rest belongs to the same paragraph.
    leader.type("phần còn lại.")
    leader.type("Điều 2.")
    assert text_of(world).body.split("\n") == [
        "QUY CHẾ",
        "Điều 1. Họp",
        "x" * 3600 + " và phần còn lại.",
        "Điều 2.",
    ]
    undo = leader.button("Undo").data
    leader.tap("Undo")
    # The same tap twice undoes once.
    leader.press(undo)
    assert len(text_of(world).body.split("\n")) == 3
    leader.tap("Undo")
    assert text_of(world).body.endswith("x và")
    leader.tap("Replace everything")
    assert "replaces everything" in leader.text
    leader.type("Mới")
    leader.type("hẳn")
    assert text_of(world).body == "Mới\nhẳn"
    leader.tap("Undo")
    leader.tap("Undo")
    assert text_of(world).body.endswith("x và")
    leader.type("   ")
    assert "There is no text in it" in leader.text
    leader.command("start")
    leader.tap("Continue")
    assert "Ends with: <i>…xxx" in leader.text
    leader.tap("Done")
    assert "a draft" in leader.text


def test_single_paragraphs_are_changed(world: World) -> None:
    leader = chat(world, 0)
    draft(leader, "\n".join(f"Đoạn {at}" for at in range(1, 13)))
    leader.tap("Paragraphs")
    assert "<code>8</code> Đoạn 8" in leader.text
    leader.tap("▶")
    leader.tap("10")
    assert "<blockquote>Đoạn 10</blockquote>" in leader.text
    leader.type("Mười\nMười một phần hai")
    assert "✅ 2 paragraphs." in leader.text
    leader.type("2")
    leader.tap("Insert after it")
    leader.type("Hai rưỡi")
    leader.type("1")
    delete = leader.button("Delete it").data
    leader.tap("Delete it")
    leader.press(delete)
    leader.type("99")
    assert "from 1 to 13" in leader.text
    assert text_of(world).body.split("\n") == [
        "Đoạn 2", "Hai rưỡi", *(f"Đoạn {at}" for at in range(3, 10)), "Mười",
        "Mười một phần hai", "Đoạn 11", "Đoạn 12",
    ]  # fmt: skip
    leader.tap("Undo")
    leader.tap("Undo")
    leader.tap("Undo")
    assert text_of(world).body == "\n".join(f"Đoạn {at}" for at in range(1, 13))
    assert not any("Undo" in text for text in leader.buttons)


def test_two_authors_dont_overwrite_each_other(world: World) -> None:
    leader, deputy = chat(world, 0), chat(world, 1)
    draft(leader, "Một\nHai")
    leader.tap("Paragraphs")
    leader.tap("2")
    deputy.command("publish")
    deputy.tap("Regulation")
    deputy.tap("Write")
    deputy.type("Ba")
    leader.type("Hai mới")
    assert "has changed this text" in leader.text
    assert not leader.view.tidy
    assert text_of(world).body == "Một\nHai\nBa"
    leader.type("Hai mới")
    assert text_of(world).body == "Một\nHai mới\nBa"
    deputy.tap("Undo")
    assert "has changed this text" in deputy.text
    assert text_of(world).body == "Một\nHai mới\nBa"
    leader.tap("Done")
    old = leader.button("📢 Publish").data
    deputy.type("Bốn")
    leader.press(old)
    assert "has changed this text" in leader.text
    assert versions(world) == []


def test_a_new_version_says_why_and_what_changed(world: World) -> None:
    leader, member = chat(world, 0), chat(world, 2)
    draft(leader, "QUY CHẾ\nHọp mỗi quý một lần\nBỏ đi")
    publish(leader)
    member.view = member.news()[-1]
    member.tap("📖 Read")
    leader.command("publish")
    leader.tap("Regulation")
    leader.tap("Change it (a new version)")
    leader.tap("2")
    leader.type("Họp mỗi tháng một lần")
    leader.type("3")
    leader.tap("Delete it")
    leader.tap("Write at the end")
    leader.type("Thêm vào")
    leader.tap("Done")
    leader.tap("📢 Publish")
    assert "Changed from version 1: ➕ 1, ➖ 1, ✏ 1" in leader.text
    assert "Why a new version?" in leader.text
    assert not any("Publish now" in text for text in leader.buttons)
    leader.tap("What changes")
    assert "<s>quý</s><u>tháng</u>" in leader.text
    leader.command("publish")
    leader.tap("Regulation")
    leader.tap("📢 Publish")
    leader.tap("Đính chính sai sót")
    leader.tap("Another reason")
    leader.type("Theo <góp ý>")
    assert "Why: <i>Theo &lt;góp ý&gt;</i>" in leader.text
    now = leader.button("Publish now").data
    leader.tap("Publish now")
    leader.press(now)
    assert [one.version for one in versions(world)] == [1, 2]
    news = member.news()[-1]
    assert "version 2 is published" in news.text
    assert "Why: <i>Theo &lt;góp ý&gt;</i>" in news.text
    assert "needs new approvals" in news.text
    # Whoever is still reading the old one is told, and led on.
    member.press(f"texts:read:0:{versions(world)[0].id}:0")
    assert member.text.startswith("⚠ This is no longer in force: there is version 2.")
    assert "Bỏ đi" in member.text
    member.tap("What changed")
    assert "Họp mỗi <s>quý</s><u>tháng</u> một lần" in member.text
    assert "➖ Old paragraph 3, removed</b>\n<s>Bỏ đi</s>" in member.text
    assert "➕ Paragraph 3, added</b>\n<u>Thêm vào</u>" in member.text
    member.tap("📖 Version 2")
    assert "Thêm vào" in member.text
    member.tap("◀ Back")
    member.tap("Versions")
    assert "Version 1:" in member.text


def test_nothing_is_published_twice_or_unchanged(world: World) -> None:
    leader = chat(world, 0)
    draft(leader, "Một")
    publish(leader)
    leader.command("publish")
    leader.tap("Regulation")
    assert not any("Publish" in text for text in leader.buttons)
    leader.press(f"drafts:publish:0:{text_of(world).id}:{text_of(world).revision}")
    assert "Version 1 is published already" in leader.text
    leader.tap("Change it")
    leader.tap("1")
    leader.type("Hai")
    leader.tap("Undo")
    leader.tap("Done")
    leader.press(f"drafts:publish:0:{text_of(world).id}:{text_of(world).revision}")
    assert "the same as the version in force" in leader.text


def test_commenting_ends_while_somebody_comments(world: World) -> None:
    leader, member = chat(world, 0), chat(world, 2)
    draft(leader, "Một\nHai")
    leader.tap("Put up for comment")
    leader.tap("Put it up")
    assert not any("Write" in text for text in leader.buttons)
    text = text_of(world)
    leader.press("drafts:write:0:regulation")
    assert "open for comments now" in leader.text
    member.press(f"texts:look:0:{text.id}:{text.revision}:0")
    member.tap("💬 Comment")
    member.type("2")
    assert "<blockquote>Hai</blockquote>" in member.text
    leader.press("texts:card:0:regulation")
    leader.tap("Close comments")
    member.type("Muộn rồi")
    assert "isn't open for comments now" in member.text
    with world.database.transaction() as session:
        assert session.exec(select(TextComment)).all() == []
        assert session.exec(select(Form).where(Form.feature == "comments")).all() == []
    member.press(f"texts:look:0:{text.id}:{text.revision}:0")
    assert "isn't open for comments now" in member.text
    assert "Một" not in member.text
    # The next round starts anew, and tells once more.
    leader.tap("Put up for comment")
    leader.tap("Put it up")
    assert len([view for view in member.news() if "open for comments" in view.text]) == 1
    member.press(f"comments:on:0:{text.id}:1:2")
    assert "isn't open for comments now" in member.text


def test_the_leaders_own_unit_is_judged_by_the_deputy(world: World) -> None:
    leader, colleague, deputy = chat(world, 0), chat(world, 0), chat(world, 1)
    draft(leader, "Một")
    leader.tap("Put up for comment")
    leader.tap("Put it up")
    colleague.view = colleague.news()[0]
    colleague.tap("Read and comment")
    colleague.tap("💬 Comment")
    colleague.tap("1")
    colleague.type("Của mình")
    colleague.type("Của mình")
    with world.database.transaction() as session:
        (comment,) = session.exec(select(TextComment)).all()
    leader.press(f"comments:one:0:{comment.id}")
    assert "decided on by the other reviewer" in leader.text
    leader.press(f"comments:judge:0:{comment.id}:t:o")
    assert leader.view.alert
    deputy.press(f"comments:judge:0:{comment.id}:d:o")
    assert "✖ not taken up" in deputy.text
    # Seen undecided by somebody else meanwhile.
    other = chat(world, 1)
    other.press(f"comments:judge:0:{comment.id}:t:o")
    assert "has decided on that comment meanwhile" in other.text
    other.tap("✅ Taken up")
    assert "✅ taken up" in other.text


def test_last_years_text_is_a_start(world: World) -> None:
    leader = chat(world, 0)
    draft(leader, "Kế hoạch năm 2025")
    publish(leader)
    from bot.services import blocs

    with world.database.transaction() as session:
        blocs.open_year(session, world.bloc.id or 0, 2026, world.now)
    leader.command("publish")
    assert "<b>Regulation</b>\nnone yet" in leader.text
    leader.tap("Regulation")
    leader.tap("Start from the text of 2025")
    leader.tap("👁 Preview")
    assert "Kế hoạch năm 2026" in leader.text
    # The old year's version can still be read.
    leader.press(f"texts:read:0:{versions(world)[0].id}:0")
    assert "Kế hoạch năm 2025" in leader.text


def test_starting_over_asks_first(world: World) -> None:
    leader = chat(world, 0)
    draft(leader, "Một")
    leader.tap("Write")
    leader.tap("Replace everything")
    leader.tap("Take the proposed text")
    assert "Replace all of it?" in leader.text
    leader.tap("Replace it")
    assert text_of(world).body.startswith("QUY CHẾ")
    leader.tap("Undo")
    assert text_of(world).body == "Một"


def test_themes_and_heads_fill_the_proposed_text(world: World) -> None:
    leader = chat(world, 0)
    leader.command("publish")
    leader.tap("Themes, legal basis, heads")
    assert "<b>Place</b>: Ninh Thuận" in leader.text
    leader.tap("Themes")
    leader.tap("🗑 1")
    assert "✅ Kept." in leader.text
    leader.type("Đoàn kết & sáng tạo")
    assert "8. Đoàn kết &amp; sáng tạo" in leader.text
    leader.tap("◀ Back")
    leader.tap("Place")
    leader.type("Phan Rang")
    assert "<b>Place</b>: Phan Rang" in leader.text
    leader.tap("Back to what is proposed")
    assert "<b>Place</b>: Ninh Thuận" in leader.text
    leader.press("drafts:start:0:pact:proposed:0")
    assert "8. Đoàn kết & sáng tạo." in text_of(world, TextKind.PACT).body


def test_the_legal_basis_is_one_tap_away_from_drafting(world: World) -> None:
    leader, member = chat(world, 0), chat(world, 2)
    leader.command("publish")
    leader.tap("Pact")
    assert "The legal basis and themes of the proposed text can be changed" in leader.text
    leader.tap("⚖")
    assert "Nghị định số 98/2023/NĐ-CP" in leader.text
    leader.tap("Legal basis")
    leader.tap("🗑 2")
    leader.press("drafts:start:0:pact:proposed:0")
    assert "98/2023" not in text_of(world, TextKind.PACT).body
    # From the draft too, and it says what becomes of a draft that is there already.
    leader.tap("⚖")
    assert "there, replace everything by the proposed text anew" in leader.text
    leader.tap("Legal basis")
    leader.tap("Back to what is proposed")
    leader.command("publish")
    leader.tap("Pact")
    leader.tap("✎ Write")
    leader.tap("Replace everything")
    leader.tap("Take the proposed text")
    leader.tap("Replace it")
    assert "98/2023" in text_of(world, TextKind.PACT).body
    member.press("texts:card:0:pact")
    assert not any("⚖" in text for text in member.buttons)


def test_an_observer_reads_and_decides_nothing(world: World) -> None:
    leader = chat(world, 0)
    observer = chat(world, None, role=SeatRole.OBSERVER)
    draft(leader, "Một")
    observer.command("start")
    observer.tap("Texts of the year")
    assert "a draft" not in observer.text
    text = text_of(world)
    observer.press(f"texts:look:0:{text.id}:{text.revision}:0")
    assert "Một" not in observer.text
    leader.tap("Put up for comment")
    leader.tap("Put it up")
    assert observer.news() == []
    observer.press("texts:card:0:regulation")
    observer.tap("Read the draft")
    assert "Một" in observer.text
    assert not any("Comment" in one for one in observer.buttons)
    observer.press(f"comments:pick:0:{text.id}:1:0")
    assert observer.view.alert
    observer.command("publish")
    assert "Only the bloc leader and the deputy" in observer.text
    publish(leader)
    observer.view = observer.news()[-1]
    assert "signatory" not in observer.text
    observer.tap("📖 Read")
    assert "Một" in observer.text
    assert not any("Approve" in one for one in observer.buttons)


def test_a_text_is_named_with_or_without_diacritics(world: World) -> None:
    leader = chat(world, 0, language="vi")
    for words in ("Giao ước", "giao uoc", "PACT"):
        leader.command("publish", words)
        assert "<b>Giao ước</b> · 2025" in leader.text
    leader.command("publish", "gì đó")
    assert "<b>Văn bản năm 2025</b>" in leader.text


def _everything(leader: Chat, member: Chat, world: World) -> list[View]:
    """Every screen of the feature, with hostile words in it."""
    seen: list[View] = []

    def note(view: View) -> None:
        seen.append(view)

    for words in HOSTILE:
        note(leader.press("drafts:write:0:plan"))
        note(leader.type(f"{words}\n{words * 3}"))
    text = text_of(world, TextKind.PLAN)
    note(leader.press("drafts:edit:0:plan"))
    note(leader.type("1"))
    note(leader.press(f"texts:look:0:{text.id}:{text.revision}:0"))
    note(leader.press(f"drafts:ask_open:0:{text.id}:{text.revision}"))
    note(leader.press(f"drafts:open:0:{text.id}:{text.revision}"))
    for at, words in enumerate(HOSTILE):
        note(member.press(f"comments:on:0:{text.id}:1:{at}"))
        note(member.type(words))
    note(member.press(f"comments:pick:0:{text.id}:1:0"))
    note(member.press(f"comments:mine:0:{text.id}:0"))
    note(leader.press(f"comments:all:0:{text.id}:0"))
    note(leader.press("comments:word:0:1:t:o"))
    note(leader.type(HOSTILE[0]))
    note(leader.press("comments:one:0:1"))
    note(leader.press(f"drafts:publish:0:{text.id}:{text.revision}"))
    note(leader.press("texts:list:0"))
    note(leader.press("papers:show:0"))
    note(leader.press("papers:list:0:themes"))
    note(leader.type(HOSTILE[0]))
    seen.extend(member.news())
    seen.extend(leader.news())
    return seen


def test_screens_fit_in_every_language_and_escape_what_was_typed(
    sqlite_database: Database,
) -> None:
    world = make_world(sqlite_database, 5)
    for language in KNOWN_LANGUAGES:
        leader, member = chat(world, 0, language=language), chat(world, 2, language=language)
        with world.database.transaction() as session:
            for table in ("text_comment", "bloc_text", "form"):
                session.connection().exec_driver_sql(f"DELETE FROM {table}")
        for view in _everything(leader, member, world):
            assert view.text
            assert len(view.text) < TEXT_LIMIT
            assert len(view.toast) <= TOAST_LIMIT
            assert "<script>" not in view.text
            assert "\u202e" not in view.text


def test_sixty_pages(world: World) -> None:
    leader, member = chat(world, 0), chat(world, 2)
    sentence = "Các đơn vị thành viên thực hiện đầy đủ chế độ báo cáo hằng tháng, có minh chứng. "
    lines = [f"{at}. " + sentence * (1 + at % 6) for at in range(1, 451)]
    leader.command("publish")
    leader.tap("Regulation")
    leader.tap("Type it or send a file")
    for at in range(0, 450, 10):
        leader.type("\n".join(lines[at : at + 10]))
    leader.tap("Done")
    body = text_of(world).body
    assert len(body) > 120_000
    assert body.split("\n") == [line.strip() for line in lines]
    publish(leader)
    began = dt.datetime.now(dt.UTC)
    member.view = member.news()[-1]
    member.tap("📖 Read")
    pages = int(member.button("1/").text.split("/")[1])
    read = ""
    for _ in range(pages):
        assert len(member.view.text) < TEXT_LIMIT
        read += member.text
        member.tap("▶")
    assert all(line.strip() in read for line in lines)
    leader.tap("Change it")
    for at in (5, 200, 440):
        leader.type(str(at))
        leader.type(f"Thay đổi lớn ở đoạn {at}: " + sentence)
    leader.tap("Done")
    publish(leader, "Sửa ba đoạn")
    member.view = member.news()[-1]
    member.tap("What changed")
    assert "Thay đổi lớn ở" in member.text
    assert (dt.datetime.now(dt.UTC) - began).total_seconds() < 60

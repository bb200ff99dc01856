"""The texts of the rights matrix that are worked on: one open for comments, one a draft."""

from __future__ import annotations

from sqlmodel import col, select

from bot.models import BlocText, Person, TextKind, TextVersion
from bot.services import text_comments, text_drafting
from tests.builders import World


def work_on_texts(letter: str, world: World, holders: dict[int, Person]) -> dict[str, int]:
    """Changes the published texts of a bloc; gives ids and revisions.

    The regulation (``text``) is open for comments; units 0, 1 and 2 have commented
    (``comment_0`` …). The plan (``work``) is a draft.
    """
    leader = holders[0]
    with world.database.transaction() as session:
        # The reader is told who published: somebody of this bloc.
        for version in session.exec(
            select(TextVersion)
            .join(BlocText, col(BlocText.id) == TextVersion.text_id)
            .where(col(BlocText.bloc_year_id) == world.year.id)
        ):
            version.published_by = leader.id or 0
            session.add(version)
    with world.acting(leader) as (session, actor):
        rules = text_drafting.begin(session, actor, TextKind.REGULATION)
        edit = text_drafting.append(
            session, actor, rules.id or 0, rules.revision, f"Blc{letter} agrees"
        )
        text = text_comments.open_round(session, actor, rules.id or 0, edit.text.revision)
        plan = text_drafting.begin(session, actor, TextKind.PLAN)
        work = text_drafting.append(
            session, actor, plan.id or 0, plan.revision, f"Wip{letter}\nAnother"
        ).text
    ids = {
        "text": text.id or 0,
        "text_revision": text.revision,
        "work": work.id or 0,
        "work_revision": work.revision,
    }
    for index in (0, 1, 2):
        with world.acting(holders[index]) as (session, actor):
            row = text_comments.comment(
                session, actor, text.id or 0, text.round, 1, f"Cmt{letter}{index}"
            )
        ids[f"comment_{index}"] = row.id or 0
    return ids

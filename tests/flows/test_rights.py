"""Nobody sees or changes what their role doesn't allow: every act, by everybody, on everything."""

from __future__ import annotations

import ast
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import handlers
from bot.database import Database
from handlers import FEATURES
from tests.flows.rights_play import Cells, Refusals
from tests.flows.rights_roles import ROLES, Role
from tests.flows.rights_stage import Stage, Subject, set_stage
from tests.flows.rights_table import EXPECTED, GROUPS, STEPS, Act


def _acts() -> set[str]:
    """Everything that the features offer."""
    found: set[str] = set()
    for feature in FEATURES:
        found |= {f"/{command.name}" for command in feature.commands}
        found |= {f"{feature.name}:{action}" for action in feature.buttons}
        for step in STEPS.get(feature.name, ()):
            kinds = {"text": feature.on_text, "file": feature.on_file, "show": feature.show}
            found |= {f"{feature.name}.{kind}@{step}" for kind, on in kinds.items() if on}
    return found


def test_every_act_has_its_entry() -> None:
    assert _acts() == {key.split(" ")[0] for key in EXPECTED}


def test_every_feature_with_a_form_has_its_steps() -> None:
    with_form = {one.name for one in FEATURES if one.on_text or one.on_file or one.show}
    assert with_form == set(STEPS)


#: Where handlers open a form; the step is among what they are called with.
_OPENERS = {"go", "_enter", "_ask", "_ask_of", "enter"}


def test_no_step_of_a_form_is_left_out() -> None:
    """Whatever a handler opens a form with is a step of the table."""
    known = {step for steps in STEPS.values() for step in steps}
    opened: set[str] = set()
    openers: set[str] = set()
    for path in sorted(Path(handlers.__file__).parent.glob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef):
                continue
            for call in ast.walk(function):
                if not isinstance(call, ast.Call):
                    continue
                name = getattr(call.func, "attr", getattr(call.func, "id", ""))
                if name == "enter":
                    openers.add(function.name)
                if name in _OPENERS:
                    opened |= {
                        one.value
                        for one in call.args
                        if isinstance(one, ast.Constant) and isinstance(one.value, str)
                    }
    assert openers <= _OPENERS
    assert opened | {"card", "part", "field"} == known


@pytest.fixture
def stage(database: Database) -> Iterator[Stage]:
    yield set_stage(database)


#: The unit of the first bloc on which everybody tries everything.
_MAIN = "A2"
#: Where the subject's own office matters; elsewhere a member and another bloc's member will do.
_OFFICES = {
    "review": ("A0", "A1", "B2"),
    "comments": ("A0", "B2"),
    "models": ("A0", "B2"),
    "models typed": ("A0", "B2"),
    "units": ("A0", "B2"),
    "seats": ("A0", "B2"),
}
_ABROAD = ("leader", "signatory", "observer", "administrator", "ex-leader", "stranger")


def _cells(stage: Stage, group: str, act: Act) -> Iterator[tuple[Role, Subject]]:
    """Everybody on the main unit; on the others those to whom the difference may matter."""
    others = () if act.once else _OFFICES.get(group, ("B2",))
    for subject in stage.subjects:
        for role in ROLES:
            near = role.bloc == subject.bloc or (subject.bloc == "B" and role.name in _ABROAD)
            if str(subject) == _MAIN or (str(subject) in others and near):
                yield role, subject


@pytest.mark.parametrize("group", GROUPS)
def test_rights(stage: Stage, group: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cells = Cells(stage, Refusals(monkeypatch))
    began, number = time.monotonic(), 0
    for key, act in GROUPS[group].items():
        for role, subject in _cells(stage, group, act):
            number += 1
            if stage.sandbox.is_sqlite or number % 11 == 0:
                cells.play(key, act, role, subject)
    print(f"{group}: {cells.count} cells, {time.monotonic() - began:.1f} s")
    assert not cells.wrong, f"{len(cells.wrong)} wrong:\n" + "\n".join(cells.wrong)

"""Every wish about a folder, and every fact, in every state: whole tables, stated as data."""

from itertools import product
from typing import get_args

import pytest

from telecine.ingest.decider import Command, Create, Delete, Move, Rename, decide
from telecine.shared.aggregates.folder import Absent, Folder, Standing, evolve
from telecine.shared.aggregates.verdicts import Refused, Unchanged
from telecine.shared.errors import BrokenLog
from telecine.shared.events.folder import FolderDeleted, FolderFact
from tests import grid
from tests.shared.folders import DELETED, FACTS, PARENT, STANDING, STATES, card, stamp

COMMANDS: dict[str, Command] = {
    "create_same_key": Create("Talks", None, "omega", "create-1"),
    "create_other_key": Create("Talks", None, "omega", "create-2"),
    "rename_same": Rename("Talks"),
    "rename_other": Rename("Speeches"),
    "move_same": Move(None),
    "move_other": Move(PARENT),
    "delete": Delete("deleted"),
    "release": Delete("released"),
}

#: "." nothing new, "none" not found, "clash" conflict, "+…" the fact that follows.
TABLE = """
#         create  create  rename  rename    move  move   delete   delete
#         same    other   same    other     same  other           and release
absent    +create +other  none    none      none  none   none     none
standing  .       clash   .       +rename   .     +move  +delete  +release
deleted   clash   clash   none    none      none  none   none     none
"""
CELLS = grid.parsed("\n".join(TABLE.strip().splitlines()[2:]), tuple(COMMANDS))

FOLLOWING: dict[str, FolderFact] = {
    "+create": FACTS["created"],
    "+other": FACTS["created"].model_copy(update={"request_key": "create-2"}),
    "+rename": FACTS["renamed"],
    "+move": FACTS["moved"],
    "+delete": FACTS["deleted"],
    "+release": FolderDeleted(contents="released"),
}

LEGAL: dict[tuple[str, str], Folder] = {
    ("absent", "created"): STANDING,
    ("standing", "renamed"): Standing(card(2, title="Speeches")),
    ("standing", "moved"): Standing(card(2, parent=PARENT)),
    ("standing", "deleted"): DELETED,
}
OTHERS = [pair for pair in product(STATES, FACTS) if pair not in LEGAL]


@pytest.mark.parametrize(("row", "column"), CELLS)
def test_every_wish_in_every_state_has_its_one_answer(row: str, column: str) -> None:
    decision = decide(STATES[row], COMMANDS[column])

    match CELLS[row, column]:
        case ".":
            assert decision == Unchanged()
        case "none" | "clash" as sign:
            assert isinstance(decision, Refused)
            assert decision.code == {"none": "not_found", "clash": "conflict"}[sign]
            assert decision.message
        case sign:
            assert decision == FOLLOWING[sign]


def version_of(state: Folder) -> int:
    return 0 if isinstance(state, Absent) else state.card.version


@pytest.mark.parametrize(("row", "fact"), LEGAL)
def test_fact_that_may_follow_leads_to_exactly_its_state(row: str, fact: str) -> None:
    state = STATES[row]

    assert evolve(state, FACTS[fact], stamp(version_of(state) + 1)) == LEGAL[row, fact]


@pytest.mark.parametrize(("row", "fact"), OTHERS)
def test_every_other_fact_breaks_the_log(row: str, fact: str) -> None:
    state = STATES[row]

    with pytest.raises(BrokenLog, match=FACTS[fact].type):
        evolve(state, FACTS[fact], stamp(version_of(state) + 1))


def test_the_tables_are_whole() -> None:
    assert len(CELLS) == len(STATES) * len(COMMANDS)
    assert {type(state) for state in STATES.values()} == set(get_args(Folder))
    assert {type(command) for command in COMMANDS.values()} == set(get_args(Command))
    assert {type(fact) for fact in FACTS.values()} == set(get_args(FolderFact))

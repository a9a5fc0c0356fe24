"""Every wish about an endpoint, and every fact, in every state: whole tables, stated as data."""

from itertools import product
from typing import get_args

import pytest

from telecine.shared.endpoint import Absent, Active, Deleted, Endpoint, Inactive, evolve
from telecine.shared.errors import BrokenLog
from telecine.shared.events.endpoint import EndpointFact
from telecine.shared.verdicts import Refused, Unchanged
from telecine.subscriptions.decider import Command, Create, Delete, SetActive, Update, decide
from tests import grid
from tests.shared.endpoints import (
    ACTIVE,
    DELETED,
    FACTS,
    FIRST,
    INACTIVE,
    PLATFORM,
    SECOND,
    STATES,
    profile,
    stamp,
)

COMMANDS: dict[str, Command] = {
    "create_same_key": Create(PLATFORM, "create-1", "a0b1c2d3", FIRST),
    "create_other_key": Create(PLATFORM, "create-2", "ffffffff", SECOND),
    "update_same": Update(PLATFORM, FIRST),
    "update_other": Update(PLATFORM, SECOND),
    "activate": SetActive(PLATFORM, True),
    "deactivate": SetActive(PLATFORM, False),
    "delete": Delete(PLATFORM),
    "update_foreign": Update("tpstreams", SECOND),
    "activate_foreign": SetActive("tpstreams", True),
    "deactivate_foreign": SetActive("tpstreams", False),
    "delete_foreign": Delete("tpstreams"),
}

#: "." nothing new, "none" not found, "clash" conflict, "+…" the fact that follows.
TABLE = """
#         create  create  update  update  on      off     delete  from another platform:
#         same    other   same    other                           update  on      off     delete
absent    +create +other  none    none    none    none    none    none    none    none    none
active    .       clash   .       +update .       +off    +delete none    none    none    none
inactive  .       clash   .       +update +on     .       +delete none    none    none    none
deleted   clash   clash   none    none    none    none    none    none    none    none    none
"""
CELLS = grid.parsed("\n".join(TABLE.strip().splitlines()[2:]), tuple(COMMANDS))

FOLLOWING: dict[str, EndpointFact] = {
    "+create": FACTS["created"],
    "+other": FACTS["created"].model_copy(
        update={"request_key": "create-2", "signing_key": "ffffffff", "subscription": SECOND}
    ),
    "+update": FACTS["updated"],
    "+on": FACTS["activated"],
    "+off": FACTS["deactivated"],
    "+delete": FACTS["deleted"],
}

LEGAL: dict[tuple[str, str], Endpoint] = {
    ("absent", "created"): ACTIVE,
    ("active", "updated"): Active(profile(2, SECOND)),
    ("active", "deactivated"): INACTIVE,
    ("active", "deleted"): Deleted(profile(2)),
    ("inactive", "updated"): Inactive(profile(3, SECOND)),
    ("inactive", "activated"): Active(profile(3)),
    ("inactive", "deleted"): DELETED,
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


def test_table_has_a_row_for_every_state_and_a_column_for_every_wish() -> None:
    assert {row for row, _ in CELLS} == set(STATES)
    assert {type(state) for state in STATES.values()} == set(get_args(Endpoint))
    assert {type(command) for command in COMMANDS.values()} == set(get_args(Command))
    assert len(CELLS) == len(STATES) * len(COMMANDS)


def version_of(state: Endpoint) -> int:
    return 0 if isinstance(state, Absent) else state.profile.version


@pytest.mark.parametrize(("row", "fact"), LEGAL)
def test_fact_that_may_follow_leads_to_exactly_its_state(row: str, fact: str) -> None:
    state = STATES[row]

    after = evolve(state, FACTS[fact], stamp(version_of(state) + 1))

    assert after == LEGAL[row, fact]


@pytest.mark.parametrize(("row", "fact"), OTHERS)
def test_every_other_fact_breaks_the_log(row: str, fact: str) -> None:
    state = STATES[row]

    with pytest.raises(BrokenLog, match=FACTS[fact].type):
        evolve(state, FACTS[fact], stamp(version_of(state) + 1))


def test_every_fact_may_follow_somewhere() -> None:
    assert {type(fact) for fact in FACTS.values()} == set(get_args(EndpointFact))
    assert {fact for _, fact in LEGAL} == set(FACTS)
    assert len(LEGAL) + len(OTHERS) == len(STATES) * len(FACTS)

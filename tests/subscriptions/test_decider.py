"""Every wish about an endpoint, and every fact, in every state: whole tables, stated as data."""

from datetime import timedelta
from itertools import product
from typing import get_args

import pytest

from telecine.shared.aggregates.endpoint import Absent, Active, Deleted, Endpoint, Inactive, evolve
from telecine.shared.aggregates.verdicts import Refused, Unchanged
from telecine.shared.errors import BrokenLog
from telecine.shared.events.endpoint import (
    EndpointFact,
    EndpointSettings,
    EndpointUpdated,
    Subscription,
)
from telecine.subscriptions.changes import Changes
from telecine.subscriptions.decider import (
    Change,
    Command,
    Create,
    Delete,
    Disable,
    HouseWish,
    NoteSecretRead,
    Recover,
    RotateSecret,
    SetActive,
    Update,
    decide,
)
from tests import grid
from tests.shared.endpoints import (
    ACTIVATED,
    ACTIVE,
    AFTER_ROTATION,
    ASYMMETRIC,
    DELETED,
    DISABLED,
    FACTS,
    FIRST,
    INACTIVE,
    KEY,
    PLATFORM,
    RECOVERED,
    ROTATED,
    SECOND,
    STATES,
    UPDATED,
    profile,
    stamp,
)
from tests.shared.videos import minute

AT = minute(10)
OVERLAP = timedelta(minutes=50)
DELIVERY = "69a42e80d0c1b2a394857667"


def to(subscription: Subscription) -> Changes:
    """Answer what makes any subscription into this one."""
    settings = {name: value for name, value in subscription.settings if name != "headers"}
    return Changes(
        {name: value for name, value in subscription if name != "settings"},
        settings,
        dict(subscription.settings.headers),
    )


COMMANDS: dict[str, Command] = {
    "create_same_key": Create(PLATFORM, "create-1", KEY.id, FIRST, ASYMMETRIC.id),
    "create_other_key": Create(PLATFORM, "create-2", "ffffffff", SECOND, ASYMMETRIC.id),
    "update_same": Update(PLATFORM, to(FIRST), ASYMMETRIC.id),
    "update_other": Update(None, to(SECOND), ASYMMETRIC.id),
    "activate": SetActive(PLATFORM, True),
    "deactivate": SetActive(None, False),
    "rotate": RotateSecret(PLATFORM, "v1", ROTATED.id, OVERLAP),
    "rotate_again": RotateSecret(None, "v1", KEY.id, OVERLAP),
    "read": NoteSecretRead(None, (KEY.id,)),
    "delete": Delete(PLATFORM),
    "disable": Disable("gone", seen=3),
    "recover": Recover(DELIVERY),
}
FOREIGN: list[Command] = [
    Update("tpstreams", to(SECOND), ASYMMETRIC.id),
    SetActive("tpstreams", True),
    SetActive("tpstreams", False),
    RotateSecret("tpstreams", "v1", ROTATED.id, OVERLAP),
    NoteSecretRead("tpstreams", (KEY.id,)),
    Delete("tpstreams"),
]

#: "." nothing new, "none" not found, "clash" conflict, "+…" the fact that follows.
TABLE = """
#         create  create  update  update  on    off   rotate  same   read   delete  the house:
#         same    other   same    other                       key                   disable  recover
absent    +create +other  none    none    none  none  none    none   none   none    .        .
active    .       clash   .       +update .     +off  +rotate .      +read  +delete +gone    +back
inactive  .       clash   .       +update +on   .     +rotate .      +read  +delete .        .
disabled  .       clash   .       +update +on   .     +rotate .      +read  +delete .        .
deleted   clash   clash   none    none    none  none  none    none   none   none    .        .
"""
CELLS = grid.parsed("\n".join(TABLE.strip().splitlines()[2:]), tuple(COMMANDS))

FOLLOWING: dict[str, EndpointFact] = {
    "+create": FACTS["created"],
    "+other": FACTS["created"].model_copy(
        update={
            "request_key": "create-2",
            "signing_key": "ffffffff",
            "subscription": SECOND,
            "asymmetric_key": ASYMMETRIC.id,
        }
    ),
    "+update": FACTS["updated"],
    "+on": FACTS["activated"],
    "+off": FACTS["deactivated"],
    "+rotate": FACTS["rotated"],
    "+read": FACTS["read"],
    "+gone": FACTS["disabled"],
    "+back": FACTS["recovered"],
    "+delete": FACTS["deleted"],
}

_UPDATED = profile(3, SECOND, keys=(ASYMMETRIC, KEY), renewed=3)
_ROTATED = profile(3, keys=AFTER_ROTATION)
LEGAL: dict[tuple[str, str], Endpoint] = {
    ("absent", "created"): ACTIVE,
    ("active", "updated"): UPDATED,
    ("active", "deactivated"): INACTIVE,
    ("active", "disabled"): DISABLED,
    ("active", "recovered"): RECOVERED,
    ("active", "rotated"): Active(profile(2, keys=AFTER_ROTATION)),
    ("active", "read"): Active(profile(2, updated=1)),
    ("active", "deleted"): Deleted(profile(2)),
    ("inactive", "updated"): Inactive(_UPDATED),
    ("inactive", "activated"): ACTIVATED,
    ("inactive", "rotated"): Inactive(_ROTATED),
    ("inactive", "read"): Inactive(profile(3, updated=2)),
    ("inactive", "deleted"): DELETED,
    ("disabled", "updated"): Inactive(_UPDATED, "gone"),
    ("disabled", "activated"): ACTIVATED,
    ("disabled", "rotated"): Inactive(_ROTATED, "gone"),
    ("disabled", "read"): Inactive(profile(3, updated=2), "gone"),
    ("disabled", "deleted"): DELETED,
}
OTHERS = [pair for pair in product(STATES, FACTS) if pair not in LEGAL]


@pytest.mark.parametrize(("row", "column"), CELLS)
def test_every_wish_in_every_state_has_its_one_answer(row: str, column: str) -> None:
    decision = decide(STATES[row], COMMANDS[column], AT)

    match CELLS[row, column]:
        case ".":
            assert decision == Unchanged()
        case "none" | "clash" as sign:
            assert isinstance(decision, Refused)
            assert decision.code == {"none": "not_found", "clash": "conflict"}[sign]
            assert decision.message
        case sign:
            assert decision == FOLLOWING[sign]


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
@pytest.mark.parametrize("command", FOREIGN, ids=lambda command: type(command).__name__)
def test_an_endpoint_of_another_platform_is_unknown(state: Endpoint, command: Command) -> None:
    decision = decide(state, command, AT)

    assert isinstance(decision, Refused)
    assert decision.code == "not_found"


def test_table_has_a_row_for_every_state_and_a_column_for_every_wish() -> None:
    assert {row for row, _ in CELLS} == set(STATES)
    assert {type(state) for state in STATES.values()} == set(get_args(Endpoint))
    kinds = {Create, *get_args(Change), *get_args(HouseWish)}
    assert {type(command) for command in COMMANDS.values()} == kinds
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


def test_what_happened_before_an_endpoint_was_switched_on_again_does_not_switch_it_off() -> None:
    assert decide(ACTIVATED, Disable("gone", seen=2), AT) == Unchanged()
    assert decide(ACTIVATED, Disable("gone", seen=3), AT) == FACTS["disabled"]


def test_what_happened_at_another_url_does_not_switch_an_endpoint_off() -> None:
    assert decide(UPDATED, Disable("gone", seen=1), AT) == Unchanged()
    assert decide(UPDATED, Disable("gone", seen=2), AT) == FACTS["disabled"]


def test_a_change_that_keeps_the_url_and_a_reading_excuse_nothing() -> None:
    described = FIRST.model_copy(update={"description": "another"})
    changed = evolve(
        ACTIVE, FACTS["updated"].model_copy(update={"subscription": described}), stamp(2)
    )
    read = evolve(changed, FACTS["read"], stamp(3))

    assert decide(read, Disable("gone", seen=1), AT) == FACTS["disabled"]


def test_one_delivery_is_one_recovery() -> None:
    assert decide(RECOVERED, Recover(DELIVERY), AT) == Unchanged()
    assert decide(RECOVERED, Recover("another"), AT) != Unchanged()


def test_an_endpoint_has_one_first_asymmetric_key_however_often_it_asks() -> None:
    without = SECOND.model_copy(update={"settings": EndpointSettings()})
    again = evolve(UPDATED, EndpointUpdated(subscription=without), stamp(3))

    decision = decide(again, Update(None, to(SECOND), "another"), AT)

    assert decision == EndpointUpdated(subscription=SECOND)


def test_a_key_that_was_never_made_is_not_rotated() -> None:
    decision = decide(ACTIVE, RotateSecret(None, "v1a", "another", OVERLAP), AT)

    assert isinstance(decision, Refused)
    assert (decision.code, decision.field) == ("conflict", "kind")

"""What `telecine verify` makes of the delivery service's rows: each broken case is found, and no other."""

from itertools import permutations
from typing import Any

import pytest

from telecine.delivery.parking import RETENTION
from telecine.delivery.tables import AttemptRow, DeliveryRow, GateRow, MarkRow, ResendRow
from telecine.shared.aggregates.endpoint import Active, Deleted, Endpoint, Inactive
from telecine.shared.events import Stamp
from telecine.shared.events.endpoint import EndpointCreated
from telecine.shared.events.video import VideoUploaded
from telecine.shared.log.envelope import Recorded, Trace
from telecine.shared.log.kinds import VIDEO
from telecine.simulations.verify.deliveries import Records, check_owed, check_records
from telecine.simulations.verify.findings import Findings
from telecine.simulations.verify.log import Folded
from telecine.simulations.verify.queues import Place, UnderWay
from telecine.simulations.verify.waiting import check_waiting
from tests.delivery.rows import AT, after, attempt, delivery, resend
from tests.shared import endpoints, videos
from tests.shared.videos import minute

ON = Active(endpoints.profile(1))
OFF = Inactive(endpoints.profile(1))
GONE = Deleted(endpoints.profile(1))
GATE = GateRow(endpoint_id="e", org="demo", generation=3, due=after(1))
HELD = ("gate", "e", 3)
FETCHED = ("breaker", "rate_limit", "in_flight")


def records(
    *rows: DeliveryRow | AttemptRow | GateRow | MarkRow | ResendRow,
) -> Records:
    return Records.of(
        [row for row in rows if isinstance(row, DeliveryRow)],
        [row for row in rows if isinstance(row, AttemptRow)],
        [row for row in rows if isinstance(row, GateRow)],
        [row for row in rows if isinstance(row, MarkRow)],
        [row for row in rows if isinstance(row, ResendRow)],
    )


def queues(*timers: tuple[str, str, int], owed: str | None = None) -> UnderWay:
    place: Place = ("video", 1)
    return UnderWay(frozenset(timers), {owed: (place, AT)} if owed else {}, {"video": 9}, {})


def parked(reason: str | None, **columns: Any) -> DeliveryRow:
    given: dict[str, Any] = {"state": "parked", "reason": reason, "next": 1, "attempts": 0}
    return delivery(**(given | columns))


def in_vain(found: Records, endpoint: Endpoint, under_way: UnderWay) -> int:
    findings = Findings()
    check_waiting(found, {"e": Folded(endpoint)}, under_way, findings)
    return len(findings.problems)


def test_attempts_are_read_in_their_own_order_and_not_the_databases() -> None:
    rows = [attempt(number, id=9 - number, delivery_id="a") for number in (1, 2, 3)]

    for shuffled in permutations(rows):
        assert Records.of([], shuffled).attempts == {"a": rows}


@pytest.mark.parametrize("reason", FETCHED)
def test_what_is_parked_for_its_endpoint_needs_its_endpoints_timer(reason: str) -> None:
    row = parked(reason)

    assert in_vain(records(row, GATE), ON, queues(HELD)) == 0
    assert in_vain(records(row, GATE), ON, queues(("gate", "e", 2))) == 1, "another generation"
    assert in_vain(records(row, GATE), ON, queues(("gate", "another", 3))) == 1
    assert in_vain(records(row), ON, queues(HELD)) == 1, "no gate"
    unset = GateRow(endpoint_id="e", org="demo", generation=3, due=None)
    assert in_vain(records(row, unset), ON, queues(HELD)) == 1, "it is not set"


@pytest.mark.parametrize("row", [parked("disabled"), parked("replay"), resend()])
def test_what_waits_at_an_endpoint_that_is_off_waits_for_it(row: DeliveryRow | ResendRow) -> None:

    assert in_vain(records(row), OFF, queues()) == 0
    assert in_vain(records(row), GONE, queues()) == 0
    assert in_vain(records(row), ON, queues()) == 1, "nobody will fetch it"
    assert in_vain(records(row, GATE), ON, queues(HELD)) == 0, "it was just switched on"


def test_a_follower_needs_a_predecessor_that_has_not_ended() -> None:
    row = parked("ordering", predecessor="before")

    def before(state: str) -> DeliveryRow:
        return delivery("before", state=state)

    for state in ("succeeded", "exhausted", "discarded"):
        assert in_vain(records(row, before(state)), ON, queues()) == 1, state
    held = ("delivery", "before", 2)
    assert in_vain(records(row, before("postponed")), ON, queues(held)) == 0
    assert in_vain(records(row), ON, queues(owed="before")) == 0, "it is still under way"
    assert in_vain(records(row), ON, queues()) == 1, "it is nowhere"
    assert in_vain(records(parked("ordering")), ON, queues()) == 1, "it names none"


def test_what_is_parked_for_no_reason_or_postponed_without_a_timer_is_stuck() -> None:
    postponed = delivery(state="postponed", reason="schedule", next_at=after(1))

    assert in_vain(records(parked(None), GATE), OFF, queues(HELD)) == 1
    assert in_vain(records(postponed), ON, queues()) == 1
    assert in_vain(records(postponed), ON, queues(("delivery", "d", 2))) == 0


def disagreements(row: DeliveryRow, *made: AttemptRow) -> list[str]:
    """Answer what is wrong with a delivery and its attempts, not with what they stand for."""
    findings = Findings()
    check_records([], {}, records(row, *made), findings)
    return [each for each in findings.problems if not each.startswith("delivery records")]


GOOD: dict[str, Any] = {"status": 200, "error": None}


def test_the_attempts_of_what_is_parked_have_failed() -> None:
    row = parked("breaker", next=3, attempts=2)

    assert disagreements(row, attempt(1), attempt(2)) == []
    (problem,) = disagreements(row, attempt(1), attempt(2, **GOOD))
    assert "is parked" in problem


@pytest.mark.parametrize(
    ("trigger", "number", "origin"),
    [("first", 2, "first"), ("first", 1, "test"), ("retry", 1, "first"), ("test", 1, "first")],
)
def test_an_attempt_that_cannot_have_been_made_so_is_found(
    trigger: str, number: int, origin: str
) -> None:
    row = delivery(trigger=origin, next=number + 1, attempts=number)
    made = [attempt(each, trigger="probe") for each in range(1, number)]

    (problem,) = disagreements(row, *made, attempt(number, trigger=trigger))

    assert f"attempt {number} as {trigger}" in problem


@pytest.mark.parametrize(
    ("trigger", "number", "origin"),
    [
        ("first", 1, "first"),
        ("probe", 1, "first"),
        ("probe", 2, "first"),
        ("retry", 2, "first"),
        ("test", 1, "test"),
        ("replay", 1, "replay"),
    ],
)
def test_every_other_trigger_is_none_of_its_business(
    trigger: str, number: int, origin: str
) -> None:
    row = delivery(trigger=origin, next=number + 1, attempts=number)
    made = [attempt(each, trigger="probe") for each in range(1, number)]

    assert disagreements(row, *made, attempt(number, trigger=trigger)) == []


def test_what_waits_for_its_receivers_wish_has_an_attempt_that_says_so() -> None:
    row = delivery(state="postponed", reason="retry_after", next_at=after(1))
    due: dict[str, Any] = {"next_at": after(1)}

    assert disagreements(row, attempt(1, next_reason="retry_after", **due)) == []
    (other,) = disagreements(row, attempt(1, next_reason="schedule", **due))
    (earlier,) = disagreements(row, attempt(1, next_reason="retry_after", next_at=after(0)))
    assert "its last attempt differs" in other
    assert "its last attempt differs" in earlier


def test_a_delivery_is_demanded_only_of_events_that_retention_has_not_reached() -> None:
    known = endpoints.FACTS["created"]
    assert isinstance(known, EndpointCreated)
    made: Recorded[Any, Any] = Recorded(
        "e", known, endpoints.stamp(1), 1, ON, Trace("c", "c"), 1, minute(1)
    )
    fact = videos.FACTS["uploaded_by_link"]
    assert isinstance(fact, VideoUploaded)
    event: Recorded[Any, Any] = Recorded(
        "v",
        fact,
        Stamp(videos.ORG, videos.ID, minute(5)),
        1,
        VIDEO.initial,
        Trace("c", "c"),
        7,
        minute(5),
    )

    def missing(*marks: MarkRow) -> int:
        findings = Findings()
        check_owed(
            [event],
            {endpoints.ID: Folded(ON, [(made, ON)])},
            records(*marks),
            queues(),
            fidelity="extended",
            findings=findings,
        )
        return len(findings.problems)

    assert missing() == 1
    assert missing(MarkRow(name=RETENTION, at=minute(4))) == 1
    assert missing(MarkRow(name=RETENTION, at=minute(5))) == 0
    assert missing(MarkRow(name="another", at=minute(5))) == 1

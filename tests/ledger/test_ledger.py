"""The ledger itself: it finds nothing where all is well, and each thing that can be wrong."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.ledger.faults import plan
from tests.ledger.ledger import Account, Attempt, Delivery, Kill, Owed, Seen, problems

WALL = datetime(2030, 1, 1, tzinfo=UTC)
VIRTUAL = datetime(2040, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
KNOWN = WALL + 0.05 * SECOND
DUE = VIRTUAL + 5 * SECOND
FIRST = Attempt("d1", 1, "first", VIRTUAL, 500, "status", DUE, WALL, KNOWN)
RETRY = Attempt("d1", 2, "retry", DUE, 200, None, None, WALL + SECOND, KNOWN + SECOND)
REQUESTS = (
    Seen("d1", "e1", WALL, WALL, FIRST.started_at, 500),
    Seen("d1", "e1", WALL + SECOND, WALL + SECOND, RETRY.started_at, 200),
)
DELIVERY = Delivery("d1", "e1", "f1", "v1", 7, "succeeded", 3)


def account() -> Account:
    """Answer one in which all is well: an attempt that failed, and one that did not."""
    return Account({Owed("e1", "f1")}, [DELIVERY], [FIRST, RETRY], list(REQUESTS), [])


def follower(sent: datetime, ordering: str, video: str = "v1") -> Account:
    """Answer the same, and a delivery of the next fact that was sent at a moment."""
    both = account()
    both.owed.add(Owed("e1", "f2"))
    both.deliveries.append(
        replace(DELIVERY, id="d2", event_id="f2", video_id=video, position=8, next=2)
    )
    both.attempts.append(replace(RETRY, delivery_id="d2", number=1, trigger="first"))
    both.seen.append(Seen("d2", "e1", sent, sent, RETRY.started_at, 200))
    both.ordering["e1"] = ordering
    return both


def test_where_all_is_well_the_ledger_finds_nothing() -> None:
    assert problems(account()) == []


def test_what_is_owed_and_not_on_record_is_missing() -> None:
    it = account()
    it.owed.add(Owed("e2", "f1"))

    assert problems(it) == [f"owed and not on record: {Owed('e2', 'f1')}"]
    assert it.missing == {Owed("e2", "f1")}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda it: it.owed.clear(), "not owed"),
        (lambda it: it.deliveries.append(replace(DELIVERY, id="d9", next=1)), "on record 2 times"),
        (lambda it: it.deliveries.append(replace(DELIVERY, id="d9", next=1)), "without a success"),
        (lambda it: it.deliveries.clear(), "not on record: d1"),
        (lambda it: it.seen.pop(), "no receiver saw it"),
        (lambda it: it.attempts.append(RETRY), "no receiver saw it"),
        (lambda it: it.attempts.append(replace(RETRY, number=3)), "behind a success"),
        (lambda it: it.attempts.pop(0), "attempts [2] of a delivery"),
        (lambda it: it.attempts.remove(RETRY), "attempts [1] of a delivery"),
        (lambda it: it.seen.append(REQUESTS[0]), "that nothing explains"),
    ],
)
def test_each_thing_that_can_be_wrong_is_found(change: object, expected: str) -> None:
    it = account()
    change(it)  # type: ignore[operator]  # a function of an account

    assert any(expected in each for each in problems(it)), problems(it)


@pytest.mark.parametrize("state", ["postponed", "parked", "owed"])
def test_a_delivery_that_still_waits_is_found(state: str) -> None:
    it = account()
    it.deliveries[0] = replace(DELIVERY, state=state)

    assert any("not ended" in each for each in problems(it))


def test_an_exhausted_delivery_that_succeeded_is_found() -> None:
    it = account()
    it.deliveries[0] = replace(DELIVERY, state="exhausted")

    assert any("exhausted behind a success" in each for each in problems(it))


def test_a_retry_before_its_time_is_found() -> None:
    it = account()
    it.attempts[0] = replace(FIRST, next_at=VIRTUAL + 6 * SECOND)

    assert any("before its time" in each for each in problems(it))


@pytest.mark.parametrize(
    ("began", "most", "explained"),
    [(0.5, None, True), (0.5, 1, True), (0.5, 0, False), (-2, None, False), (1.5, None, False)],
)
def test_a_request_that_is_not_on_record_needs_a_kill_while_it_was_under_way(
    began: float, most: int | None, explained: bool
) -> None:
    it = account()
    it.seen.insert(0, REQUESTS[0])
    struck = WALL + timedelta(seconds=began)
    it.kills.append(Kill("worker", struck, struck + 0.1 * SECOND, most))

    assert (problems(it) == []) is explained
    assert it.duplicates == [REQUESTS[0]]


def test_an_exception_explains_one_request_and_not_two() -> None:
    it = account()
    it.seen[:0] = [REQUESTS[0], REQUESTS[0]]
    it.kills.append(Kill("raises", WALL, WALL + 0.1 * SECOND, most=1))

    assert len(problems(it)) == 1


def test_a_request_that_was_made_anew_on_a_fresh_connection_needs_no_kill() -> None:
    it = account()
    before = WALL - 0.1 * SECOND
    it.seen.insert(0, replace(REQUESTS[0], at=before, ended=before, answered=None, broke=True))

    assert problems(it) == []


def test_a_request_that_broke_long_before_is_not_the_same_made_anew() -> None:
    it = account()
    before = WALL - 2 * SECOND
    it.seen.insert(0, replace(REQUESTS[0], at=before, ended=before, answered=None, broke=True))

    assert problems(it) == [f"a request that nothing explains: {it.seen[0]}"]


def test_who_hung_was_under_way_until_it_was_cut_off() -> None:
    it = account()
    cut = WALL - SECOND
    it.seen.insert(0, replace(REQUESTS[0], at=WALL - 5 * SECOND, ended=cut, answered=None))
    it.kills.append(Kill("worker", cut, cut))

    assert problems(it) == []


def repeated(after: float) -> Account:
    """Answer an account in which a first attempt was made again, seconds after it."""
    it = account()
    again = FIRST.started_at + after * SECOND
    began = WALL + after * SECOND
    it.attempts.append(
        replace(FIRST, trigger="repeat", started_at=again, next_at=None, began=began)
    )
    it.seen.append(replace(REQUESTS[0], at=began, ended=began, told=again))
    return it


def test_the_loser_of_a_race_is_on_record_and_no_duplicate() -> None:
    it = repeated(0.02)
    it.kills.append(Kill("nats-server", WALL, WALL + 0.01 * SECOND, most=0, returns=True))

    assert problems(it) == []
    assert it.duplicates == []


@pytest.mark.parametrize(
    ("began", "returns", "explained"),
    [
        pytest.param(0.01, True, True, id="amid-it"),
        pytest.param(-0.5, True, True, id="right-before-it"),
        pytest.param(0.01, False, False, id="nothing-came-again"),
        pytest.param(0.06, True, False, id="when-it-was-on-record"),
        pytest.param(-2, True, False, id="long-before-it"),
        pytest.param(None, False, False, id="no-kill"),
    ],
)
def test_an_attempt_that_is_on_record_twice_needs_a_kill_that_made_its_message_come_again(
    began: float | None, returns: bool, explained: bool
) -> None:
    it = repeated(0.1)
    if began is not None:
        struck = WALL + began * SECOND
        it.kills.append(Kill("what", struck, struck, None, returns))

    found = problems(it)
    assert (found == []) is explained, found
    assert all("made again, which nothing explains" in each for each in found)


def test_no_kill_explains_that_what_is_on_record_is_sent_again() -> None:
    it = repeated(0.5)
    it.kills.append(Kill("nats-server", WALL, WALL + 0.3 * SECOND, most=0, returns=True))

    (found,) = problems(it)
    assert found.startswith("made again though it was on record")


@pytest.mark.parametrize(
    ("sent", "ordering", "video", "kept"),
    [
        (2, "video", "v1", True),
        (2, "endpoint", "v2", True),
        (0.5, "none", "v1", True),
        (0.5, "video", "v2", True),
        (0.5, "video", "v1", False),
        (0.5, "endpoint", "v2", False),
    ],
)
def test_a_follower_that_is_sent_before_its_predecessor_has_ended_is_found(
    sent: float, ordering: str, video: str, kept: bool
) -> None:
    found = problems(follower(WALL + timedelta(seconds=sent), ordering, video))

    assert (found == []) is kept, found


def test_a_seed_decides_everything() -> None:
    assert plan(7) == plan(7)
    assert plan(7) != plan(8)
    character = plan(7).receivers[0]
    assert [character.answer(1, n) for n in range(1, 9)] == [
        character.answer(1, n) for n in range(1, 9)
    ]

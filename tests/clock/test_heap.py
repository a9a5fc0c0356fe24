"""The heap of timers: what waits, in which order it falls due, and what nobody needs any more."""

from datetime import timedelta

from telecine.clock.heap import Held, TimerHeap
from telecine.shared.time.timers import Timer
from tests.shared.videos import minute

EVER = minute(10**6)


def timer(key: str, generation: int, due: int, service: str = "delivery") -> Timer:
    """Answer a timer that is due in a minute."""
    return Timer(service, key, generation, minute(due), lane=f"lane:{key}", payload={})


def filled(*timers: Timer) -> TimerHeap:
    """Answer a heap that holds timers, stored from sequence 1 on."""
    heap = TimerHeap()
    for sequence, each in enumerate(timers, start=1):
        assert heap.set(sequence, each) == []
    return heap


def popped(heap: TimerHeap, now: int, most: int = 100) -> list[str]:
    return [held.timer.id for held in heap.pop_due(minute(now), most)]


def test_nothing_waits_in_a_new_heap() -> None:
    heap = TimerHeap()

    assert len(heap) == 0
    assert heap.next_due() is None
    assert heap.pop_due(EVER, 10) == []


def test_timer_falls_due_at_its_time_and_not_before() -> None:
    heap = filled(timer("a", 1, due=5))

    assert heap.pop_due(minute(5) - timedelta(microseconds=1), 10) == []
    assert heap.pop_due(minute(5), 10) == [Held(1, timer("a", 1, due=5))]
    assert heap.pop_due(EVER, 10) == []
    assert len(heap) == 0


def test_due_timers_come_by_due_time_and_then_by_subject() -> None:
    heap = filled(
        timer("b", 1, due=2),
        timer("a", 1, due=3),
        timer("a", 1, due=2, service="transcoder"),
        timer("a", 2, due=2, service="ingest"),
        timer("c", 1, due=1),
    )

    assert popped(heap, now=3) == [
        "delivery.c.1",
        "delivery.b.1",
        "ingest.a.2",
        "transcoder.a.1",
        "delivery.a.1",
    ]


def test_no_more_are_taken_than_asked_for_and_the_rest_still_waits() -> None:
    heap = filled(timer("a", 1, due=1), timer("b", 1, due=2), timer("c", 1, due=9))

    assert popped(heap, now=5, most=1) == ["delivery.a.1"]
    assert heap.next_due() == minute(2)
    assert popped(heap, now=5, most=9) == ["delivery.b.1"]
    assert heap.next_due() == minute(9)
    assert len(heap) == 1


def test_next_generation_supersedes_the_one_before_it() -> None:
    heap = filled(timer("a", 1, due=1))

    assert heap.set(2, timer("a", 2, due=7)) == [1]

    assert heap.next_due() == minute(7)
    assert popped(heap, now=9) == ["delivery.a.2"]


def test_generations_are_numbers_so_ten_comes_after_nine() -> None:
    heap = filled(timer("a", 9, due=1))

    assert heap.set(2, timer("a", 10, due=2)) == [1]
    assert heap.set(3, timer("a", 9, due=3)) == [3]
    assert popped(heap, now=9) == ["delivery.a.10"]


def test_older_generation_that_comes_late_is_not_held() -> None:
    heap = filled(timer("a", 2, due=7))

    assert heap.set(5, timer("a", 1, due=1)) == [5]

    assert popped(heap, now=9) == ["delivery.a.2"]


def test_keys_of_two_services_are_two_keys() -> None:
    heap = filled(timer("a", 2, due=1), timer("a", 1, due=1, service="transcoder"))

    assert len(heap) == 2


def test_cancelled_timer_leaves_the_stream_before_its_cancellation() -> None:
    """In the other order a crash between the two would let the timer rise again."""
    heap = filled(timer("a", 1, due=1))

    assert heap.cancel(2, "delivery", "a", 2) == [1, 2]

    assert len(heap) == 0
    assert heap.next_due() is None
    assert popped(heap, now=9) == []


def test_cancellation_of_nothing_is_to_be_deleted_itself() -> None:
    assert TimerHeap().cancel(4, "delivery", "a", 2) == [4]


def test_late_cancellation_of_an_older_generation_changes_nothing() -> None:
    heap = filled(timer("a", 3, due=1))

    assert heap.cancel(2, "delivery", "a", 2) == [2]

    assert popped(heap, now=9) == ["delivery.a.3"]


def test_timer_older_than_its_cancellation_is_not_held() -> None:
    heap = TimerHeap()
    heap.cancel(1, "delivery", "a", 2)

    assert heap.set(2, timer("a", 1, due=1)) == [2]
    assert len(heap) == 0


def test_key_may_be_set_again_behind_its_cancellation() -> None:
    heap = filled(timer("a", 1, due=1))
    heap.cancel(2, "delivery", "a", 2)

    assert heap.set(3, timer("a", 3, due=4)) == []
    assert popped(heap, now=9) == ["delivery.a.3"]


def test_message_that_is_heard_twice_is_held_once_and_stays_needed() -> None:
    heap = filled(timer("a", 1, due=1))

    assert heap.set(1, timer("a", 1, due=1)) == []

    assert len(heap) == 1
    assert popped(heap, now=9) == ["delivery.a.1"]
    assert popped(heap, now=9) == []


def test_fired_timer_that_was_not_published_may_be_held_again() -> None:
    heap = filled(timer("a", 1, due=1))
    (held,) = heap.pop_due(minute(1), 1)

    assert heap.set(held.sequence, held.timer) == []
    assert popped(heap, now=9) == ["delivery.a.1"]


def test_same_generation_may_be_set_again_once_it_is_forgotten() -> None:
    """Its handler was cut short and sets it again; firing twice is harmless, not firing is not."""
    heap = filled(timer("a", 2, due=1))
    (held,) = heap.pop_due(minute(1), 1)
    heap.forget(held.timer)

    assert heap.set(7, timer("a", 2, due=1)) == []
    assert popped(heap, now=9) == ["delivery.a.2"]


def test_forgetting_a_fired_timer_leaves_a_newer_one_alone() -> None:
    heap = filled(timer("a", 1, due=1))
    (held,) = heap.pop_due(minute(1), 1)
    heap.set(2, timer("a", 2, due=5))

    heap.forget(held.timer)

    assert heap.set(3, timer("a", 1, due=1)) == [3]
    assert popped(heap, now=9) == ["delivery.a.2"]


def test_forgetting_a_fired_timer_leaves_its_cancellation_in_force() -> None:
    heap = filled(timer("a", 1, due=1))
    (held,) = heap.pop_due(minute(1), 1)
    heap.cancel(2, "delivery", "a", 2)

    heap.forget(held.timer)

    assert heap.set(3, timer("a", 1, due=1)) == [3]
    assert len(heap) == 0


def test_cleared_heap_knows_nothing_of_before() -> None:
    heap = filled(timer("a", 5, due=1), timer("b", 1, due=1))

    heap.clear()

    assert len(heap) == 0
    assert heap.next_due() is None
    assert heap.set(1, timer("a", 1, due=2)) == []
    assert popped(heap, now=9) == ["delivery.a.1"]

"""An endpoint's backlog on a real database: what it shows, and what an owner gives up of it."""

from datetime import timedelta

from telecine.delivery.backlog import Backlogs
from telecine.delivery.tables import DeliveryRow, GateRow
from telecine.delivery.wishes import Wishes
from telecine.shared.contracts.backlog import BacklogDiscarded, DiscardBacklog, GetBacklog
from telecine.shared.tables.database import Database
from tests.delivery.rows import add, after, delivery
from tests.delivery.test_parking import working

IDS = {"org": "demo", "request_id": "r", "correlation_id": "c"}


def parked(name: str, hour: int, reason: str = "disabled", **columns: str) -> DeliveryRow:
    given = {"created_at": after(hour), "state": "parked", "reason": reason, "attempts": 0}
    return delivery(name, **(given | columns))


async def states(database: Database, *names: str) -> list[tuple[str, str | None]]:
    async with database.session() as session:
        rows = [await session.get(DeliveryRow, name) for name in names]
    return [(row.state, row.ended) for row in rows if row]


async def test_a_backlog_shows_what_is_parked_why_and_until_when(database_url: str) -> None:
    async with working(database_url) as one:
        gate = GateRow(
            endpoint_id="e",
            org="demo",
            generation=2,
            due=after(9),
            open_until=after(9),
            trips=1,
            reason="breaker",
        )
        await add(
            one.database,
            parked("a", 2, "breaker"),
            parked("b", 3, "breaker"),
            parked("c", 4, "ordering"),
            parked("elsewhere", 1, endpoint_id="f"),
            delivery("done"),
            gate,
        )
        backlogs = Backlogs(one.database, one.lot, Wishes(one.database, one.lot), lambda: after(5))

        shown = await backlogs.get(GetBacklog(org="demo", endpoint_id="e"))
        others = await backlogs.get(GetBacklog(org="other", endpoint_id="e"))

    assert (shown.parked, shown.by_reason) == (3, {"breaker": 2, "ordering": 1})
    assert (shown.oldest_at, shown.oldest_age_seconds) == (after(2), 3 * 3600)
    assert (shown.next_fetch_at, shown.open_until, shown.draining) == (after(9), after(9), False)
    assert (others.parked, others.oldest_at, others.next_fetch_at) == (0, None, None)


async def test_what_an_owner_gives_up_ends_on_record_and_nothing_else(database_url: str) -> None:
    async with working(database_url) as one:
        await add(
            one.database,
            parked("old", 1),
            parked("young", 3),
            parked("elsewhere", 1, endpoint_id="f"),
            parked("follower", 4, "ordering", predecessor="old", endpoint_id="f"),
            delivery("waits", state="postponed", next_at=after(9)),
        )
        backlogs = Backlogs(one.database, one.lot, Wishes(one.database, one.lot), lambda: after(5))

        some = await backlogs.discard(DiscardBacklog(**IDS, endpoint_id="e", before=after(3)))
        after_some = await states(one.database, "old", "young")
        rest = await backlogs.discard(DiscardBacklog(**IDS, endpoint_id="e"))

        assert (some.discarded, rest.discarded) == (1, 1)
        assert after_some == [("discarded", "discarded_by_owner"), ("parked", None)]
        assert await states(one.database, "elsewhere", "waits") == [
            ("parked", None),
            ("postponed", None),
        ]
        assert await one.reason("follower") == "in_flight", "its predecessor has ended"


async def test_one_answer_gives_up_so_many_and_tells_what_is_left(database_url: str) -> None:
    async with working(database_url) as one:
        await add(one.database, *(parked(f"d{n}", n) for n in range(5)))
        now = after(0) + timedelta(days=1)
        backlogs = Backlogs(
            one.database, one.lot, Wishes(one.database, one.lot), lambda: now, most=3
        )
        command = DiscardBacklog(**IDS, endpoint_id="e")

        answers = [await backlogs.discard(command) for _ in range(3)]

    assert answers == [
        BacklogDiscarded(discarded=3, left=2, resends=0),
        BacklogDiscarded(discarded=2, left=0, resends=0),
        BacklogDiscarded(discarded=0, left=0, resends=0),
    ]

"""The line at an endpoint, on a real database: who comes when, and nobody twice."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from telecine.delivery.fetching import Fetching
from telecine.delivery.line import Line
from telecine.delivery.records import Records
from telecine.delivery.tables import DeliveryRow
from telecine.delivery.wishes import Wish, Wishes
from tests.delivery.rows import add, after, delivery, resend
from tests.delivery.test_parking import Lot, working

HERE = "e"


@asynccontextmanager
async def standing(url: str) -> AsyncIterator[tuple[Lot, Line, Wishes]]:
    async with working(url) as one:
        wishes = Wishes(one.database, one.lot)
        line = Line(Fetching(one.database), wishes, Records(one.database))
        yield one, line, wishes


def parked(name: str, hour: float, reason: str = "rate_limit") -> DeliveryRow:
    return delivery(
        name, state="parked", reason=reason, next=1, attempts=0, created_at=after(hour)
    )


async def names(line: Line, most: int = 64, bulk: int = 64, besides: tuple[str, ...] = ()) -> str:
    turns = await line.next(HERE, most, besides, bulk=bulk)
    return " ".join(f"{turn.row.id}{'+' if turn.wish else ''}" for turn in turns)


async def test_by_hand_goes_first_then_what_is_live_then_what_is_in_bulk(
    database_url: str,
) -> None:
    async with standing(database_url) as (one, line, _):
        await add(
            one.database,
            parked("live-2", 2),
            parked("live-1", 1),
            parked("replayed", 0, "replay"),
            parked("follows", 0, "ordering"),
            delivery("failed"),
            delivery("failed-2"),
            delivery("asked-for"),
            resend("w1", delivery_id="failed", in_bulk=True, asked_at=after(1)),
            resend("w0", delivery_id="failed-2", in_bulk=True, asked_at=after(0)),
            resend("w2", delivery_id="asked-for", asked_at=after(9)),
            resend("elsewhere", delivery_id="failed", endpoint_id="f"),
        )

        assert await names(line) == "asked-for+ live-1 live-2 replayed failed-2+ failed+"
        assert await names(line, bulk=2) == "asked-for+ live-1 live-2 replayed failed-2+"
        assert (
            await names(line, bulk=0) == await names(line, bulk=-3) == "asked-for+ live-1 live-2"
        )
        assert await names(line, most=2) == "asked-for+ live-1"
        assert await names(line, besides=("asked-for", "live-1", "failed-2")) == (
            "live-2 replayed failed+"
        )
        counts = [await line.count(HERE, 64, (), bulk=bulk) for bulk in (64, 2, 0, -3)]
        assert counts == [6, 5, 3, 3]
        assert await line.count(HERE, 4, ("live-1",), bulk=64) == 4


async def test_a_delivery_has_one_turn_at_a_time(database_url: str) -> None:
    async with standing(database_url) as (one, line, wishes):
        await add(
            one.database,
            parked("live", 1),
            parked("replayed", 1, "replay"),
            resend("w1", delivery_id="live"),
            resend("w2", delivery_id="live", asked_at=after(1)),
            resend("w3", delivery_id="replayed", in_bulk=True),
        )

        assert await names(line) == "live+ replayed"
        await wishes.done("w1")
        [turn] = await line.next(HERE, 1, (), bulk=0)
        assert turn.wish is not None
        assert turn.wish.id == "w2"


async def test_a_wish_for_what_is_on_record_no_more_is_forgotten(database_url: str) -> None:
    async with standing(database_url) as (one, line, wishes):
        await add(one.database, resend("w", delivery_id="too-old"))

        assert await names(line) == ""
        assert await wishes.count("demo", HERE) == {False: 0, True: 0}


async def test_a_wish_waits_once_under_its_endpoints_one_timer(database_url: str) -> None:
    async with standing(database_url) as (one, _, wishes):
        wish = Wish("w", "demo", HERE, "d", "resend", False, 3, "c")

        await wishes.add(wish, after(1))
        await wishes.add(wish, after(2))

        assert await wishes.next(HERE, 9) == [wish]
        assert await wishes.count("demo", HERE) == {False: 1, True: 0}
        assert await wishes.count("other", HERE) == {False: 0, True: 0}
        assert one.bus.timers == [f"timer.gate.{HERE}.1"] * 2, (
            "once more, as who set it may be dead"
        )
        assert await wishes.endpoints() == [("demo", HERE)]
        assert await wishes.give_up("other", HERE) == await wishes.give_up_old(after(1)) == 0
        assert await wishes.give_up("demo", HERE, after(1)) == 0
        assert await wishes.give_up_old(after(1.5)) == 1

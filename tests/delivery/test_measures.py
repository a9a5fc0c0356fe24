"""What delivery's metrics tell of what waits, read from its tables."""

from telecine.delivery.measures import ParkingMeasures, watch_waiting
from telecine.delivery.tables import GateRow
from telecine.shared.observing.metrics import Metrics
from telecine.shared.tables.database import opened
from tests.delivery.rows import TABLES, add, after, delivery, resend
from tests.scraped import Page


async def test_what_is_parked_is_told_apart_from_what_is_postponed(database_url: str) -> None:
    metrics = Metrics()
    async with opened(database_url, TABLES) as database:
        await add(
            database,
            delivery("a", state="parked", reason="breaker"),
            delivery("b", state="parked", reason="ordering"),
            delivery("c", state="postponed", next_at=after(2)),
            GateRow(endpoint_id="e", org="demo", open_until=after(2), trips=1, reason="breaker"),
            GateRow(endpoint_id="f", org="demo"),
            resend("one"),
            resend("two", in_bulk=True),
            resend("three", in_bulk=True),
        )
        stop = watch_waiting(metrics, database, lambda: after(1))

        shown = Page((await metrics.page())[0].decode())
        stop()

    assert shown.value("telecine_deliveries_waiting", state="parked") == 2
    assert shown.value("telecine_deliveries_waiting", state="postponed") == 1
    assert shown.value("telecine_deliveries_waiting_oldest_age_seconds", state="parked") == 3600
    assert shown.value("telecine_breakers_open") == 1
    assert shown.value("telecine_resends_waiting", asked="by_hand") == 1
    assert shown.value("telecine_resends_waiting", asked="in_bulk") == 2


async def test_a_breaker_counts_as_open_for_as_long_as_it_holds_something_back(
    database_url: str,
) -> None:
    """Of an endpoint that is deleted, or has nothing to be sent, it would stand open for ever."""
    metrics = Metrics()
    async with opened(database_url, TABLES) as database:
        await add(
            database,
            GateRow(endpoint_id="open", org="demo", open_until=after(2)),
            GateRow(endpoint_id="probed", org="demo", open_until=after(0.5), due=after(1)),
            GateRow(endpoint_id="deleted", org="demo", open_until=after(0.5)),
        )
        stop = watch_waiting(metrics, database, lambda: after(1))

        shown = Page((await metrics.page())[0].decode())
        stop()

    assert shown.value("telecine_breakers_open") == 2


async def test_every_reason_for_parking_is_counted_from_the_start() -> None:
    metrics = Metrics()
    ParkingMeasures(metrics).parked("breaker")

    shown = Page((await metrics.page())[0].decode())

    assert shown.value("telecine_deliveries_parked_total", reason="breaker") == 1
    for reason in ("disabled", "ordering", "rate_limit", "in_flight"):
        assert shown.value("telecine_deliveries_parked_total", reason=reason) == 0

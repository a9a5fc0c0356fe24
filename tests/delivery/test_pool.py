"""Idle connections: which one goes out again, for how long they are kept, and how many."""

import asyncio

import pytest

from telecine.delivery import pool as pools
from telecine.delivery.connection import Connection
from telecine.delivery.pool import AGE, IDLE, Pool
from telecine.delivery.target import Origin
from telecine.delivery.vetting import Vetting
from telecine.shared.sending.egress import policy
from tests.delivery.receivers import OK
from tests.delivery.sending import Line, exchange_to, made
from tests.waiting import until

HERE = Origin("http", "127.0.0.1", 80, is_name=False)
THERE = Origin("http", "127.0.0.1", 81, is_name=False)


@pytest.fixture
async def pool() -> Pool:
    return Pool(Vetting(policy("127.0.0.0/30")), asyncio.get_running_loop())


def idle(pool: Pool, origin: Origin = HERE, address: str = "127.0.0.1") -> tuple[Connection, Line]:
    connection, line = made(pool, exchange_to(origin), address)
    connection.data_received(OK)
    return connection, line


async def test_latest_idle_one_goes_out_first_and_only_to_its_origin(pool: Pool) -> None:
    first, _ = idle(pool)
    second, _ = idle(pool)
    now = second.idle_since

    assert pool.give(THERE, now) is None
    assert [pool.give(HERE, now) for _ in range(3)] == [second, first, None]


async def test_idle_for_too_long_or_too_old_is_closed(pool: Pool) -> None:
    long_idle, line = idle(pool)
    assert pool.give(HERE, long_idle.idle_since + IDLE) is None
    assert line.closed == "closed"

    old, line = idle(pool)
    old.opened_at -= AGE
    assert pool.give(HERE, old.idle_since) is None
    assert line.closed == "closed"


async def test_address_that_the_policy_forbids_is_not_used_again(pool: Pool) -> None:
    connection, line = idle(pool, address="127.0.0.9")

    assert pool.give(HERE, connection.idle_since) is None
    assert line.closed == "closed"


async def test_closing_connection_is_passed_over(pool: Pool) -> None:
    good, _ = idle(pool)
    _, line = idle(pool)
    line.close()

    assert pool.give(HERE, good.idle_since) is good


async def test_one_beyond_the_cap_and_the_longest_idle_one_goes(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "CAP", 3)

    lines = [idle(pool, HERE if n % 2 else THERE)[1] for n in range(5)]

    assert [line.closed for line in lines] == ["closed", "closed", "", "", ""]


async def test_sweep_closes_what_has_been_idle_for_too_long(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "IDLE", 0.05)
    _, line = idle(pool)

    await until(lambda: line.closed == "closed")


async def test_at_the_end_idle_ones_are_closed_and_busy_ones_aborted(pool: Pool) -> None:
    _, at_rest = idle(pool)
    _, at_work = made(pool, exchange_to(HERE))

    pool.end()

    assert (at_rest.closed, at_work.closed) == ("closed", "aborted")

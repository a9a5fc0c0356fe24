"""A connection between two exchanges, moment by moment: what may happen while nobody looks."""

import asyncio

import pytest

from telecine.delivery.pool import Pool
from telecine.delivery.target import Origin
from telecine.delivery.vetting import Vetting
from telecine.shared.sending.egress import OPEN
from tests.delivery.receivers import OK
from tests.delivery.sending import exchange_to, made

HERE = Origin("http", "127.0.0.1", 80, is_name=False)


@pytest.fixture
async def here() -> Pool:
    return Pool(Vetting(OPEN), asyncio.get_running_loop())


async def test_request_goes_out_whole_as_soon_as_the_connection_stands(here: Pool) -> None:
    _, line = made(here, exchange_to(HERE))

    assert line.written == [b"request"]


async def test_what_comes_before_the_request_is_written_is_no_answer_to_it(here: Pool) -> None:
    connection, line = made(here, exchange_to(HERE))
    connection.data_received(OK)
    late = exchange_to(HERE)
    late.recording.reused = True
    assert here.give(HERE, late.recording.started) is connection
    connection.carry(late)

    connection.data_received(OK)  # said before anybody could have read the request
    connection.write_request()

    failure = late.future.result()
    assert failure is not None
    assert failure.error == "reset"
    assert late.recording.is_stale, "so that it is sent over another connection"
    assert (line.written, line.closed) == ([b"request"], "aborted")


async def test_end_before_the_request_is_written_is_a_stale_connection(here: Pool) -> None:
    connection, _ = made(here, exchange_to(HERE))
    connection.data_received(OK)
    late = exchange_to(HERE)
    late.recording.reused = True
    connection.carry(late)

    connection.connection_lost(None)

    failure = late.future.result()
    assert failure is not None
    assert (failure.error, late.recording.is_stale) == ("reset", True)


async def test_what_was_given_up_is_not_written(here: Pool) -> None:
    connection, line = made(here, exchange_to(HERE))
    connection.data_received(OK)
    late = exchange_to(HERE)
    connection.carry(late)

    connection.abort()
    connection.write_request()

    assert (line.written, line.closed) == ([b"request"], "aborted")


async def test_slower_of_two_connections_lets_go(here: Pool) -> None:
    exchange = exchange_to(HERE)
    _, first = made(here, exchange)
    _, second = made(here, exchange)

    assert (first.written, second.written) == ([b"request"], [])
    assert (first.closed, second.closed) == ("", "aborted")


async def test_connection_for_what_was_given_up_lets_go(here: Pool) -> None:
    exchange = exchange_to(HERE)
    exchange.expire()

    _, line = made(here, exchange)

    assert (line.written, line.closed) == ([], "aborted")


async def test_answer_that_comes_right_behind_the_deadline_changes_nothing(here: Pool) -> None:
    """The sender looks at what has come only in the loop's next turn."""
    exchange = exchange_to(HERE)
    connection, line = made(here, exchange)
    exchange.expire()

    connection.data_received(OK)

    failure = exchange.future.result()
    assert failure is not None
    assert (failure.error, exchange.recording.answer.status) == ("timeout", 0)
    assert line.closed == "aborted"


async def test_late_byte_after_the_answer_ends_the_connection(here: Pool) -> None:
    connection, line = made(here, exchange_to(HERE))
    connection.data_received(OK)

    connection.data_received(b"H")

    assert line.closed == "aborted"
    assert here.give(HERE, connection.idle_since) is None

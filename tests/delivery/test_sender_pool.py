"""How the sender keeps connections, survives dead ones, and lets go of them."""

import asyncio

import pytest

from telecine.delivery.sender import Sender
from tests.delivery.hostile.loops import anyio_backend
from tests.delivery.receivers import OK, Wire, answer, answering, once, receiving, webhook
from tests.waiting import until

__all__ = ["anyio_backend"]


async def test_connection_is_kept_for_the_next_webhook(sender: Sender) -> None:
    async with receiving(answering(OK)) as receiver:
        first = await sender.send(webhook(receiver))
        second = await sender.send(webhook(receiver))

    assert len({request.client_port for request in receiver.requests}) == 1
    assert receiver.connections == 1
    assert first.address == second.address == receiver.address
    assert (first.reused, second.reused) == (False, True)
    assert first.timings.connect_ms is not None
    assert second.timings.connect_ms is None
    for timings in (first.timings, second.timings):
        assert timings.first_byte_ms is not None
        assert 0 < timings.first_byte_ms < timings.total_ms
        assert (timings.dns_ms, timings.tls_ms) == (None, None)


async def dies_idle(wire: Wire) -> None:
    """Answer a connection's first request and reset it at the second, as after a power cut."""
    await wire.request()
    await wire.say(OK)
    await wire.request()
    wire.reset()


async def test_stale_connection_is_survived_by_one_repeat(sender: Sender) -> None:
    async with receiving(dies_idle) as receiver:
        await sender.send(webhook(receiver))
        outcome = await sender.send(webhook(receiver, {"webhook-id": "msg_2"}))

    assert outcome.success
    ids = [request.headers["webhook-id"] for request in receiver.requests]
    assert ids == ["msg_1", "msg_2", "msg_2"]
    assert receiver.connections == 2
    assert not outcome.reused, "the connection that the answer came over was a fresh one"
    assert outcome.timings.connect_ms is not None


async def test_repeat_goes_over_a_fresh_connection_though_more_idle_ones_are_dead(
    sender: Sender,
) -> None:
    met = asyncio.Barrier(3)

    async def dies_idle_after_meeting(wire: Wire) -> None:
        await wire.request()
        if wire.receiver.connections <= 3:
            await met.wait()
        await wire.say(OK)
        await wire.request()
        wire.reset()

    async with receiving(dies_idle_after_meeting) as receiver:
        await asyncio.gather(*(sender.send(webhook(receiver)) for _ in range(3)))
        assert receiver.connections == 3

        outcome = await sender.send(webhook(receiver))

        assert outcome.success
        assert receiver.connections == 4
        assert len(receiver.requests) == 3 + 2


async def test_webhook_is_repeated_once_and_never_twice(sender: Sender) -> None:
    async def dies(wire: Wire) -> None:
        await wire.request()
        if wire.receiver.connections == 1:
            await wire.say(OK)
            await wire.request()
        wire.reset()

    async with receiving(dies) as receiver:
        await sender.send(webhook(receiver))
        outcome = await sender.send(webhook(receiver))

    assert (outcome.error, outcome.status) == ("reset", None)
    assert len(receiver.requests) == 3


async def test_webhook_is_not_repeated_once_a_byte_of_an_answer_came(sender: Sender) -> None:
    async def dies_answering(wire: Wire) -> None:
        await wire.request()
        await wire.say(OK)
        await wire.request()
        await wire.say(b"H")
        wire.reset()

    async with receiving(dies_answering) as receiver:
        await sender.send(webhook(receiver))
        outcome = await sender.send(webhook(receiver))

    assert (outcome.error, outcome.status) == ("reset", None)
    assert len(receiver.requests) == 2


async def test_answer_that_nobody_asked_for_is_not_taken_for_the_next_one(sender: Sender) -> None:
    speak, spoken = asyncio.Event(), asyncio.Event()

    async def speaks_unasked(wire: Wire) -> None:
        await wire.request()
        await wire.say(OK)
        if wire.receiver.connections == 1:
            await speak.wait()
            await wire.say(answer(410, "Gone"))
            spoken.set()
        await wire.until_closed()

    async with receiving(speaks_unasked) as receiver:
        await sender.send(webhook(receiver))
        speak.set()
        await until(spoken.is_set)
        outcome = await sender.send(webhook(receiver))

    assert outcome.status == 200
    assert receiver.connections == 2


async def test_hundred_webhooks_go_out_side_by_side(sender: Sender) -> None:
    all_in = asyncio.Barrier(100)

    async def waits_for_all(wire: Wire) -> None:
        request = await wire.request()
        await all_in.wait()
        await wire.say(answer(200, "OK", body=request.headers["webhook-id"].encode()))
        await wire.until_closed()

    ids = [f"msg_{n}" for n in range(100)]
    async with receiving(waits_for_all) as receiver:
        outcomes = await asyncio.gather(
            *(sender.send(webhook(receiver, {"webhook-id": name})) for name in ids)
        )

    assert [outcome.body.decode() for outcome in outcomes] == ids
    assert all(outcome.success for outcome in outcomes)


async def test_cancelled_send_closes_its_connection(sender: Sender) -> None:
    async with receiving(once()) as receiver:
        sending = asyncio.create_task(sender.send(webhook(receiver)))
        await until(lambda: receiver.requests)

        sending.cancel()

        with pytest.raises(asyncio.CancelledError):
            await sending
        await until(lambda: not receiver.open)

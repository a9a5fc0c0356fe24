"""The redelivery rule: delivered before, failed at before, or stored before this connection."""

from datetime import MAXYEAR

from nats.aio.msg import Msg
from nats.js.api import ConsumerConfig

from telecine.shared.wire.bus import Bus
from telecine.simulations.nats_server import EmbeddedNats
from tests.nats import Connect, killed
from tests.shared.work import offer
from tests.waiting import until


async def test_first_delivery_within_the_connection_that_saw_it_stored_is_none(bus: Bus) -> None:
    await offer(bus, 1)

    assert not bus.redelivered(await _next(bus))


async def test_message_stored_before_the_connection_counts_as_redelivered(
    bus: Bus, connect: Connect
) -> None:
    await offer(bus, 1)
    async with connect() as newcomer:
        message = await _next(newcomer)

        assert message.metadata.num_delivered == 1
        assert newcomer.redelivered(message)


async def test_message_that_was_given_back_counts_as_redelivered(bus: Bus) -> None:
    await offer(bus, 1)
    await bus.give_back(await _next(bus))

    again = await _next(bus)

    assert again.metadata.num_delivered == 2
    assert bus.redelivered(again)


async def test_message_that_a_handler_failed_at_counts_until_it_is_done(bus: Bus) -> None:
    await offer(bus, 1)
    message = await _next(bus)

    bus.failed(message)
    assert bus.redelivered(message)

    await bus.ack(message)
    assert not bus.redelivered(message)


async def test_message_from_before_a_reconnect_counts_as_redelivered(
    server: EmbeddedNats, bus: Bus
) -> None:
    await offer(bus, 1)
    message = await _next(bus)

    await killed(server, bus)
    await until(lambda: bus.redelivered(message))


async def test_message_stored_after_a_reconnect_does_not_count(
    server: EmbeddedNats, bus: Bus
) -> None:
    await killed(server, bus)
    await until(lambda: bus.connected_at.year < MAXYEAR)  # the client told us so
    await offer(bus, 1)

    assert not bus.redelivered(await _next(bus))


async def test_everything_counts_as_redelivered_while_the_connection_is_lost(
    server: EmbeddedNats, bus: Bus
) -> None:
    """The first messages of a new connection come before the client calls itself connected."""
    await offer(bus, 1)
    message = await _next(bus)

    await server.stop()
    await until(lambda: not bus.is_connected)

    await until(lambda: bus.redelivered(message))


async def _next(bus: Bus) -> Msg:
    config = ConsumerConfig(durable_name="test", ack_wait=600)
    subscription = await bus.js.pull_subscribe("due.test.>", "test", stream="DUE", config=config)
    return (await subscription.fetch(1, timeout=5))[0]

"""Asking whether somebody is connected: where nobody listens, the server itself says so at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError

from telecine.shared.errors import Unavailable
from telecine.shared.wire.bus import Bus

#: Where every instance that follows the clock can be asked.
HOUSE = "present.house"


@asynccontextmanager
async def present(bus: Bus, subject: str) -> AsyncIterator[None]:
    """Be found under a subject while the block lasts."""

    async def answer(message: Msg) -> None:
        await message.respond(b"")

    subscription = await bus.client.subscribe(subject, cb=answer)
    await bus.client.flush()  # the server knows it by then
    try:
        yield
    finally:
        if bus.is_connected:
            await subscription.unsubscribe()


async def is_present(bus: Bus, subject: str, timeout: float) -> bool:
    """Whether anybody is connected under a subject, though it may be too busy to answer within
    `timeout` seconds. Raises Unavailable if NATS cannot be asked."""
    try:
        await bus.client.request(subject, b"", timeout=timeout)
    except NoRespondersError:
        return False
    except TimeoutError:  # nats-py's own is one, too
        return True
    except NatsError as error:
        raise Unavailable(f"NATS does not say who is at {subject}: {error}") from error
    return True

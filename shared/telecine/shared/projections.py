"""Keeping a view up with a log: a FastStream pull subscriber, acknowledged by hand.

A view may be late, never wrong: its rows carry the log's position. What must not be late at all
(steps, matching, delivery, timers) uses `telecine.shared.pull` instead (docs/decisions/0001).
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog
from faststream import AckPolicy
from faststream.nats import JStream, NatsMessage, PullSub
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import ConsumerConfig
from nats.js.errors import NotFoundError

from telecine.shared.bus import Bus
from telecine.shared.errors import BrokenMessage
from telecine.shared.instance import Instance
from telecine.shared.pull import ACK_WAIT

log = structlog.get_logger()


def project(
    me: Instance,
    stream: str,
    subject: str,
    durable: str,
    take: Callable[[Msg], Awaitable[None]],
) -> None:
    """Let `take` see every message of a stream once at least; it acknowledges through the bus.

    What fails is not acknowledged and comes again after the ack wait.
    """

    async def handle(message: NatsMessage) -> None:
        raw = message.raw_message
        if not isinstance(raw, Msg):
            raise BrokenMessage("a projection takes single messages")
        try:
            await take(raw)
        except BrokenMessage as error:
            log.error("message.broken", subject=raw.subject, error=str(error))
            await me.bus.give_up(raw)
        except Exception as error:  # noqa: BLE001 - FastStream's own answer would lose the message
            log.warning("projection.retried", subject=raw.subject, error=repr(error))

    config = ConsumerConfig(ack_wait=ACK_WAIT, max_ack_pending=1000)
    me.broker.subscriber(
        subject,
        stream=JStream(stream, declare=False),
        durable=durable,
        pull_sub=PullSub(batch_size=100),
        ack_policy=AckPolicy.MANUAL,
        config=config,
        title=durable,
    )(handle)
    consumer = config.evolve(durable_name=durable, filter_subject=subject)
    keeping = asyncio.create_task(_keep(me.bus, stream, consumer), name=f"keep {durable}")
    me.stack.callback(keeping.cancel)


async def _keep(bus: Bus, stream: str, consumer: ConsumerConfig) -> None:
    """Make the consumer anew when it is gone; FastStream would ask for it in vain for ever."""
    while True:
        await asyncio.sleep(ACK_WAIT)
        try:
            await bus.js.consumer_info(stream, str(consumer.durable_name))
        except NotFoundError:
            log.warning("projection.begun_anew", durable=consumer.durable_name)
            await _make(bus, stream, consumer)
        except (NatsError, TimeoutError) as error:
            log.debug("projection.not_seen", error=repr(error))


async def _make(bus: Bus, stream: str, consumer: ConsumerConfig) -> None:
    with suppress(NatsError, TimeoutError):
        await bus.js.add_consumer(stream, consumer)

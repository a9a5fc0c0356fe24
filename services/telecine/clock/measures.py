"""What the clock tells of the house: the queues at NATS, and the timers that it holds.

The clock, because one copy of it is active at a time: whoever adds up processes counts nothing twice.
"""

import asyncio
from collections.abc import Callable

from telecine.shared.observing.metrics import Metrics
from telecine.shared.wire.bus import Bus
from telecine.shared.wire.streams import STREAMS


def watch_queues(metrics: Metrics, bus: Bus) -> Callable[[], None]:
    """Let the metrics tell how full the streams are, and how far each durable consumer is behind."""
    messages = metrics.gauge("telecine_stream_messages", "Messages in a stream.", "stream")
    size = metrics.gauge("telecine_stream_bytes", "Bytes of a stream.", "stream")
    pending = metrics.gauge(
        "telecine_consumer_pending_messages",
        "Messages that a consumer was not given yet: owed work, or how far a view is behind.",
        "stream",
        "consumer",
    )
    unacknowledged = metrics.gauge(
        "telecine_consumer_unacknowledged_messages",
        "Messages that a consumer was given and has not acknowledged.",
        "stream",
        "consumer",
    )

    async def look_at(stream: str) -> None:
        state = (await bus.js.stream_info(stream)).state
        messages.labels(stream).set(state.messages)
        size.labels(stream).set(state.bytes)
        for consumer in await bus.js.consumers_info(stream):
            if consumer.config.durable_name:  # the others are one instance's eyes
                names = stream, consumer.config.durable_name
                pending.labels(*names).set(consumer.num_pending or 0)
                unacknowledged.labels(*names).set(consumer.num_ack_pending or 0)

    async def look() -> None:
        await asyncio.gather(*(look_at(str(stream.name)) for stream in STREAMS))

    return metrics.look_at("queues", (messages, size, pending, unacknowledged), look)

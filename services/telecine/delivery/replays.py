"""What a replay brings: an event of a range, as it would have been owed then.

What was never sent is parked as what a replay has brought, and then sent as usual, with retries; what
has ended is sent once more, as by a resend. Either waits behind what is live, under the same limits.
"""

from nats.aio.msg import Msg

from telecine.delivery.depot import Depot
from telecine.delivery.standing import ENDED
from telecine.delivery.wishes import Wish
from telecine.delivery.worker import Worker
from telecine.shared.ids import hex_of
from telecine.shared.observing.logging import correlation
from telecine.shared.sending.owed import Owed, read_owed


class Replays:
    """Takes messages of replays; a message is acknowledged when what it asks for waits on record."""

    def __init__(self, depot: Depot, worker: Worker) -> None:
        self._bus = depot.bus
        self._clock = depot.clock
        self._records = depot.records
        self._wishes = depot.wishes
        self._worker = worker

    async def take(self, message: Msg) -> None:
        """See that an event of a range is sent again: as it would have been sent then, if it never was."""
        owed = read_owed(message)
        with correlation(owed.correlation_id, delivery_id=owed.delivery_id):
            row = await self._records.get(owed.delivery_id)
            if row is None:
                await self._worker.hold(owed)
            elif row.state in ENDED:
                await self._wish(owed, (message.headers or {})["Nats-Msg-Id"])
            else:  # it goes out anyway; who began may not have lived on
                await self._worker.see_to(row)
        await self._bus.ack(message)

    async def _wish(self, owed: Owed, message_id: str) -> None:
        wish = Wish(
            hex_of(owed.delivery_id, "replay", message_id),
            owed.org,
            owed.endpoint_id,
            owed.delivery_id,
            "replay",
            True,
            owed.endpoint_sequence,
            owed.correlation_id,
        )
        if not await self._records.caused_by(wish.delivery_id, wish.id):
            await self._wishes.add(wish, self._clock.now())

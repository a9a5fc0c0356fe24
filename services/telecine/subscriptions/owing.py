"""Owing: what was matched is given its order where an endpoint asks for one, and published.

By the one copy that fans out, and by it only while it may be sure to be that one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from telecine.shared.copies.lease import Lease
from telecine.shared.errors import Conflict, Unavailable
from telecine.shared.sending.owed import Owed, outgoing
from telecine.shared.wire.bus import Bus
from telecine.subscriptions.chains import Chains, Link


@dataclass(slots=True)  # not frozen, since one is made for each webhook
class Due:
    """One delivery to be owed, the chain that it stands in, and the trace that it goes on in."""

    owed: Owed
    chain: str | None = None
    trace: Mapping[str, str] | None = None


class Owing:
    """Publishes deliveries; idempotent by their ids and by their places in their chains."""

    def __init__(self, bus: Bus, chains: Chains, lease: Lease) -> None:
        self._bus = bus
        self._chains = chains
        self._lease = lease

    async def owe(self, due: Sequence[Due]) -> None:
        """Publish deliveries in this order. Raises Unavailable, or Conflict if another copy does it."""
        ordered = [
            Link(each.owed.delivery_id, each.chain, each.owed.at) for each in due if each.chain
        ]
        before = await self._link(ordered) if ordered else {}
        messages = [
            outgoing(replace(each.owed, predecessor=before[each.owed.delivery_id]), each.trace)
            if each.chain
            else outgoing(each.owed, each.trace)
            for each in due
        ]
        if not self._lease.is_fresh:  # another copy may have begun with the same facts
            raise Unavailable("the lease of the fan-out is not ours for certain")
        await self._bus.publish_all(messages)

    async def _link(self, links: Sequence[Link]) -> dict[str, str | None]:
        try:
            return await self._chains.link(links)
        except Conflict:
            self._lease.lose()
            raise

"""What was begun: deliveries that were given their place, and then perhaps never published.

Whoever matched their event was cut off in between, and its endpoint may have been switched off since, or
want no such event any more. A place is for ever, and whoever comes behind waits for it; so what has one
is owed, whatever its endpoint says by now.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from telecine.shared.aggregates.endpoint import Living
from telecine.shared.ids import object_id
from telecine.subscriptions.chains import Chains
from telecine.subscriptions.view import EndpointView
from telecine.subscriptions.wanting import endpoint_of


@dataclass(frozen=True)
class Happening:
    """What happened at a virtual time. `parts` are what a delivery's id is made of beside the time and
    the endpoint; `told` are the endpoints that are told of it anyway."""

    at: datetime
    parts: tuple[str, ...]
    told: Collection[str]

    def delivery_id(self, endpoint_id: str) -> str:
        """Answer the id of what an endpoint is owed for it."""
        return object_id(self.at, *self.parts, endpoint_id)


@dataclass(frozen=True)
class Placed:
    """An endpoint that had a place for what happened, with the position of its last fact."""

    endpoint: Living
    sequence: int
    chain: str


class Begun:
    """Finds them by their places."""

    def __init__(self, chains: Chains, view: EndpointView) -> None:
        self._chains = chains
        self._view = view

    async def of(self, happenings: Sequence[Happening]) -> list[list[Placed]]:
        """Answer for each who has a place and would not be told; deleted endpoints are passed over."""
        links = await self._chains.at({each.at for each in happenings})
        chains = {link.delivery_id: link.chain for link in links}
        whose = sorted({endpoint_of(chain) for chain in chains.values()})
        left = [
            [id_ for id_ in whose if id_ not in each.told and each.delivery_id(id_) in chains]
            for each in happenings
        ]
        known = await self._view.living(sorted({id_ for ids in left for id_ in ids}))
        return [
            [
                Placed(*known[id_], chains[happening.delivery_id(id_)])
                for id_ in ids
                if id_ in known
            ]
            for happening, ids in zip(happenings, left, strict=True)
        ]

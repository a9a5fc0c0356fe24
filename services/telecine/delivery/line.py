"""The line at an endpoint: who asked by hand, then what is live, then what was asked for in bulk.

So a replay of a million webhooks keeps no live one waiting, and one that a person asks for is not
behind either of them. A delivery stands in it once.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import structlog

from telecine.delivery.fetching import Fetching, live_at, replayed_at
from telecine.delivery.records import Records
from telecine.delivery.tables import DeliveryRow
from telecine.delivery.wishes import Wish, Wishes

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Turn:
    """A delivery whose turn it is: by itself, since it is parked, or because of a wish."""

    row: DeliveryRow
    wish: Wish | None = None


class Line:
    """Reads it. `besides` are deliveries that are under way, `most` bounds an answer, and `bulk` that of
    it which was asked for in bulk."""

    def __init__(self, fetching: Fetching, wishes: Wishes, records: Records) -> None:
        self._fetching = fetching
        self._wishes = wishes
        self._records = records

    async def count(
        self, endpoint_id: str, most: int, besides: Collection[str], *, bulk: int
    ) -> int:
        """Answer how many wait."""
        wished = await self._wishes.next(endpoint_id, most, besides)
        by_hand, in_bulk = _apart(wished)
        found = len(by_hand)
        found += await self._fetching.count(live_at(endpoint_id), most - found, besides)
        bulk = max(0, min(bulk, most - found))
        replayed = await self._fetching.count(replayed_at(endpoint_id), bulk, besides)
        return found + min(bulk, replayed + len(in_bulk))

    async def next(
        self, endpoint_id: str, most: int, besides: Collection[str], *, bulk: int
    ) -> list[Turn]:
        """Answer who comes next."""
        by_hand, in_bulk = _apart(await self._wishes.next(endpoint_id, most, besides))
        turns = await self._of(by_hand)
        turns += await self._parked(endpoint_id, most, besides, turns, bulk=False)
        bulk = min(most, len(turns) + bulk)
        turns += await self._parked(endpoint_id, bulk, besides, turns, bulk=True)
        known = {turn.row.id for turn in turns}
        others = [wish for wish in in_bulk if wish.delivery_id not in known]
        return turns + await self._of(others[: max(0, bulk - len(turns))])

    async def _parked(
        self,
        endpoint_id: str,
        most: int,
        besides: Collection[str],
        before: list[Turn],
        *,
        bulk: bool,
    ) -> list[Turn]:
        at = replayed_at(endpoint_id) if bulk else live_at(endpoint_id)
        besides = {*besides, *(turn.row.id for turn in before)}
        rows = await self._fetching.oldest(at, most - len(before), besides)
        return [Turn(row) for row in rows]

    async def _of(self, wishes: Iterable[Wish]) -> list[Turn]:
        turns = []
        for wish in wishes:
            row = await self._records.get(wish.delivery_id)
            if row:
                turns.append(Turn(row, wish))
            else:
                log.warning("resend.unknown", delivery_id=wish.delivery_id, why="it is too old")
                await self._wishes.done(wish.id)
        return turns


def _apart(wishes: Iterable[Wish]) -> tuple[list[Wish], list[Wish]]:
    """Answer what was asked for by hand, and in bulk; of a delivery the first."""
    first: dict[str, Wish] = {}
    for wish in wishes:
        first.setdefault(wish.delivery_id, wish)
    return (
        [wish for wish in first.values() if not wish.in_bulk],
        [wish for wish in first.values() if wish.in_bulk],
    )

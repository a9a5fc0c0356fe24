"""Of several addresses the first that answers: a dead one costs a moment, not the whole deadline.

Source: RFC 8305 (Happy Eyeballs), sections 4 and 5.
"""

import asyncio
from collections.abc import Sequence
from typing import Protocol

HEAD_START = 0.25  # seconds that an address has for itself before the next one is tried as well
# Tries under way: each holds a socket, and who names many mute addresses holds no more.
ABREAST = 2


class Try(Protocol):
    """An address that can be tried once."""

    async def make(self) -> None:
        """Try it. Raises OSError."""

    def give_up(self) -> bool:
        """See that it comes to nothing any more; False if it, or another one, has succeeded just now."""


def interleaved(addresses: Sequence[str]) -> list[str]:
    """The addresses, IPv6 and IPv4 in turn, each family in its order and the first one's first."""
    if not addresses:
        return []
    first = [each for each in addresses if (":" in each) == (":" in addresses[0])]
    second = [each for each in addresses if each not in first]
    ordered = []
    for turn in range(max(len(first), len(second))):
        ordered += [*first[turn : turn + 1], *second[turn : turn + 1]]
    return ordered


async def first_of(tries: Sequence[Try]) -> None:
    """Try until one succeeds. Those that succeed beside it have to see to themselves.

    The next try begins when the one before has failed, or has taken too long; the oldest of ABREAST
    ends for it. Raises the last failure if all fail, and at once what is not an OSError.
    """
    if len(tries) == 1:
        await tries[0].make()
        return
    waiting = list(tries)
    begun: dict[asyncio.Future[None], Try] = {}  # the oldest first
    under_way: list[asyncio.Future[None]] = []
    failure = OSError("the name has no address")
    try:
        while waiting or under_way:
            if waiting and len(under_way) == ABREAST:
                if begun[under_way[0]].give_up():
                    under_way.pop(0).cancel()
                else:
                    waiting.clear()
            if waiting:
                following = waiting.pop(0)
                making = asyncio.ensure_future(following.make())
                begun[making] = following
                under_way.append(making)
            ended, _ = await asyncio.wait(
                under_way,
                timeout=HEAD_START if waiting else None,
                return_when=asyncio.FIRST_COMPLETED,
            )
            under_way = [each for each in under_way if each not in ended]
            for each in ended:
                try:
                    each.result()
                except OSError as error:
                    failure = error
                else:
                    return
        raise failure
    finally:
        for each in begun:
            each.cancel()
        await asyncio.gather(*begun, return_exceptions=True)  # no failure is left unseen

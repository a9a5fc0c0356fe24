"""Of several addresses the first that answers: a dead one costs a moment, not the whole deadline.

Source: RFC 8305 (Happy Eyeballs), sections 4 and 5.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

HEAD_START = 0.25  # seconds that an address has for itself before the next one is tried as well


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


async def first_of(tries: Sequence[Callable[[], Awaitable[object]]]) -> None:
    """Try until one succeeds. Those that succeed beside it have to see to themselves.

    The next try begins when the one before has failed, or has taken too long. Raises the last
    failure if all fail, and at once what is not an OSError.
    """
    if len(tries) == 1:
        await tries[0]()
        return
    waiting = list(tries)
    under_way: set[asyncio.Future[object]] = set()
    failure = OSError("the name has no address")
    try:
        while waiting or under_way:
            if waiting:
                under_way.add(asyncio.ensure_future(waiting.pop(0)()))
            ended, under_way = await asyncio.wait(
                under_way,
                timeout=HEAD_START if waiting else None,
                return_when=asyncio.FIRST_COMPLETED,
            )
            for each in ended:
                try:
                    each.result()
                except OSError as error:
                    failure = error
                else:
                    return
        raise failure
    finally:
        for each in under_way:
            each.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

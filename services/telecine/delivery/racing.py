"""Of several addresses the first that answers: a dead one costs a moment, not the whole deadline.

Source: RFC 8305 (Happy Eyeballs), sections 4 and 5.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence

HEAD_START = 0.25  # seconds that an address has for itself before the next one is tried as well

Reached = tuple[str, socket.socket]


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


async def first_of(tries: Sequence[Callable[[], Awaitable[Reached]]]) -> Reached:
    """Answer what is reached first, and close what is reached beside it.

    The next try begins when the one before has failed, or has taken too long. Raises the last
    failure if all fail, and at once what is not an OSError.
    """
    if len(tries) == 1:
        return await tries[0]()
    waiting = list(tries)
    under_way: set[asyncio.Future[Reached]] = set()
    failure = OSError("the name has no address")
    reached: list[Reached] = []
    try:
        while not reached and (waiting or under_way):
            if waiting:
                under_way.add(asyncio.ensure_future(waiting.pop(0)()))
            ended, under_way = await asyncio.wait(
                under_way,
                timeout=HEAD_START if waiting else None,
                return_when=asyncio.FIRST_COMPLETED,
            )
            for each in ended:
                try:
                    reached.append(each.result())
                except OSError as error:
                    failure = error
        if not reached:
            raise failure
        return reached.pop(0)
    finally:
        for each in under_way:
            each.cancel()
        for late in await asyncio.gather(*under_way, return_exceptions=True):
            if not isinstance(late, BaseException):
                reached.append(late)
        for _, opened in reached:
            opened.close()

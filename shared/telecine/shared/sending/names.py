"""Finds the addresses of host names without letting one slow name server hold up the others.

The system's resolver blocks its thread, for half a minute if it must. So each host that is being
looked up has a thread of its own: daemons, which never keep a process from ending.
"""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Sequence
from threading import Thread
from time import perf_counter

#: Answers the addresses of a host name, best first. Raises OSError if it has none.
Resolver = Callable[[str], Awaitable[Sequence[str]]]

FRESH = 5.0  # seconds that an answer is believed; a failure is never kept
ABREAST = 128  # look-ups at a time; more wait for their turn, within their deadlines
_KNOWN_CAP = 4096


class Names:
    """Looks names up: one look-up at a time for a host, whoever asks meanwhile shares its answer.

    `abreast` is how many hosts are looked up side by side, those that nobody waits for any more included.
    """

    def __init__(
        self, look_up: Callable[[str], Sequence[str]] | None = None, *, abreast: int = ABREAST
    ) -> None:
        self._look_up = look_up or addresses_of
        self._turns = asyncio.Semaphore(abreast)
        self._known: dict[str, tuple[float, Sequence[str]]] = {}
        self._asking: dict[str, asyncio.Task[Sequence[str]]] = {}

    async def __call__(self, host: str) -> Sequence[str]:
        until, addresses = self._known.get(host, (0.0, ()))
        if perf_counter() < until:
            return addresses
        asking = self._asking.get(host)
        if asking is None:
            asking = self._asking[host] = asyncio.create_task(self._ask(host))
            asking.add_done_callback(lambda task: self._asked(host, task))
        return await asyncio.shield(asking)  # who gives up leaves the look-up to the others

    async def close(self) -> None:
        """Ask no more. Threads that still wait for a name server end by themselves."""
        asking = list(self._asking.values())
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    def _asked(self, host: str, task: asyncio.Task[Sequence[str]]) -> None:
        del self._asking[host]
        if not task.cancelled():
            task.exception()  # seen, even if everybody who asked has given up

    async def _ask(self, host: str) -> Sequence[str]:
        async with self._turns:
            addresses = await in_a_thread(self._look_up, host)
        if len(self._known) >= _KNOWN_CAP:
            self._known.clear()
        self._known[host] = (perf_counter() + FRESH, addresses)
        return addresses


def addresses_of(host: str) -> list[str]:
    """Ask the system for a host's addresses; blocks."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


async def in_a_thread(look_up: Callable[[str], Sequence[str]], host: str) -> Sequence[str]:
    """Call what blocks in a thread of its own, and leave it behind if nobody waits any more."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Sequence[str]] = loop.create_future()

    def settle(addresses: Sequence[str], error: Exception | None) -> None:
        if not answer.done():
            answer.set_exception(error) if error else answer.set_result(addresses)

    def run() -> None:
        addresses: Sequence[str] = ()
        error: Exception | None = None
        try:
            addresses = look_up(host)
        except Exception as raised:  # noqa: BLE001 - it is the caller's
            error = raised
        with contextlib.suppress(RuntimeError):  # the loop has been closed meanwhile
            loop.call_soon_threadsafe(settle, addresses, error)

    Thread(target=run, name=f"resolving {host}", daemon=True).start()
    return await answer

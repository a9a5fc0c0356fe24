"""The endpoints as one delivery worker knows them: followed from their log, held in memory."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from nats.aio.msg import Msg

from telecine.shared.aggregates.endpoint import Absent, Endpoint, Known
from telecine.shared.errors import BrokenLog, Unavailable
from telecine.shared.events.endpoint import EndpointFact
from telecine.shared.log.envelope import Recorded
from telecine.shared.log.eventlog import EventLog
from telecine.shared.wire.bus import Bus
from telecine.shared.wire.follow import Follow

#: Seconds to wait for an endpoint's fact that a delivery speaks of.
PATIENCE = 5.0


class Directory:
    """Every endpoint's last known state, whatever organisation it belongs to.

    While the log is read anew, as after each reconnect, all stay as they were: in between they would
    have every state again that they ever had, also with another URL, or before they were disabled.
    """

    def __init__(self, bus: Bus, log: EventLog[Endpoint, EndpointFact]) -> None:
        self._log = log
        self._last: dict[str, Recorded[Endpoint, EndpointFact]] = {}
        self._known: dict[str, Known] = {}  # those whose last fact has their state with it
        #: What has been read so far, while the log is read anew.
        self._read: dict[str, Recorded[Endpoint, EndpointFact]] | None = None
        self._sequence = 0
        self._moved = asyncio.Event()
        self._changed: list[Callable[[str, str], None]] = []
        self._heard: list[Callable[[Known, Known], None]] = []
        self._follow = Follow(
            bus,
            log.kind.stream,
            "endpoint.>",
            self._take,
            reset=self._begin_anew,
            complete=self._show_all,
        )

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        """Follow while the block lasts; it begins when all endpoints are known."""
        async with self._follow.running():
            yield

    def on_change(self, callback: Callable[[str, str], None]) -> None:
        """Call back with (org, endpoint) when an endpoint is switched on or off, or deleted."""
        self._changed.append(callback)

    def on_fact(self, callback: Callable[[Known, Known], None]) -> None:
        """Call back with an endpoint as it was and as it is when it is not any more as it was."""
        self._heard.append(callback)

    def endpoints(self) -> list[tuple[str, str]]:
        """Answer every endpoint there is or was: (org, id)."""
        return [(recorded.stamp.org, key) for key, recorded in self._last.items()]

    def known(self, endpoint_id: str, sequence: int) -> Known | None:
        """Answer an endpoint as `find` would, if memory has it; None: ask `find`."""
        return self._known.get(endpoint_id) if self._sequence >= sequence else None

    def sequence_of(self, endpoint_id: str) -> int:
        """Answer the position of an endpoint's last known fact."""
        recorded = self._last.get(endpoint_id)
        return recorded.sequence if recorded else 0

    async def find(self, endpoint_id: str, sequence: int) -> Known:
        """Answer an endpoint as it is now, known at least as far as the fact at `sequence`.

        Raises Unavailable if that fact does not arrive.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                while self._sequence < sequence:
                    self._moved.clear()
                    await self._moved.wait()
        except TimeoutError as error:
            raise Unavailable(f"endpoint {endpoint_id}: fact {sequence} has not come") from error
        if endpoint_id not in self._last:
            raise BrokenLog(f"a delivery to endpoint {endpoint_id}, which has no facts")
        state = await self._log.state_after(self._last[endpoint_id])
        if isinstance(state, Absent):
            raise BrokenLog(f"no endpoint {endpoint_id} after its own fact")
        return state

    def _take(self, message: Msg) -> None:
        recorded = self._log.parse(message)
        if self._read is None:
            self._show(recorded)
        else:
            self._read[recorded.stamp.id] = recorded

    def _show(self, recorded: Recorded[Endpoint, EndpointFact]) -> None:
        before, known = self._last.get(recorded.stamp.id), self._known.get(recorded.stamp.id)
        self._last[recorded.stamp.id] = recorded
        state = recorded.state
        if state is None or isinstance(state, Absent):
            self._known.pop(recorded.stamp.id, None)
        else:
            self._known[recorded.stamp.id] = state
        self._sequence = max(self._sequence, recorded.sequence)
        self._moved.set()
        if before and type(before.state) is not type(recorded.state):
            for callback in self._changed:
                callback(recorded.stamp.org, recorded.stamp.id)
        after = self._known.get(recorded.stamp.id)
        if known and after and known != after:
            for heard in self._heard:
                heard(known, after)

    def _begin_anew(self) -> None:
        self._read = {}
        self._sequence = 0

    def _show_all(self) -> None:
        """Show what was read; whoever is not in the log any more (a server lost it) is not known."""
        read, self._read = self._read or {}, None
        for gone in self._last.keys() - read.keys():
            del self._last[gone]
            self._known.pop(gone, None)
        for recorded in read.values():
            self._show(recorded)

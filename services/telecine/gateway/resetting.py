"""A new run in place: all leave, all empty what is theirs, the streams are made anew, all enter again.

One copy of the gateway leads; which one stands in the marker, so that another can finish what it began
if it dies. Until everybody has left nothing is lost, and a reset that somebody does not follow is
called off.
"""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import structlog
from nats.errors import Error as NatsError

from telecine.gateway.health import SERVICES
from telecine.shared.copies.renewing import Copy
from telecine.shared.copies.runs import Census, Marker, Phase, Sign, read_marker, write_marker
from telecine.shared.errors import Conflict, Refusal, TelecineError, Unavailable
from telecine.shared.wire.streams import make_anew

log = structlog.get_logger()

UNDER_WAY = Refusal("conflict", "a reset is under way; wait until the house is ready again")
#: Seconds for all to leave, to empty their tables, and to be back.
PATIENCE = 30.0
#: Seconds between two looks at whether somebody left a reset half done.
_LOOK = 1.0


class Resetting:
    """Leads resets, of one's own accord or to finish another's."""

    def __init__(self, copy: Copy) -> None:
        self._copy = copy
        self._bus = copy.bus
        self._busy = asyncio.Lock()

    async def reset(self) -> None:
        """Make a new run; returns when the house is ready in it. Raises Refusal naming who is not."""
        if self._busy.locked():
            raise UNDER_WAY
        async with self._busy, Census(self._bus).listening() as census:
            marker, position = await read_marker(self._bus)
            if marker.phase != "running":
                raise UNDER_WAY
            await census.settled()
            try:
                position = await self._move(marker.run + 1, "leaving", position)
                await self._until_left(census, marker.run, position)
            except Conflict as error:
                raise UNDER_WAY from error

    async def _until_left(self, census: Census, before: int, position: int) -> None:
        late = await self._missing(census, lambda each: each.place == "left" and each.run > before)
        if late:
            await self._move(before, "running", position)
            raise Refusal("timeout", f"the reset is called off, these did not leave: {late}")
        position = await self._move(before + 1, "emptying", position)
        await self._begin(census, before + 1, position)

    async def _begin(self, census: Census, run: int, position: int) -> None:
        late = await self._missing(
            census, lambda each: each.place == "emptied" and each.run == run
        )
        if late:
            raise Refusal("timeout", f"the reset goes on, these have not emptied theirs: {late}")
        await self._make_anew()
        await self._move(run, "running", position)
        late = await self._missing(census, lambda each: each.place == "in" and each.run == run)
        if late:
            raise Refusal("timeout", f"the new run has begun, these are not back yet: {late}")
        log.info("run.begun", run=run)

    async def _make_anew(self) -> None:
        try:
            await make_anew(self._bus.js)
        except (NatsError, TimeoutError) as error:
            message = f"the reset goes on; NATS has not made its streams anew yet: {error!r}"
            raise Unavailable(message) from error

    async def watch(self) -> None:
        """Finish, for ever, resets whose leader is gone."""
        while True:
            await asyncio.sleep(_LOOK)
            try:
                if self._copy.marker.phase != "running" and not self._busy.locked():
                    async with self._busy, Census(self._bus).listening() as census:
                        await self._take_over(census)
            except (TelecineError, NatsError, TimeoutError) as error:
                log.warning("reset.not_finished", error=repr(error))

    async def _take_over(self, census: Census) -> None:
        alive = {each.instance for each in await census.settled()}
        marker, position = await read_marker(self._bus)
        if marker.phase == "running" or (marker.by in alive and marker.by != self._copy.instance):
            return
        log.warning("reset.taken_over", run=marker.run, phase=marker.phase)
        position = await self._move(marker.run, marker.phase, position)
        if marker.phase == "leaving":
            await self._until_left(census, marker.run - 1, position)
        else:
            await self._begin(census, marker.run, position)

    async def _move(self, run: int, phase: Phase, after: int) -> int:
        marker = Marker(run=run, phase=phase, by=self._copy.instance)
        log.info("run.moves", run=run, phase=phase)
        return await write_marker(self._bus, marker, after)

    async def _missing(self, census: Census, is_there: Callable[[Sign], bool]) -> str:
        late = await census.missing(is_there, wanted=set(SERVICES), patience=PATIENCE)
        return ", ".join(late)


def remove_uploads(folder: Path) -> None:
    """Remove every upload's bytes, whoever else is removing them too."""
    for path in folder.glob("*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)

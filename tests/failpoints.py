"""Stopping a service at one exact moment of its work: before or after one of its effects, once."""

import asyncio
import gc
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import pytest

Moment = Literal["before", "after"]
How = Literal["stops", "raises"]


class Injected(Exception):
    """What a failpoint raises in place of going on."""


def always(*_: Any) -> bool:
    return True


@dataclass(frozen=True)
class Effect:
    """One awaited call of a service: an async method of a class, or function of a module.

    `concerns` tells this call from others by its arguments; the first `skip` such calls pass.
    """

    owner: Any
    name: str
    concerns: Callable[..., bool] = always
    skip: int = 0


class Failpoint:
    """`reached` is set when the service stands still there, or was hit. It strikes once."""

    def __init__(self, how: How) -> None:
        self.reached = asyncio.Event()
        self._released = asyncio.Event()
        self._how = how

    async def strike(self) -> None:
        """Let the service go no further: it hangs until it is stopped, or gets an exception."""
        if self.reached.is_set() or self._released.is_set():
            return
        self.reached.set()
        if self._how == "raises":
            raise Injected
        await self._released.wait()

    def release(self) -> None:
        """Strike no more, and let go on what still hangs here."""
        self._released.set()


class Failpoints:
    """The failpoints of one test, which end with it."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        self._set: list[Failpoint] = []

    def set(self, effect: Effect, moment: Moment, how: How = "stops") -> Failpoint:
        """Arm an effect."""
        original, point = getattr(effect.owner, effect.name), Failpoint(how)
        calls = itertools.count(1)

        async def patched(*args: Any, **kwargs: Any) -> Any:
            struck = effect.concerns(*args) and next(calls) > effect.skip
            if struck and moment == "before":
                await point.strike()
            result = await original(*args, **kwargs)
            if struck and moment == "after":
                await point.strike()
            return result

        self._patch.setattr(effect.owner, effect.name, patched)
        self._set.append(point)
        return point

    def release(self) -> None:
        for point in self._set:
            point.release()


#: For tests with failpoints: a service cut off in the middle of a query leaves its connection open,
#: and the driver says so; what is left open by a service that stops as it should stays an error.
CRASHED = pytest.mark.filterwarnings(
    "ignore:Exception ignored in.*Connection.__del__:pytest.PytestUnraisableExceptionWarning"
)


@contextmanager
def armed() -> Iterator[Failpoints]:
    """Failpoints that end with the block."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("telecine.shared.wire.pull.GRACE", 0)  # a crash leaves nobody time to finish
        points = Failpoints(patch)
        yield points
        points.release()
        gc.collect()  # what a crash left open is found here, where CRASHED expects it


@pytest.fixture
def failpoints() -> Iterator[Failpoints]:
    with armed() as points:
        yield points

"""The lives of a copy: what it waits for when it starts, and what it is told off for."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from nats.errors import TimeoutError as NatsTimeout
from structlog.testing import capture_logs

from telecine.shared.copies import renewing
from telecine.shared.copies.renewing import renewed
from telecine.shared.copies.runs import Marker, read_marker, write_marker
from telecine.shared.errors import Refusal, Unavailable
from telecine.shared.settings import Settings
from telecine.shared.wire.bus import Bus, connected
from telecine.shared.wire.streams import ensure
from telecine.simulations.nats_server import EmbeddedNats
from tests.waiting import until


class Lives:
    """A service whose first lives fail with these."""

    def __init__(self, *failures: Exception) -> None:
        self._failures = list(failures)
        self.begun = 0

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[None]:
        if self._failures:
            raise self._failures.pop(0)
        self.begun += 1
        yield


def at_first(error: Exception, then: Callable[..., Any]) -> Callable[..., Any]:
    """Answer what fails once, and is as it was from then on."""
    failures = [error]

    async def doing(*given: object) -> Any:
        if failures:
            raise failures.pop()
        return await then(*given)

    return doing


def settings(server: EmbeddedNats) -> Settings:
    return Settings(nats_url=server.url)


async def test_a_copy_that_starts_while_nats_is_busy_waits_for_it(
    server: EmbeddedNats,
) -> None:
    lives = Lives(NatsTimeout(), NatsTimeout())
    with capture_logs() as logs:
        async with renewed(settings(server), "ingest", lives):
            assert lives.begun == 1

    assert [each["event"] for each in logs].count("run.not_entered") == 2


@pytest.mark.parametrize("mistake", [Refusal("invalid", "no such thing"), Unavailable("no table")])
async def test_anything_else_that_a_first_life_fails_with_is_told(
    server: EmbeddedNats, mistake: Exception
) -> None:
    with pytest.raises(type(mistake), match=str(mistake)):
        async with renewed(settings(server), "ingest", Lives(mistake)):
            pass


@pytest.mark.parametrize(
    "busy",
    [
        ("ensure", at_first(NatsTimeout(), ensure)),
        ("read_marker", at_first(Unavailable("no word"), read_marker)),
    ],
    ids=("ensure", "read_marker"),
)
async def test_no_word_on_the_way_to_the_first_life_is_waited_for(
    server: EmbeddedNats, monkeypatch: pytest.MonkeyPatch, busy: tuple[str, Callable[..., Any]]
) -> None:
    lives = Lives()
    monkeypatch.setattr(renewing, *busy)
    async with renewed(settings(server), "ingest", lives):
        assert lives.begun == 1


async def test_streams_that_cannot_be_made_are_told(
    server: EmbeddedNats, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewing, "ensure", at_first(Refusal("invalid", "a mistake"), ensure))
    with pytest.raises(Refusal, match="a mistake"):
        async with renewed(settings(server), "ingest", Lives()):
            pass


async def test_a_look_that_word_has_overtaken_brings_no_run_back(
    server: EmbeddedNats, monkeypatch: pytest.MonkeyPatch
) -> None:
    lives, looks = Lives(), 0
    async with (
        connected(server.url, "test") as bus,
        renewed(settings(server), "ingest", lives) as copy,
    ):

        async def overtaken(asked: Bus) -> tuple[Marker, int]:
            nonlocal looks
            seen = await read_marker(asked)
            looks += 1
            if looks == 1:
                await write_marker(bus, Marker(run=2), seen[1])
                await until(lambda: lives.begun == 2)
            return seen

        monkeypatch.setattr(renewing, "read_marker", overtaken)
        await until(lambda: looks == 3)

        assert copy.marker.run == 2
        assert lives.begun == 2

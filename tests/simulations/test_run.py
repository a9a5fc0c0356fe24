"""`telecine run`: what one service by itself is given that a whole house would decide otherwise."""

import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from telecine.shared.errors import Refusal
from telecine.shared.settings import Settings
from telecine.simulations import local
from telecine.simulations.commands import one, up
from telecine.simulations.own_house import _embedded

NATS = "nats://nats.example:4222"


@pytest.fixture
def few_files() -> Iterator[int]:
    """Let this process open fewer files than it may; answers how many it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 1000), hard))
    yield hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_a_service_may_open_as_many_files_as_the_system_lets_it(
    monkeypatch: pytest.MonkeyPatch, few_files: int
) -> None:
    seen: list[int] = []

    @asynccontextmanager
    async def running(settings: Settings, **_: object) -> AsyncIterator[None]:
        seen.append(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
        raise Refusal("invalid", "far enough")
        yield

    monkeypatch.setitem(local.SERVICES, "delivery", SimpleNamespace(running=running))
    monkeypatch.setattr(local, "house", running)

    with pytest.raises(Refusal, match="far enough"):
        await one.run(Settings(nats_url=NATS), "delivery")
    resource.setrlimit(resource.RLIMIT_NOFILE, (1000, few_files))
    with pytest.raises(Refusal, match="far enough"):
        await up.run(Settings())

    assert seen == [few_files, few_files]


@pytest.mark.parametrize(
    ("egress", "then"), [(None, "private"), ("open", "open"), ("10.0.0.0/8", "networks")]
)
async def test_a_service_alone_sends_to_private_networks_unless_it_is_told(
    monkeypatch: pytest.MonkeyPatch, egress: str | None, then: str
) -> None:
    seen: list[Settings] = []

    @asynccontextmanager
    async def running(settings: Settings, **_: object) -> AsyncIterator[None]:
        seen.append(settings)
        raise Refusal("invalid", "far enough")
        yield

    monkeypatch.setitem(local.SERVICES, "delivery", SimpleNamespace(running=running))

    with pytest.raises(Refusal, match="far enough"):
        await one.run(Settings(egress=egress, nats_url=NATS), "delivery")

    assert [each.egress_policy.name for each in seen] == [then]


def test_a_house_of_ones_own_reaches_its_own_receiver(tmp_path: Path) -> None:
    assert _embedded(Settings(egress="public"), tmp_path).egress_policy.name == "open"

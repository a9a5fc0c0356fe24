"""The fan-out is in order, whichever copy does it and whenever one is cut off."""

import json
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import pytest
from nats.aio.msg import Msg
from structlog.testing import capture_logs

from telecine.shared.aggregates.endpoint import Inactive
from telecine.shared.copies import lease
from telecine.shared.copies.leading import leading
from telecine.shared.errors import Unavailable
from telecine.shared.events import Stamp
from telecine.shared.sending.owed import Owed, parse_owed
from telecine.shared.tables.database import opened
from telecine.shared.time.virtual_time import VirtualClock
from telecine.shared.wire.bus import Bus
from telecine.shared.wire.pipelining import Pipeline
from telecine.simulations.nats_server import EmbeddedNats
from telecine.subscriptions import fan_out
from telecine.subscriptions.chains import Chains
from telecine.subscriptions.fan_out import LEASE, FanOut
from telecine.subscriptions.schema import SCHEMA
from tests.failpoints import CRASHED, Effect, Failpoints, How, Moment, failpoints
from tests.nats import bus, connect, server
from tests.shared.logged import LIFE, trace, video_log
from tests.shared.videos import ORG, minute
from tests.subscriptions.copies import Copies, copies, endpoint, owed_in_order
from tests.waiting import until

__all__ = ["bus", "connect", "failpoints", "server"]

pytestmark = CRASHED

VIDEOS = 12
ENDPOINTS = (
    endpoint("a1", "video"),
    endpoint("a2", "endpoint"),
    endpoint("a3"),
)
WANTED = 2


@pytest.fixture
async def house(bus: Bus, server: EmbeddedNats, database_url: str) -> AsyncIterator[Copies]:
    async with copies(bus, server.url, database_url) as started:
        await started.show(*ENDPOINTS)
        yield started


@pytest.fixture
async def on_sqlite(bus: Bus, server: EmbeddedNats, tmp_path: Path) -> AsyncIterator[Copies]:
    """The same on SQLite alone: there are many moments."""
    async with copies(bus, server.url, f"sqlite:///{tmp_path / 'test.db'}") as started:
        await started.show(*ENDPOINTS)
        yield started


async def live(bus: Bus) -> None:
    """Append the lives of some videos, step by step side by side."""
    for version in range(1, len(LIFE) + 1):
        await live_on(bus, version)


async def live_on(bus: Bus, version: int) -> None:
    """Append the fact of one version to each video."""
    log = video_log(bus)
    for number in range(VIDEOS):
        at = Stamp(ORG, f"v{number}", minute(version))
        await log.append(await log.load(ORG, at.id), LIFE[version - 1], at, trace("test"))


def is_of_matching(_: Any, message: Any) -> bool:
    return bool(message.metadata.consumer == "subscriptions-matching")


MOMENTS = {
    "linked": Effect(Chains, "link"),
    "first sent": Effect(Pipeline, "_send"),
    "some sent": Effect(Pipeline, "_send", skip=20),
    "all sent": Effect(Bus, "publish_all"),
    "first acknowledged": Effect(Bus, "ack", is_of_matching),
    "some acknowledged": Effect(Bus, "ack", is_of_matching, skip=10),
}


def check(owed: list[Owed]) -> None:
    """Each is owed once; chains are in the order of the log, each naming the one before it."""
    assert len(owed) == VIDEOS * WANTED * len(ENDPOINTS)
    assert len({each.delivery_id for each in owed}) == len(owed)
    chains: dict[Any, list[Owed]] = defaultdict(list)
    for each in owed:
        match each.endpoint_id:
            case "a1":
                chains[each.endpoint_id, each.video_id].append(each)
            case "a2":
                chains[each.endpoint_id].append(each)
            case _:
                assert each.predecessor is None
    for chain in chains.values():
        positions = [each.event_sequence for each in chain]
        assert positions == sorted(positions)
        assert [each.predecessor for each in chain] == [
            None,
            *[each.delivery_id for each in chain[:-1]],
        ]


async def all_owed(bus: Bus) -> list[Owed]:
    async def found() -> list[Owed] | None:
        owed = await owed_in_order(bus)
        return owed if len(owed) >= VIDEOS * WANTED * len(ENDPOINTS) else None

    return await until(found, deadline=30)  # type: ignore[no-any-return]  # what `found` answers


async def test_each_delivery_names_the_one_before_it(bus: Bus, house: Copies) -> None:
    await house.start("one")

    await live(bus)

    check(await all_owed(bus))


CUTS = [
    pytest.param((effect, moment, how), id=f"{moment}_{name.replace(' ', '_')}-{how}")
    for name, effect in MOMENTS.items()
    for moment in get_args(Moment)
    for how in get_args(How)
]


@pytest.mark.parametrize("cut", CUTS)
async def test_order_outlives_a_copy_that_is_cut_off(
    bus: Bus, on_sqlite: Copies, failpoints: Failpoints, cut: tuple[Effect, Moment, How]
) -> None:
    effect, moment, how = cut
    await live(bus)
    failpoint = failpoints.set(effect, moment, how)
    one = await on_sqlite.start("one")
    await on_sqlite.start("two")

    await until(failpoint.reached.is_set)
    if how == "stops":
        await one.die()

    check(await all_owed(bus))


async def test_what_may_have_been_owed_by_a_copy_before_is_owed_with_a_word_of_that(
    bus: Bus, on_sqlite: Copies, failpoints: Failpoints
) -> None:
    """Its id may be forgotten by then: who sends has to look at the record."""
    sent: list[Owed] = []

    async def note(message: Msg) -> None:
        sent.append(parse_owed(message.subject, message.headers or {}, message.data))

    await bus.client.subscribe("delivery.requested.>", cb=note)
    one = await on_sqlite.start("one")
    await on_sqlite.start("two")
    failpoint = failpoints.set(MOMENTS["all sent"], "after", "stops")
    await live_on(bus, 1)
    await live_on(bus, 2)
    await until(failpoint.reached.is_set)
    by_one = {each.delivery_id for each in sent}
    await one.die()
    await until(lambda: len(sent) >= len(by_one) + VIDEOS * len(ENDPOINTS), deadline=30)

    assert by_one
    assert [each.again for each in sent[: len(by_one)]] == [False] * len(by_one)
    assert by_one <= {each.delivery_id for each in sent if each.again}


async def test_what_was_given_its_place_is_owed_though_its_endpoint_is_off_by_then(
    bus: Bus, on_sqlite: Copies, failpoints: Failpoints
) -> None:
    """Nothing would ever come of it else, and whatever is behind it would wait for that."""
    await live_on(bus, 1)
    linked = failpoints.set(MOMENTS["linked"], "after", "stops")
    one = await on_sqlite.start("one")
    await until(linked.reached.is_set)
    await one.die()
    await on_sqlite.show(*(Inactive(each.profile) for each in ENDPOINTS), since=10)
    await on_sqlite.start("two")
    await until(lambda: _is_matched(bus), deadline=30)

    await on_sqlite.show(*ENDPOINTS, since=20)
    for version in range(2, len(LIFE) + 1):
        await live_on(bus, version)
    await until(lambda: _is_matched(bus), deadline=30)

    owed = await owed_in_order(bus)
    assert len({each.delivery_id for each in owed}) == len(owed)
    last = [each for each in owed if each.event_type == "video.process_succeeded"]
    assert len(last) == VIDEOS * len(ENDPOINTS)
    named = {each.predecessor for each in owed if each.predecessor}
    assert named <= {each.delivery_id for each in owed}


async def _is_matched(bus: Bus) -> bool:
    """Whether every fact has been matched."""
    info = await bus.js.consumer_info("VIDEOS", "subscriptions-matching")
    return not info.num_pending and not info.num_ack_pending


async def test_order_outlives_one_copy_after_the_other(bus: Bus, house: Copies) -> None:
    running = [await house.start("0"), await house.start("1")]
    for version in range(1, len(LIFE) + 1):
        await live_on(bus, version)
        running.append(await house.start(f"{version + 1}"))
        await running[version - 1].die()

    check(await all_owed(bus))


async def test_a_copy_that_was_followed_owes_nothing_more(
    bus: Bus, house: Copies, failpoints: Failpoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is held up before it links; meanwhile another has begun, as after a long pause."""
    await live(bus)
    held_up = failpoints.set(MOMENTS["linked"], "before")
    with monkeypatch.context() as paused:
        paused.setattr(lease, "RENEW", 3600)  # else it hears of the other one by itself
        await house.start("one")
        await until(held_up.reached.is_set, deadline=30)
    assert await _leads(bus, "one")

    await bus.publish("lease.fan-out", b'{"owner": ""}')  # as if it had been silent for too long
    await house.start("two")  # it has begun then, as there is nobody to stand by behind
    await until(lambda: _leads(bus, "two"), deadline=30)
    with capture_logs() as logs:
        held_up.release()
        await until(lambda: _has_lost(logs, "one"), deadline=30)

    check(await all_owed(bus))


async def test_old_links_are_still_forgotten_after_the_tables_were_away(
    on_sqlite: Copies, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0

    async def prune(*_: object) -> int:
        nonlocal looks
        looks += 1
        if looks == 1:
            raise Unavailable("the database is in trouble")
        return 0

    monkeypatch.setattr(fan_out, "SWEEP", 0.01)
    monkeypatch.setattr(Chains, "prune", prune)

    await on_sqlite.start("one")

    await until(lambda: looks > 1)


async def test_nothing_of_a_reign_that_is_over_is_called_at_a_reconnect(
    bus: Bus, on_sqlite: Copies, tmp_path: Path
) -> None:
    clock = VirtualClock(bus)
    async with opened(f"sqlite:///{tmp_path / 'test.db'}", SCHEMA) as database, clock.following():
        one = FanOut(bus, database, clock, name="one", fidelity="documented")
        before = list(bus._on_reconnect)

        async with leading(bus, LEASE, "one", one.reign):
            during = len(bus._on_reconnect)

        assert during > len(before)
        assert bus._on_reconnect == before


async def _leads(bus: Bus, name: str) -> bool:
    found = await bus.js.get_last_msg("LEASES", "lease.fan-out")
    return bool(json.loads(found.data or b"{}")["owner"] == name)


def _has_lost(logs: Sequence[Mapping[str, Any]], name: str) -> bool:
    return ("lease.lost", name) in [(each["event"], each.get("owner")) for each in logs]

"""Heartbeats: who is alive, who is gone, and what is told at once."""

import pytest

from telecine.shared.copies.heartbeat import Beating, Pulse
from telecine.shared.wire.bus import Bus
from telecine.simulations.nats_server import EmbeddedNats
from tests.nats import Connect, killed
from tests.shared.work import heard
from tests.waiting import until


def names(pulse: Pulse) -> list[str]:
    return sorted(beat.instance for beat in pulse.alive())


async def test_instance_that_beats_is_alive(bus: Bus) -> None:
    pulse, beating = Pulse(bus), Beating(bus, "ingest", "ingest-1")
    async with pulse.listening(), beating.running():
        await until(lambda: names(pulse) == ["ingest-1"])

    [beat] = pulse.alive()
    assert (beat.service, beat.clock, beat.ready) == ("ingest", 0, False)


async def test_every_copy_of_a_service_is_heard(bus: Bus) -> None:
    pulse = Pulse(bus)
    one, two = Beating(bus, "ingest", "one"), Beating(bus, "ingest", "two")
    async with pulse.listening(), one.running(), two.running():
        await until(lambda: names(pulse) == ["one", "two"])


async def test_change_is_told_at_once_and_not_at_the_next_beat(
    bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telecine.shared.copies.heartbeat.PERIOD", 3600)
    pulse, beating = Pulse(bus), Beating(bus, "ingest", "ingest-1")
    async with pulse.listening(), beating.running():
        await until(lambda: names(pulse))
        beating.clock, beating.ready = 7, True
        beating.beat()
        await until(lambda: [(b.clock, b.ready) for b in pulse.alive()] == [(7, True)])


async def test_instance_that_says_nothing_any_more_is_gone(
    bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telecine.shared.copies.heartbeat.GONE_AFTER", 1.0)
    pulse = Pulse(bus)
    async with pulse.listening(), Beating(bus, "ingest", "stays").running():
        async with Beating(bus, "ingest", "leaves").running():
            await until(lambda: names(pulse) == ["leaves", "stays"])
        await until(lambda: names(pulse) == ["stays"])


async def test_next_beat_waits_for_one_and_no_longer_than_asked(bus: Bus) -> None:
    pulse, beating = Pulse(bus), Beating(bus, "ingest", "ingest-1")
    async with pulse.listening():
        assert not await pulse.next_beat(0.05)
        async with beating.running():
            assert await pulse.next_beat(10)


async def test_beat_that_cannot_be_read_silences_nobody(bus: Bus) -> None:
    pulse, beating = Pulse(bus), Beating(bus, "ingest", "ingest-1")
    async with pulse.listening():
        for body in (b"", b"{", b'{"service": "ingest"}'):
            await bus.client.publish("heartbeat.ingest.broken", body)
        async with beating.running():
            await until(lambda: names(pulse) == ["ingest-1"])


async def test_beats_go_on_when_the_server_was_killed(
    bus: Bus, connect: Connect, server: EmbeddedNats
) -> None:
    async with connect() as other:
        pulse, beating = Pulse(other), Beating(bus, "ingest", "ingest-1")
        async with pulse.listening(), beating.running():
            await until(lambda: names(pulse))
            await killed(server, bus, other)
            beats = await heard(other, "heartbeat.>")
            await until(lambda: len(beats) >= 2)
            await until(lambda: names(pulse) == ["ingest-1"])


async def test_nothing_is_said_after_the_end(bus: Bus) -> None:
    async with Beating(bus, "ingest", "ingest-1").running():
        pass
    beats = await heard(bus, "heartbeat.>")
    beating = Beating(bus, "ingest", "ingest-2")
    async with beating.running():
        await until(lambda: len(beats) >= 3)

    assert {beat.subject for beat in beats} == {"heartbeat.ingest.ingest-2"}

"""Name servers that fail, hang, lie or are slow: what goes on record, and that the others do not wait."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Event

import pytest

from telecine.delivery import racing
from telecine.delivery.connection import Connection
from telecine.delivery.pool import Pool
from telecine.delivery.racing import interleaved
from telecine.delivery.sender import Sender
from telecine.shared.sending import names
from telecine.shared.sending.egress import policy
from telecine.shared.sending.names import Names
from tests.delivery.hostile.loops import anyio_backend
from tests.delivery.receivers import OK, Receiver, answering, free_port, receiving, webhook
from tests.waiting import until

__all__ = ["anyio_backend"]


class Zone:
    """A name server in memory, that blocks its thread as the system's does."""

    def __init__(self, **addresses: list[str]) -> None:
        self._addresses = {name.replace("_", "."): found for name, found in addresses.items()}
        self.asked: list[str] = []
        self.let_go = Event()

    def __call__(self, host: str) -> list[str]:
        self.asked.append(host)
        if host.startswith("slow"):
            self.let_go.wait(30)
        if host.startswith("broken"):
            raise UnicodeError("label too long")
        if host not in self._addresses:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return self._addresses[host]


def at(receiver: Receiver, name: str) -> str:
    return f"http://{name}:{receiver.port}/hook"


def sending(zone: Zone, egress: str = "127.0.0.0/30") -> Sender:
    return Sender(egress=policy(egress), resolver=Names(zone))


@contextmanager
def mute(port: int, address: str = "127.0.0.2") -> Iterator[None]:
    """A place whose queue is full: it takes no connection and refuses none."""
    with socket.socket() as listener:
        listener.bind((address, port))
        listener.listen(0)
        full = [socket.socket() for _ in range(4)]
        for each in full:
            each.setblocking(False)
            each.connect_ex((address, port))
        try:
            yield
        finally:
            for each in full:
                each.close()


async def test_name_that_does_not_exist_is_a_dns_error() -> None:
    async with sending(Zone()) as sender:
        outcome = await sender.send(webhook("http://nobody.test/"))

    assert (outcome.error, outcome.address) == ("dns", None)
    assert outcome.message == "nobody.test did not resolve: Name or service not known"


async def test_whatever_a_look_up_raises_is_an_outcome() -> None:
    async with sending(Zone()) as sender:
        outcome = await sender.send(webhook("http://broken.test/"))

    assert (outcome.error, outcome.message) == ("protocol", "UnicodeError: label too long")


async def test_name_without_any_address_is_a_connect_error() -> None:
    async with sending(Zone(empty_test=[])) as sender:
        outcome = await sender.send(webhook("http://empty.test/"))

    assert (outcome.error, outcome.status) == ("connect", None)
    assert outcome.message == "no connection to empty.test: the name has no address"


async def test_slow_name_server_delays_nobody_else() -> None:
    zone = Zone(fast_test=["127.0.0.1"])
    async with receiving(answering(OK)) as receiver, sending(zone) as sender:
        slow = [
            asyncio.create_task(sender.send(webhook(f"http://slow{n}.test/", timeout=60)))
            for n in range(names.ABREAST // 2)
        ]
        await until(lambda: len(zone.asked) == len(slow))

        outcome = await sender.send(webhook(at(receiver, "fast.test"), timeout=5))

        zone.let_go.set()
        ended = await asyncio.gather(*slow)

    assert outcome.success
    assert {each.error for each in ended} == {"dns"}


async def test_look_up_that_hangs_ends_with_the_deadline_and_the_process_does_not_wait() -> None:
    zone = Zone()
    async with sending(zone) as sender:
        outcome = await sender.send(webhook("http://slow.test/", timeout=0.3))
    waiting = [each for each in threading.enumerate() if each.name == "resolving slow.test"]
    assert [each.daemon for each in waiting] == [True]
    zone.let_go.set()

    assert (outcome.error, outcome.address) == ("timeout", None)
    assert outcome.message == "the host name did not resolve within 0.3 s"


async def test_all_who_ask_for_a_name_at_once_share_one_look_up() -> None:
    zone = Zone(slow_test=["127.0.0.1"])
    async with receiving(answering(OK)) as receiver, sending(zone) as sender:
        url = at(receiver, "slow.test")
        gives_up = asyncio.create_task(sender.send(webhook(url, timeout=0.3)))
        others = [asyncio.create_task(sender.send(webhook(url))) for _ in range(5)]
        assert (await gives_up).error == "timeout"
        zone.let_go.set()
        outcomes = await asyncio.gather(*others)

    assert all(outcome.success for outcome in outcomes)
    assert zone.asked == ["slow.test"]


async def test_answer_is_believed_for_a_while_and_a_failure_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    zone = Zone(name_test=["127.0.0.1"])
    find = Names(zone)

    for _ in range(3):
        assert await find("name.test") == ["127.0.0.1"]
        with pytest.raises(OSError, match="not known"):
            await find("none.test")
    monkeypatch.setattr(names, "perf_counter", lambda: float("inf"))
    await find("name.test")

    assert zone.asked.count("name.test") == 2
    assert zone.asked.count("none.test") == 3


async def test_answer_that_mixes_good_and_forbidden_is_refused_whole_however_often() -> None:
    zone = Zone(mixed_test=["127.0.0.1", "127.0.0.9"])
    async with receiving(answering(OK)) as receiver, sending(zone) as sender:
        outcomes = [await sender.send(webhook(at(receiver, "mixed.test"))) for _ in range(2)]

    assert [outcome.error for outcome in outcomes] == ["egress", "egress"]
    assert receiver.connections == 0


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "fd00:ec2::254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"]
)
async def test_name_that_leads_to_the_metadata_service_is_refused(address: str) -> None:
    async with sending(Zone(meta_test=[address]), "private") as sender:
        outcome = await sender.send(webhook("http://meta.test/latest/meta-data"))

    assert (outcome.error, outcome.address) == ("egress", None)
    assert "metadata" in outcome.message


async def test_dead_address_before_a_good_one_costs_nothing() -> None:
    zone = Zone(two_test=["127.0.0.2", "127.0.0.1"])
    async with receiving(answering(OK)) as receiver, sending(zone) as sender:
        outcome = await sender.send(webhook(at(receiver, "two.test")))

    assert outcome.success
    assert outcome.address == receiver.address


async def test_mute_address_before_a_good_one_costs_a_moment() -> None:
    zone = Zone(two_test=["127.0.0.2", "127.0.0.1"])
    async with receiving(answering(OK)) as receiver, sending(zone) as sender:
        with mute(receiver.port):
            outcome = await sender.send(webhook(at(receiver, "two.test"), timeout=60))

    assert outcome.success
    assert outcome.address == receiver.address
    assert outcome.timings.total_ms < 30_000


async def test_mute_address_alone_is_cut_by_the_deadline() -> None:
    port = free_port()
    async with sending(Zone()) as sender:
        with mute(port):
            outcome = await sender.send(webhook(f"http://127.0.0.2:{port}/", timeout=0.3))

    assert (outcome.error, outcome.address) == ("timeout", f"127.0.0.2:{port}")
    assert outcome.message == f"no connection to 127.0.0.2:{port} within 0.3 s"


async def test_many_mute_addresses_cost_two_sockets_and_a_moment_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[int] = []
    inner = Pool.add

    def add(self: Pool, connection: Connection) -> None:
        inner(self, connection)
        opened.append(len(self._connections))

    monkeypatch.setattr(Pool, "add", add)
    monkeypatch.setattr(racing, "HEAD_START", 0.02)
    addresses = [f"127.0.0.{n}" for n in range(2, 9)]
    async with (
        receiving(answering(OK)) as receiver,
        sending(Zone(many_test=[*addresses, "127.0.0.1"]), "127.0.0.0/28") as sender,
    ):
        with ExitStack() as stack:
            for each in addresses:
                stack.enter_context(mute(receiver.port, each))
            outcome = await sender.send(webhook(at(receiver, "many.test"), timeout=60))

    assert (outcome.success, outcome.address) == (True, receiver.address)
    assert (len(opened), max(opened)) == (8, 2)
    assert len(receiver.requests) == 1


async def test_all_dead_is_a_connect_error() -> None:
    port = free_port()
    async with sending(Zone(dead_test=["127.0.0.1", "127.0.0.2"])) as sender:
        outcome = await sender.send(webhook(f"http://dead.test:{port}/"))

    assert outcome.error == "connect"
    assert outcome.message == f"connection refused by 127.0.0.2:{port}"


def test_families_are_tried_in_turn() -> None:
    assert interleaved(["::1", "::2", "::3", "1.1.1.1"]) == ["::1", "1.1.1.1", "::2", "::3"]
    assert interleaved(["1.1.1.1", "2.2.2.2", "::1"]) == ["1.1.1.1", "::1", "2.2.2.2"]
    assert interleaved([]) == []

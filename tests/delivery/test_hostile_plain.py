"""Every hostile receiver without TLS: what goes on record, for how long, and how much is read of it."""

import asyncio
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from telecine.delivery.sender import Sender
from telecine.delivery.verdict import judge
from telecine.shared.time.virtual_time import wall_now
from tests.delivery.hostile import bodies, connections, heads
from tests.delivery.hostile.behaviour import Hostile, ids, meet
from tests.delivery.hostile.loops import anyio_backend
from tests.delivery.receivers import OK, answering, free_port, receiving, webhook
from tests.delivery.sending import send_little

__all__ = ["anyio_backend"]


@pytest.mark.parametrize("hostile", connections.BEHAVIOURS, ids=ids(connections.BEHAVIOURS))
async def test_of_a_bad_connection(hostile: Hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    send_little(monkeypatch)

    await meet(hostile, monkeypatch, buffer=4096)


@pytest.mark.parametrize("hostile", heads.BEHAVIOURS, ids=ids(heads.BEHAVIOURS))
async def test_of_a_bad_head(hostile: Hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = await meet(hostile, monkeypatch)

    assert outcome.status is not None or outcome.headers == ()


@pytest.mark.parametrize("hostile", bodies.BEHAVIOURS, ids=ids(bodies.BEHAVIOURS))
async def test_of_a_bad_body(hostile: Hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    await meet(hostile, monkeypatch)


async def test_nobody_there_is_a_connect_error(sender: Sender) -> None:
    port = free_port()

    outcome = await sender.send(webhook(f"http://127.0.0.1:{port}/"))

    assert (outcome.error, outcome.status) == ("connect", None)
    assert outcome.address == f"127.0.0.1:{port}"
    assert outcome.message == f"connection refused by 127.0.0.1:{port}"


async def test_want_of_files_of_our_own_is_no_silence_of_the_receiver(sender: Sender) -> None:
    async with receiving(answering(OK)) as receiver:
        with no_more_files():
            outcome = await sender.send(webhook(receiver))
        again = await sender.send(webhook(receiver))

    assert (outcome.error, outcome.ours) == ("connect", True)
    assert outcome.message == f"no connection to {receiver.address}: Too many open files"
    assert not judge(outcome, wall_now, timedelta(days=1)).silent
    assert again.success


@contextmanager
def no_more_files() -> Iterator[None]:
    """Let this process open nothing: its limit is what it has open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.dup(0)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_both_loops_are_met(anyio_backend: object) -> None:
    module = type(asyncio.get_running_loop()).__module__

    assert module.startswith("asyncio" if anyio_backend == "asyncio" else "uvloop")

"""Every hostile receiver without TLS: what goes on record, for how long, and how much is read of it."""

import asyncio

import pytest

from telecine.delivery.sender import Sender
from tests.delivery.hostile import bodies, connections, heads
from tests.delivery.hostile.behaviour import Hostile, ids, meet
from tests.delivery.hostile.loops import anyio_backend
from tests.delivery.receivers import free_port, webhook
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

    assert (outcome.error, outcome.status, outcome.address) == ("connect", None, None)
    assert outcome.message == f"connection refused by 127.0.0.1:{port}"


async def test_both_loops_are_met(anyio_backend: object) -> None:
    module = type(asyncio.get_running_loop()).__module__

    assert module.startswith("asyncio" if anyio_backend == "asyncio" else "uvloop")

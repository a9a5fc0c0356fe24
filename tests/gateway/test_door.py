"""The door: how long it keeps a connection on which nothing is asked."""

import asyncio
from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse

from telecine.gateway import door
from telecine.gateway.door import IDLE, bind, serving

ASKED = b"GET / HTTP/1.1\r\nhost: here\r\n\r\n"


async def app(scope: Any, receive: Any, send: Any) -> None:
    await PlainTextResponse("said")(scope, receive, send)


async def test_an_idle_connection_is_closed_after_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(door, "IDLE", 0.1)
    at = bind("127.0.0.1", 0)
    async with serving(app, at):
        reader, writer = await asyncio.open_connection(*at.getsockname())
        writer.write(ASKED)

        async with asyncio.timeout(30):
            answer = await reader.read()  # until the door closes it

        writer.close()
    assert answer.endswith(b"said")


def test_clients_let_go_of_an_idle_connection_before_the_door_does() -> None:
    expiry = httpx.Limits().keepalive_expiry

    assert expiry is not None
    assert expiry < IDLE / 2

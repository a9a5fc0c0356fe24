"""Receivers that misbehave by plan, all behind one port, and remember every request."""

import asyncio
import re
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus

from tests.ledger.faults import Answer, Character
from tests.ledger.ledger import Seen

_END = b"\r\n\r\n"
_FIELD = re.compile(rb"([^:\r\n]+): *([^\r\n]*)\r\n")
_RESET = struct.pack("ii", 1, 0)


class Receivers:
    """By path who answers there. `seen` is in the order of arrival, under the path for the endpoint."""

    def __init__(self) -> None:
        self.url = ""
        self.seen: list[Seen] = []
        self._characters: dict[str, Character] = {}
        self._order: dict[str, dict[str, int]] = {}
        self._requests: Counter[tuple[str, str]] = Counter()

    def add(self, path: str, character: Character) -> str:
        """Let a receiver answer at a path. Answers its URL."""
        self._characters[path] = character
        self._order[path] = {}
        return self.url + path

    def at(self, path: str) -> list[Seen]:
        return [each for each in self.seen if each.endpoint_id == path]

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Listen on a free port while the block lasts."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=2**20)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while await self._one(reader, writer):
                continue
        writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Take one request. Answers whether the connection goes on."""
        head = await reader.readuntil(_END)
        at = datetime.now(UTC)
        path = head.split(b" ", 2)[1].decode()
        found = {name.lower().strip(): value for name, value in _FIELD.findall(head)}
        fields = {name.decode(): value.decode() for name, value in found.items()}
        await reader.readexactly(int(fields["content-length"]))
        answer = self._answer(path, fields["webhook-id"])
        told = datetime.fromisoformat(fields["telecine-time"])
        broke = answer.fault == "reset"
        place = len(self.seen)
        seen = Seen(fields["webhook-id"], path, at, at, told, answer.status, broke)
        self.seen.append(seen)
        try:
            return await _give(answer, reader, writer)
        finally:
            self.seen[place] = replace(seen, ended=datetime.now(UTC))

    def _answer(self, path: str, delivery_id: str) -> Answer:
        order = self._order[path]
        number = order.setdefault(delivery_id, len(order) + 1)
        self._requests[path, delivery_id] += 1
        return self._characters[path].answer(number, self._requests[path, delivery_id])


async def _give(
    answer: Answer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> bool:
    if answer.fault == "hang":
        await reader.read(1)  # until the other side gives up
        return False
    if answer.status is None:
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        return False
    await asyncio.sleep(answer.delay)
    lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in answer.headers]
    lines += [] if answer.status == HTTPStatus.NO_CONTENT else ["Content-Length: 0"]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
    await writer.drain()
    return True

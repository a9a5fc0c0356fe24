"""Publishing many messages at once: they leave in order on one connection, the server's words are awaited
together.

A word comes to the reply subject `<inbox>.<group>.<index>`; which one it is of needs no look-up by id.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import orjson
from nats.aio.msg import Msg
from nats.errors import ConnectionReconnectingError, MaxPayloadError
from nats.errors import Error as NatsError
from nats.js.errors import APIError

from telecine.shared.observing.tracing import Tracing
from telecine.shared.wire.answers import Stored
from telecine.shared.wire.lean_client import LeanClient

#: Seconds until a message without the server's word counts as unconfirmed.
TIMEOUT = 5.0
#: Messages after which a group lets the connection write, so that the server works beside us.
_BREATH = 32
_BREAKS = str.maketrans({"\r": " ", "\n": " "})
#: Has the trace's context in a CloudEvent's own attributes, too.
_EVENT = {"ce-id": ""}


@dataclass(slots=True)  # not frozen, since one is made for each webhook
class Outgoing:
    """A message for a stream. `head`: its headers as they are sent (see `head_of`); `message_id` keeps a
    repetition out; `trace`: what it goes on in."""

    subject: str
    body: bytes
    head: bytes
    message_id: str
    trace: Mapping[str, str] = field(default_factory=dict, compare=False)


class NoWord(Exception):
    """The server did not say, or said that it does not keep such messages."""


Word = Stored | APIError | NoWord


class Group:
    """Messages that were published together, and the server's words on them, one for each."""

    def __init__(self, count: int) -> None:
        self.words: list[Word | None] = [None] * count
        self._left = count
        self._all = asyncio.Event()

    def hear(self, index: int, word: Word) -> None:
        """Take the word on one message; the first one counts."""
        if self.words[index] is not None:
            return
        self.words[index] = word
        self._left -= 1
        if not self._left:
            self._all.set()

    async def wait(self) -> None:
        """Wait for a word on each."""
        if self._left:
            await self._all.wait()

    def give_up(self, why: str) -> None:
        """Wait no more: whatever was not confirmed will not be."""
        for index, word in enumerate(self.words):
            if word is None:
                self.hear(index, NoWord(why))


class Pipeline:
    """The groups under way on one connection."""

    def __init__(self, client: LeanClient, tracing: Tracing) -> None:
        self._client = client
        self._tracing = tracing
        self._inbox = ""
        self._groups: dict[int, Group] = {}
        self._last = 0

    async def publish(self, messages: Sequence[Outgoing]) -> list[Word | None]:
        """Send messages in this order; answer the server's word on each. Raises nothing: who was not
        heard of has a NoWord."""
        self._last += 1
        number, group = self._last, Group(len(messages))
        self._groups[number] = group
        try:
            await self._send_all(f"{await self._listen()}.{number}", messages)
            with suppress(TimeoutError):
                async with asyncio.timeout(TIMEOUT):
                    await group.wait()
        except NatsError as error:
            group.give_up(str(error))
        finally:
            del self._groups[number]
        group.give_up("it did not answer in time")
        return group.words

    def lose(self, why: str) -> None:
        """The connection is gone, and every word that was on its way with it."""
        for group in self._groups.values():
            group.give_up(why)

    async def _listen(self) -> str:
        if not self._inbox:
            inbox = self._client.new_inbox()
            await self._client.hand_over(f"{inbox}.>", self._hear)
            self._inbox = inbox
        return self._inbox

    def _hear(self, message: Msg) -> None:
        _, number, index = message.subject.rsplit(".", 2)
        if group := self._groups.get(int(number)):  # else it comes late, and nobody waits for it
            group.hear(int(index), read_word(message))

    async def _send_all(self, inbox: str, messages: Sequence[Outgoing]) -> None:
        for index, message in enumerate(messages):
            if not self._client.is_connected:  # what is sent later would overtake what is lost now
                raise ConnectionReconnectingError
            await self._send(message, f"{inbox}.{index}")
            if index % _BREATH == _BREATH - 1:
                await self._client._flush_pending()
                await asyncio.sleep(0)
        await self._client._flush_pending()

    async def _send(self, message: Outgoing, reply: str) -> None:
        head = message.head
        if message.trace:
            with (
                self._tracing.continuing(message.trace),
                self._tracing.publishing(message.subject, _EVENT) as carried,
            ):
                head += head_of(carried)
        if len(message.body) > self._client.max_payload:
            raise MaxPayloadError
        # nats-py would look at every header of every message; a third of all the time went there.
        await self._client._send_command(_command(message, head, reply))


def head_of(headers: Mapping[str, str]) -> bytes:
    """Answer headers as NATS has them on the wire, without the line that begins them."""
    return "".join(
        f"{name}: {value.strip().translate(_BREAKS)}\r\n" for name, value in headers.items()
    ).encode()


def _command(message: Outgoing, head: bytes, reply: str) -> bytes:
    head = b"NATS/1.0\r\n%bNats-Msg-Id: %b\r\n\r\n" % (head, message.message_id.encode())
    size = len(head) + len(message.body)
    line = f"HPUB {message.subject} {reply} {len(head)} {size}\r\n".encode()
    return b"%b%b%b\r\n" % (line, head, message.body)


def read_word(message: Msg) -> Word:
    """Answer what the server says: where it is stored, or why it is not."""
    if not message.data:  # nobody listens under such a subject, so no stream does
        return NoWord("no stream takes it")
    word = orjson.loads(message.data)
    if "error" not in word:
        return Stored(word["stream"], word["seq"], word.get("duplicate", False))
    try:
        APIError.from_error(word["error"])
    except APIError as error:
        return error
    return NoWord(f"it is unwell: {word['error']}")

"""A NATS client for many messages: nats-py's own ways of reading what comes, of handing it over and of
sending a word to many subjects take longer, for each message, than signing a webhook does."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import ConnectionClosedError
from nats.protocol.parser import AWAITING_CONTROL_LINE, Parser

#: Takes one message; raises nothing.
Take = Callable[[Msg], None]

#: How a block of headers begins that has no status in its first line.
_PLAIN = b"NATS/1.0\r\n"
_TOKEN = re.compile(r"[!-9;-~]+")
_MOST = 1000
_END = b"\r\n"


class LeanMsg(Msg):
    """A message whose headers are read when somebody asks; `head` is the whole block as it came."""

    def __init__(self, client: Client, subject: str, reply: str, data: bytes, head: bytes) -> None:
        self._client = client
        self.subject = subject
        self.reply = reply
        self.data = data
        self.head = head

    @property
    def headers(self) -> dict[str, str] | None:
        found: dict[str, str] | None = self.__dict__.get("headers")
        if found is None and self.head:
            lines = self.head[len(_PLAIN) :]
            found = self.__dict__["headers"] = LeanClient._parse_header_lines(lines)
        return found

    @headers.setter
    def headers(self, headers: dict[str, str] | None) -> None:
        self.__dict__["headers"] = headers


class LeanParser(Parser):
    """nats-py's parser, but for messages that have come whole: those are most, and it asks seven regular
    expressions about each."""

    async def parse(self, data: bytes = b"") -> None:
        if self.state != AWAITING_CONTROL_LINE:
            await super().parse(data)
            return
        if self.buf:
            data = bytes(self.buf) + data
            self.buf.clear()
        begin = 0
        while line := _control_line(data, begin):
            subject, sid, reply, head, size, body = line
            end = body + size
            if len(data) < end + len(_END):
                self.buf.extend(data[begin:])
                return
            split = body + head
            payload = data[split:end]
            await self.nc._process_msg(sid, subject, reply, payload, data[body:split] or None)
            begin = end + len(_END)
        if begin < len(data):
            await super().parse(data[begin:])


def _control_line(data: bytes, begin: int) -> tuple[bytes, int, bytes, int, int, int] | None:
    """Read the line that begins a message: its subject, subscription and reply subject, how many bytes
    its head has, how many it has in all, and where these begin. None: something else begins there,
    or not all of it has come. (NATS client protocol: `MSG` and `HMSG`.)
    """
    if data.startswith(b"HMSG ", begin):
        sizes = 2
    elif data.startswith(b"MSG ", begin):
        sizes = 1
    else:
        return None
    end = data.find(_END, begin)
    words = data[begin:end].split(b" ") if end > 0 else []
    if not 0 <= len(words) - sizes - 3 <= 1:
        return None
    try:
        sid, head, size = int(words[2]), int(words[-2]) if sizes > 1 else 0, int(words[-1])
    except ValueError:
        return None  # nats-py says what is wrong with it
    return words[1], sid, words[3] if len(words) - sizes == 4 else b"", head, size, end + len(_END)


class LeanClient(Client):
    """nats-py's client; what it overrides answers the same for whatever bytes come."""

    def __init__(self) -> None:
        super().__init__()
        self._ps = LeanParser(self)
        self._takers: dict[int, Take] = {}

    async def hand_over(self, subject: str, take: Take) -> Subscription:
        """Subscribe; `take` gets each message when it is read, with no queue and no task between."""
        subscription = await self.subscribe(subject, cb=_never)
        self._takers[subscription._id] = take
        return subscription

    async def _process_msg(
        self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: Any
    ) -> None:
        take = self._takers.get(sid)
        if take is None or sid not in self._subs:
            await super()._process_msg(sid, subject, reply, data, headers)
            return
        self.stats["in_msgs"] += 1
        self.stats["in_bytes"] += len(data)
        message = LeanMsg(self, subject.decode(), reply.decode(), data, headers or b"")
        if headers and not headers.startswith(_PLAIN):
            message.headers = await self._process_headers(headers)
        try:
            take(message)
        except Exception as error:  # noqa: BLE001 - as nats-py does it: the others still come
            await self._error_cb(error)

    def _remove_sub(self, sid: int, max_msgs: int = 0) -> None:
        super()._remove_sub(sid, max_msgs)
        if sid not in self._subs:
            self._takers.pop(sid, None)

    @staticmethod
    def _parse_header_lines(raw: bytes) -> dict[str, str]:
        """Read `Name: value` lines; a block that is not just that is left to nats-py."""
        try:
            lines = raw.decode("ascii").split("\r\n")
            found = dict([line.split(": ", 1) for line in lines if line])
        except ValueError:  # not ASCII, or a line of another form
            return Client._parse_header_lines(raw)
        good = found.keys() <= _known or all(map(_is_token, found))
        return found if good and not _is_odd(raw) else Client._parse_header_lines(raw)

    async def say(self, word: bytes, subjects: Iterable[str]) -> None:
        """Publish one word to many subjects that a server has given us, all at once."""
        if self.is_closed:
            raise ConnectionClosedError
        end = b" %d\r\n%b\r\n" % (len(word), word)
        commands = [b"PUB %b%b" % (subject.encode(), end) for subject in subjects]
        self.stats["out_msgs"] += len(commands)
        self.stats["out_bytes"] += len(commands) * len(word)
        await self._send_command(b"".join(commands))
        await self._flush_pending()


async def _never(_: Msg) -> None:
    raise AssertionError("a message that is handed over goes into no queue")


_known: set[str] = set()


def _is_odd(raw: bytes) -> bool:
    """Whether there may be something to be stripped."""
    lines = raw.count(b"\r\n")
    if raw.count(b"\n") != lines or raw.count(b"\r") != lines or not raw.endswith(b"\n"):
        return True
    # White space that may stand around a value, and is no part of it.
    spaced = b":  " in raw or b" \r\n" in raw
    return spaced or b"\t" in raw or b"\x0b" in raw or b"\x0c" in raw


def _is_token(name: str) -> bool:
    """Whether a name is one as it stands; the same few come again and again."""
    if name in _known:
        return True
    good = _TOKEN.fullmatch(name) is not None
    if good and len(_known) < _MOST:
        _known.add(name)
    return good

"""A NATS client for many messages: nats-py's own ways of reading headers and of sending a word to many
subjects take longer, for each, than signing a webhook does."""

import re
from collections.abc import Iterable

from nats.aio.client import Client
from nats.errors import ConnectionClosedError

#: White space that may stand around a value, and is no part of it.
_ODD = (b":  ", b" \r\n", b"\t", b"\x0b", b"\x0c")
_TOKEN = re.compile(r"[!-9;-~]+")
_MOST = 1000


class LeanClient(Client):
    """nats-py's client; what it overrides answers the same for whatever bytes come."""

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


_known: set[str] = set()


def _is_odd(raw: bytes) -> bool:
    """Whether there may be something to be stripped."""
    lines = raw.count(b"\r\n")
    if raw.count(b"\n") != lines or raw.count(b"\r") != lines or not raw.endswith(b"\n"):
        return True
    return any(odd in raw for odd in _ODD)


def _is_token(name: str) -> bool:
    """Whether a name is one as it stands; the same few come again and again."""
    if name in _known:
        return True
    good = _TOKEN.fullmatch(name) is not None
    if good and len(_known) < _MOST:
        _known.add(name)
    return good

"""Where a message stands in its stream, and how often it was delivered: from its reply subject (ADR-15).

nats-py's `metadata` answers the same, with two objects and a datetime; this is asked for every webhook.
"""

from datetime import datetime
from typing import NamedTuple

from nats.aio.msg import Msg

_V1 = 9  # tokens of `$JS.ACK.<stream>.<consumer>.<delivered>.<position>.<seq>.<time>.<pending>`


class Place(NamedTuple):
    """`position` is the sequence in the stream, `times` how often it was delivered, `stored_at` when it
    was stored (Unix nanoseconds)."""

    position: int
    times: int
    stored_at: int


def place_of(message: Msg) -> Place:
    """Answer a message's place; it is read once."""
    known: Place | None = getattr(message, "place", None)
    if known is None:
        tokens = message.reply.split(".")
        at = 4 if len(tokens) == _V1 else 6
        known = Place(int(tokens[at + 1]), int(tokens[at]), int(tokens[at + 3]))
        message.place = known  # type: ignore[attr-defined]  # nats-py's class lets us
    return known


def nanoseconds(moment: datetime) -> int:
    """Answer a moment as the server tells it."""
    return int(moment.timestamp() * 1_000_000) * 1000

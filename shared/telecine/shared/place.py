"""Where a message stands in its stream, and how often it was delivered: from its reply subject (ADR-15).

nats-py's `metadata` answers the same, with two objects and a datetime; this is asked for every webhook.
"""

from datetime import datetime

from nats.aio.msg import Msg

_V1 = 9  # tokens of `$JS.ACK.<stream>.<consumer>.<delivered>.<position>.<seq>.<time>.<pending>`


def position(message: Msg) -> int:
    """Answer the message's sequence in its stream."""
    tokens = message.reply.split(".")
    return int(tokens[5 if len(tokens) == _V1 else 7])


def delivered(message: Msg) -> tuple[int, int]:
    """Answer how often it was delivered, and when it was stored (Unix nanoseconds)."""
    tokens = message.reply.split(".")
    short = len(tokens) == _V1
    return int(tokens[4 if short else 6]), int(tokens[7 if short else 9])


def nanoseconds(moment: datetime) -> int:
    """Answer a moment as the server tells it."""
    return int(moment.timestamp() * 1_000_000) * 1000

"""Ids are hashes of what they belong to: a seed, a request key, a parent. Never a counter.

So one more video does not change the ids of the others, a repeated request finds its own result,
and the same seed gives the same run (DESIGN §4).
"""

import functools
import hashlib
import re
import uuid
from datetime import datetime

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,128}")


def _digest(parts: tuple[object, ...]) -> bytes:
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).digest()


def uuid_of(*parts: object) -> str:
    """Answer a version-4-shaped UUID, lower case with dashes."""
    return str(uuid.UUID(bytes=_digest(parts)[:16], version=4))


def hex_of(*parts: object) -> str:
    """Answer 32 hex digits."""
    return _digest(parts)[:16].hex()


def object_id(at: datetime, *parts: object) -> str:
    """Answer 24 hex digits whose first eight are the Unix seconds of `at` (a MongoDB ObjectId)."""
    return _seconds(at) + _digest(parts)[:8].hex()


@functools.lru_cache(maxsize=256)
def _seconds(at: datetime) -> str:
    return f"{int(at.timestamp()) & 0xFFFFFFFF:08x}"


def example_of(endpoint_id: str) -> str:
    """Answer the id of the made-up video (or other thing) that an endpoint's examples are about."""
    return uuid_of(endpoint_id, "example")


def is_token(text: str) -> bool:
    """Whether a text can be one token of a subject: no dots, no wildcards, nothing unseen.

    What is no token is nobody's id; put into a subject filter, it could match everybody's.
    """
    return bool(_TOKEN.fullmatch(text))

"""Ids as TPStreams writes them: UUIDs, in lower case and with dashes."""

import re

from telecine.shared.ids import uuid_of

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def is_id(text: str) -> bool:
    """Whether a path's id can be one of ours; what cannot is never asked of the log."""
    return _UUID.fullmatch(text) is not None


def endpoint_id(seed: int, org: str, request_key: str) -> str:
    """Answer a webhook's id; the same request finds its own webhook."""
    return uuid_of(seed, org, "endpoint", request_key)

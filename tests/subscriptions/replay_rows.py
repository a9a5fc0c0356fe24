"""Rows of replays as a test needs them."""

from typing import Any

from tests.shared.videos import ORG, minute


def replay(name: str, **columns: Any) -> dict[str, Any]:
    """Answer the row of one that runs, but for what is said otherwise."""
    return {
        "id": name,
        "org": ORG,
        "endpoint_id": "e",
        "kind": "replay",
        "state": "running",
        "why": None,
        "since": minute(0),
        "until": minute(1),
        "types": "[]",
        "found": 0,
        "requested": 0,
        "waiting": 0,
        "cursor": "",
        "pending": "[]",
        "created_at": minute(1),
        "updated_at": minute(1),
        "correlation_id": "c",
        **columns,
    }

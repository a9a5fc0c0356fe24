"""Omega's ten event types: which ever leave as webhooks, and what its documents say of each.

Source: omega-docs `content/webhooks/create_endpoint.md`; its three signs are ours in words. That
`video.uploaded` ("only available for some features") is always sent is inferred: a list sample of
the same documents shows one beside a `video.process_succeeded`.
"""

from dataclasses import dataclass
from typing import Literal

from telecine.platforms.pack import Fidelity


@dataclass(frozen=True)
class EventKind:
    """One type. `sent` is what the documents say; `origin` is where that knowledge comes from."""

    type: str
    sent: Literal["always", "some features", "never"]
    origin: Literal["documented", "inferred"]
    meaning: str


EVENT_KINDS = (
    EventKind("video.process_failed", "always", "documented", "processing failed"),
    EventKind("video.process_succeeded", "always", "documented", "processing succeeded"),
    EventKind("video.deleted", "always", "documented", "marked for deletion"),
    EventKind(
        "video.failed_to_delete", "always", "documented", "could not be marked for deletion"
    ),
    EventKind("video.deletion_reverted", "always", "documented", "the deletion was reverted"),
    EventKind("video.uploaded", "some features", "inferred", "ready to be pushed for processing"),
    EventKind("video.ready_for_processing", "never", "documented", "pushed for processing"),
    EventKind("video.in_progress", "never", "documented", "being processed right now"),
    EventKind("video.completed_processing", "never", "documented", "complete, not yet confirmed"),
    EventKind("video.ready_to_watch", "never", "documented", "can be watched right now"),
)

#: What an endpoint may ask for: all ten, also those that "don't have any effect right now".
EVENT_TYPES = tuple(kind.type for kind in EVENT_KINDS)

_SENT = frozenset(kind.type for kind in EVENT_KINDS if kind.sent != "never")


def sends(event_type: str, fidelity: Fidelity) -> bool:
    """Answer whether a type ever leaves as a webhook; `extended` treats all ten alike."""
    return event_type in (EVENT_TYPES if fidelity == "extended" else _SENT)

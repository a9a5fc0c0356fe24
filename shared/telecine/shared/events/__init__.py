"""Every fact that can happen, as a value; a fact's type is the first half of its subject.

A fact is immutable, in the past tense and small. Field names and schema versions are for ever:
a changed meaning is a new `schema_version` with an upcaster, never an edit (DESIGN §2).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

#: The types that the platforms document; endpoints may ask for these and no others.
DOCUMENTED_TYPES = (
    "video.uploaded",
    "video.ready_for_processing",
    "video.in_progress",
    "video.completed_processing",
    "video.process_succeeded",
    "video.process_failed",
    "video.ready_to_watch",
    "video.deleted",
    "video.failed_to_delete",
    "video.deletion_reverted",
)


class Wire(BaseModel):
    """A value that travels: frozen, and unknown fields are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Fact(Wire):
    """What happened. `type` is the event's type and the start of its subject."""

    type: ClassVar[str]
    schema_version: ClassVar[int] = 1


@dataclass(frozen=True)
class Stamp:
    """Whose fact it is, and when it happened (virtual time)."""

    org: str
    id: str
    at: datetime

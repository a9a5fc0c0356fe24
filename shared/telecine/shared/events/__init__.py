"""Every fact that can happen, as a value; a fact's type is the first half of its subject.

A fact is immutable, in the past tense and small. Field names and schema versions are for ever:
a changed meaning is a new `schema_version` with an upcaster, never an edit (DESIGN §2).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self

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


#: Makes the data of a fact in one schema version into that of the next; what it gets is its own.
Upcast = Callable[[dict[str, Any]], dict[str, Any]]


class Fact(Wire):
    """What happened. `type` is the event's type and the start of its subject.

    `upcasts` has, for each earlier schema version, what makes its data into the next one's
    (docs/decisions/0010).
    """

    type: ClassVar[str]
    schema_version: ClassVar[int] = 1
    upcasts: ClassVar[Mapping[int, Upcast]] = {}

    @classmethod
    def read(cls, schema: int, data: dict[str, Any]) -> Self:
        """Read data as it was stored in a schema version. Raises ValueError if we cannot."""
        if schema != cls.schema_version and schema not in cls.upcasts:
            raise ValueError(
                f"{cls.type} of schema version {schema!r} cannot be read, "
                f"only versions up to {cls.schema_version}"
            )
        for version in range(schema, cls.schema_version):
            data = cls.upcasts[version](data)
        return cls.model_validate(data)


@dataclass(frozen=True)
class Stamp:
    """Whose fact it is, and when it happened (virtual time)."""

    org: str
    id: str
    at: datetime

"""What a decider may answer besides a fact."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Refused:
    """The command cannot be obeyed: why, in a word and in a sentence; `field` is to blame for it."""

    code: Literal["not_found", "conflict", "invalid"]
    message: str
    field: str | None = None


@dataclass(frozen=True)
class Unchanged:
    """The command was obeyed before; nothing new happens."""

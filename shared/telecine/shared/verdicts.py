"""What a decider may answer besides a fact."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Refused:
    """The command cannot be obeyed: why, in a word and in a sentence."""

    code: Literal["not_found", "conflict"]
    message: str


@dataclass(frozen=True)
class Unchanged:
    """The command was obeyed before; nothing new happens."""

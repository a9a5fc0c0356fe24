"""Which fact follows from which wish about a folder. Pure."""

from dataclasses import dataclass
from typing import assert_never

from telecine.shared.aggregates.folder import Absent, Deleted, Folder, Standing
from telecine.shared.aggregates.verdicts import Refused, Unchanged
from telecine.shared.events.folder import (
    Contents,
    FolderCreated,
    FolderDeleted,
    FolderFact,
    FolderMoved,
    FolderRenamed,
)


@dataclass(frozen=True)
class Create:
    title: str
    parent: str | None
    platform: str
    request_key: str


@dataclass(frozen=True)
class Rename:
    title: str


@dataclass(frozen=True)
class Move:
    parent: str | None


@dataclass(frozen=True)
class Delete:
    contents: Contents


Command = Create | Rename | Move | Delete
Decision = FolderFact | Refused | Unchanged

NO_SUCH = Refused("not_found", "no such folder")


def decide(state: Folder, command: Command) -> Decision:
    """Answer the one fact that follows, or why none does."""
    if isinstance(command, Create):
        return _create(state, command)
    if isinstance(state, Absent | Deleted):
        return NO_SUCH
    match command:
        case Rename(title):
            return Unchanged() if title == state.card.title else FolderRenamed(title=title)
        case Move(parent):
            return Unchanged() if parent == state.card.parent else FolderMoved(parent=parent)
        case Delete(contents):
            return FolderDeleted(contents=contents)
        case _:
            assert_never(command)


def _create(state: Folder, command: Create) -> Decision:
    match state:
        case Absent():
            return FolderCreated(
                title=command.title,
                parent=command.parent,
                platform=command.platform,
                request_key=command.request_key,
            )
        case Deleted():
            return Refused("conflict", "this request made a folder that has been deleted since")
        case Standing(card) if card.request_key == command.request_key:
            return Unchanged()
        case Standing():
            return Refused("conflict", "a folder with this id exists already")
        case _:
            assert_never(state)

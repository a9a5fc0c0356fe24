"""The folder's states and how facts change them; which fact follows is ingest's to decide.

A folder's id is a UUID that follows from its first 24 digits: a platform whose ids have 24 digits
shows those, and finds its way back without asking anybody (docs/decisions/0012).
"""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from telecine.shared.errors import BrokenLog
from telecine.shared.events import Stamp
from telecine.shared.events.folder import (
    Contents,
    FolderCreated,
    FolderDeleted,
    FolderFact,
    FolderMoved,
    FolderRenamed,
)
from telecine.shared.ids import hex_of, uuid_of

_SHORT = 24


@dataclass(frozen=True)
class Card:
    """What every folder has. `version` counts its facts; `parent` is the folder it lies in."""

    org: str
    id: str
    version: int
    title: str
    parent: str | None
    platform: str
    request_key: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class Absent:
    """No fact yet."""

    kind: Literal["absent"] = "absent"


@dataclass(frozen=True)
class Standing:
    card: Card
    kind: Literal["standing"] = "standing"


@dataclass(frozen=True)
class Deleted:
    card: Card
    contents: Contents
    kind: Literal["deleted"] = "deleted"


Known = Standing | Deleted
Folder = Absent | Known

INITIAL = Absent()
STATE_VERSION = 1


def folder_id(seed: int, org: str, request_key: str) -> str:
    """Answer the id of the folder that a request makes."""
    return long_id(short_id(uuid_of(seed, org, "folder", request_key)))


def short_id(folder: str) -> str:
    """Answer the first 24 digits of a folder's id."""
    return folder.replace("-", "")[:_SHORT]


def long_id(short: str) -> str:
    """Answer the id of the folder whose first 24 (hexadecimal) digits these are."""
    return str(uuid.UUID(hex=short + hex_of("folder", short)[: 32 - _SHORT]))


def evolve(state: Folder, fact: FolderFact, stamp: Stamp) -> Folder:
    """Answer the state after a fact; the stamp says whose it is and when it happened."""
    if isinstance(state, Absent):
        return _born(fact, stamp)
    card = replace(state.card, version=state.card.version + 1, updated_at=stamp.at)
    match state, fact:
        case Standing(), FolderRenamed(title=title):
            return Standing(replace(card, title=title))
        case Standing(), FolderMoved(parent=parent):
            return Standing(replace(card, parent=parent))
        case Standing(), FolderDeleted(contents=contents):
            return Deleted(card, contents)
        case _:
            raise BrokenLog(f"{fact.type} cannot follow on a folder that is {state.kind}")


def _born(fact: FolderFact, stamp: Stamp) -> Folder:
    if not isinstance(fact, FolderCreated):
        raise BrokenLog(f"{fact.type} cannot be the first fact of a folder")
    return Standing(
        Card(
            org=stamp.org,
            id=stamp.id,
            version=1,
            title=fact.title,
            parent=fact.parent,
            platform=fact.platform,
            request_key=fact.request_key,
            created_at=stamp.at,
            updated_at=stamp.at,
        )
    )

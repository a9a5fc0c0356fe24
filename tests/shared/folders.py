"""A folder in each of its states, and each fact of its life; minute n belongs to version n."""

from telecine.shared.aggregates.folder import Absent, Card, Deleted, Folder, Standing
from telecine.shared.events import Stamp
from telecine.shared.events.folder import (
    FolderCreated,
    FolderDeleted,
    FolderFact,
    FolderMoved,
    FolderRenamed,
)
from tests.shared.videos import ORG, minute

ID = "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d"
PARENT = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed"


def stamp(version: int) -> Stamp:
    return Stamp(ORG, ID, minute(version))


def card(version: int, title: str = "Talks", parent: str | None = None) -> Card:
    """Answer what the folder of this version has; it was born in minute 1."""
    return Card(
        org=ORG,
        id=ID,
        version=version,
        title=title,
        parent=parent,
        platform="omega",
        request_key="create-1",
        created_at=minute(1),
        updated_at=minute(version),
    )


STANDING = Standing(card(1))
DELETED = Deleted(card(2), "deleted")

STATES: dict[str, Folder] = {"absent": Absent(), "standing": STANDING, "deleted": DELETED}

FACTS: dict[str, FolderFact] = {
    "created": FolderCreated(title="Talks", parent=None, platform="omega", request_key="create-1"),
    "renamed": FolderRenamed(title="Speeches"),
    "moved": FolderMoved(parent=PARENT),
    "deleted": FolderDeleted(contents="deleted"),
}

"""What can happen to a folder: one platform's folder is another's collection."""

from typing import ClassVar, Literal

from telecine.shared.events import Fact

#: What becomes of what lies in a folder that is deleted: deleted too, or released to the top.
Contents = Literal["deleted", "released"]


class FolderCreated(Fact):
    """A folder in another one (`parent`), or at the top."""

    type: ClassVar[str] = "folder.created"
    title: str
    parent: str | None
    platform: str
    request_key: str


class FolderRenamed(Fact):
    type: ClassVar[str] = "folder.renamed"
    title: str


class FolderMoved(Fact):
    """Laid into another folder, or to the top."""

    type: ClassVar[str] = "folder.moved"
    parent: str | None


class FolderDeleted(Fact):
    """Gone for good. What lay in it follows, each with a fact of its own; `contents` says how."""

    type: ClassVar[str] = "folder.deleted"
    contents: Contents


FolderFact = FolderCreated | FolderRenamed | FolderMoved | FolderDeleted

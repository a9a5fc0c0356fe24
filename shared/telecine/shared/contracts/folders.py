"""What may be asked of ingest about folders, by whatever name a platform calls them."""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from telecine.shared.aggregates.folder import Standing
from telecine.shared.contracts import PAGE, Command, Done, Request
from telecine.shared.events import Wire
from telecine.shared.events.folder import Contents


class FolderAnswer(Wire):
    """A folder as it stands."""

    folder: Standing


class FolderPage(Wire):
    """Some of the folders that match, and how many match in all."""

    folders: list[Standing]
    total: int


class CreateFolder(Command[FolderAnswer]):
    """Make a folder. Refused (not_found, field `parent`) if the one it shall lie in is none."""

    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "folder.create"
    reply: ClassVar[type[Any]] = FolderAnswer
    title: str
    parent: str | None = None
    platform: str
    request_key: str


class RenameFolder(Command[FolderAnswer]):
    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "folder.rename"
    reply: ClassVar[type[Any]] = FolderAnswer
    folder_id: str
    title: str


class MoveFolder(Command[FolderAnswer]):
    """Lay a folder into another, or (None) to the top. Refused if it would lie in itself."""

    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "folder.move"
    reply: ClassVar[type[Any]] = FolderAnswer
    folder_id: str
    parent: str | None


class DeleteFolder(Command[Done]):
    """Delete a folder, and delete or release what lies in it, folders in it included.

    Answered when all of it is done, or after a few seconds; the rest follows by itself.
    """

    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "folder.delete"
    reply: ClassVar[type[Any]] = Done
    folder_id: str
    contents: Contents


class GetFolder(Request[FolderAnswer]):
    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "folder.get"
    reply: ClassVar[type[Any]] = FolderAnswer
    org: str
    folder_id: str


class ListFolders(Request[FolderPage]):
    """Newest first, without deleted ones. Every filter that is given must hold.

    `q`: a part of the title, in any case; `ids`: these and no others, if there are any.
    """

    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "folder.list"
    reply: ClassVar[type[Any]] = FolderPage
    org: str
    q: str | None = None
    parent: str | None = None
    has_parent: bool | None = None
    ids: Annotated[tuple[str, ...], Field(max_length=PAGE)] = ()
    offset: int = 0
    limit: Annotated[int, Field(ge=1, le=PAGE)] = PAGE

"""What may be asked of ingest about assets: whatever can be listed side by side, of whichever kind."""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from telecine.shared.contracts import PAGE, Request
from telecine.shared.contracts.ingest import KnownVideo
from telecine.shared.contracts.lives import LivingLive
from telecine.shared.events import Wire


class Asset(Wire):
    """One of the two."""

    video: KnownVideo | None = None
    live: LivingLive | None = None


class AssetPage(Wire):
    """Some of the assets that match, and how many match in all."""

    assets: list[Asset]
    total: int


class ListAssets(Request[AssetPage]):
    """Videos and live streams, newest first, without deleted ones. Every given filter must hold."""

    service: ClassVar[str] = "ingest"
    name: ClassVar[str] = "asset.list"
    reply: ClassVar[type[Any]] = AssetPage
    org: str
    folder: str | None = None
    has_folder: bool | None = None
    offset: int = 0
    limit: Annotated[int, Field(ge=1, le=PAGE)] = PAGE

"""What an asset is created from: a link, the wished resolutions, and options."""

from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

from telecine.platforms.tpstreams.fields import (
    MAX_TITLE,
    Flag,
    Folder,
    Protection,
    Resolutions,
    Title,
    Url,
    at_most,
)
from telecine.shared.events import Wire


class Input(Wire):
    """A link to the file."""

    url: Url


class AssetBody(Wire):
    """What every new video may be told. Empty defaults mean "not given"."""

    resolutions: Resolutions
    title: Title = ""
    content_protection_type: Protection = "disable"
    folder: Folder = ""
    generate_subtitle: Flag = False

    def name(self) -> str:
        """Answer the title."""
        return self.title

    def wishes(self) -> dict[str, Any]:
        """Answer the options as they were given; what was not said stays unsaid."""
        return self.model_dump(exclude={"title", "folder"}, exclude_unset=True)


class VideoBody(AssetBody):
    """The documented fields of `POST assets/videos/`."""

    inputs: Annotated[list[Input], at_most(1)]

    @property
    def url(self) -> str:
        """The one link."""
        return self.inputs[0].url

    def name(self) -> str:
        """Answer the title, or the link's file name, or its host if it names no file."""
        return self.title or file_name(self.url)


def file_name(url: str) -> str:
    """Answer the name that a link gives its file, fit for a title."""
    parts = urlsplit(url)
    written = parts.path.rpartition("/")[2]
    read = unquote(written).strip()
    name = read if read.isprintable() else written
    return (name or parts.netloc)[:MAX_TITLE]

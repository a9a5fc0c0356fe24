"""How the house is told of a new video, and how it says that the folder of one is none."""

from collections.abc import Iterator
from contextlib import contextmanager

from telecine.platforms.tpstreams.name import NAME
from telecine.platforms.tpstreams.video_body import AssetBody
from telecine.shared.errors import Refusal
from telecine.shared.events.video import Opening

NO_FOLDER = "Invalid folder UUID"


def opening_of(body: AssetBody, request_key: str) -> Opening:
    """Answer the opening of the video that a body asks for."""
    return Opening(
        title=body.name(),
        platform=NAME,
        request_key=request_key,
        collection=body.folder or None,
        wishes=body.wishes(),
    )


@contextmanager
def naming_the_folder(field: str = "folder") -> Iterator[None]:
    """Let a folder that is none be an error of the caller's field, in the documented words."""
    try:
        yield
    except Refusal as error:
        if error.code == "not_found" and error.field in {"collection", "folder_id", "parent"}:
            raise Refusal("invalid", NO_FOLDER, field) from error
        raise

"""Deleting whatever an id under `assets/` names: a video, a live stream, or a folder and its children."""

from contextlib import suppress

from telecine.platforms.house import Caller, House
from telecine.platforms.tpstreams.finding import find_video
from telecine.platforms.tpstreams.name import NAME
from telecine.shared.contracts.folders import DeleteFolder
from telecine.shared.contracts.ingest import DeleteVideo
from telecine.shared.contracts.lives import DeleteLive
from telecine.shared.errors import Refusal


async def remove(house: House, caller: Caller, asset_id: str) -> None:
    """Delete it. Raises Refusal (not_found) if there is nothing, or nothing any more."""
    if await find_video(house, caller.org, asset_id):
        command = DeleteVideo(video_id=asset_id, platform=NAME, **caller.ids())
        with suppress(Refusal):  # only one reason is left: somebody else was quicker
            await house.call(command)
        return
    try:
        await house.call(DeleteLive(live_id=asset_id, **caller.ids()))
    except Refusal as error:
        if error.code != "not_found":
            raise
        await house.call(DeleteFolder(folder_id=asset_id, contents="deleted", **caller.ids()))

"""An asset by its id, of whichever kind: a video or a live stream."""

from telecine.platforms.house import House
from telecine.shared.aggregates.live import Living
from telecine.shared.aggregates.video import Known
from telecine.shared.contracts.ingest import GetVideo
from telecine.shared.contracts.lives import GetLive
from telecine.shared.errors import Refusal

Found = Known | Living


async def find(house: House, org: str, asset_id: str) -> Found:
    """Answer an asset. Raises Refusal (not_found) if there is none, or it was deleted."""
    return await find_video(house, org, asset_id) or await _find_live(house, org, asset_id)


async def find_video(house: House, org: str, asset_id: str) -> Known | None:
    """Answer a video that is not deleted; None if the id is none's."""
    try:
        found = (await house.call(GetVideo(org=org, video_id=asset_id))).video
    except Refusal as error:
        if error.code != "not_found":
            raise
        return None
    return None if found.card.deleted_at else found


async def _find_live(house: House, org: str, asset_id: str) -> Living:
    return (await house.call(GetLive(org=org, live_id=asset_id))).live


def folder_of(found: Found) -> str | None:
    """Answer the folder that an asset lies in."""
    return found.card.folder if isinstance(found, Living) else found.card.collection

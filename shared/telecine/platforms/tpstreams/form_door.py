"""The storage that a direct upload goes to: `upload_link`, with the fields of the session's payload."""

from collections.abc import Mapping

from fastapi.responses import Response

from telecine.platforms.house import House
from telecine.platforms.pack import FormDoor, FormGrant
from telecine.platforms.tpstreams import storage_answers
from telecine.platforms.tpstreams.upload_policy import BUCKET, No, leave_of
from telecine.shared.aggregates.video import Created
from telecine.shared.contracts.ingest import GetVideo
from telecine.shared.errors import Refusal, Unavailable
from telecine.shared.time.virtual_time import wall_now

PATH = f"/{BUCKET}"


async def admit(house: House, fields: Mapping[str, str]) -> FormGrant | Response:
    """Let a file in whose policy is ours, good still, and of a video that waits for its bytes."""
    leave = leave_of(fields, house.orgs, wall_now())
    if isinstance(leave, No):
        return storage_answers.error(leave.status, leave.code, leave.message)
    try:
        found = await house.call(GetVideo(org=leave.org, video_id=leave.video_id))
    except Refusal:
        return storage_answers.refuse("taken", 0)
    except Unavailable:
        return storage_answers.refuse("unavailable", 0)
    if not isinstance(found.video, Created) or found.video.card.deleted_at:
        return storage_answers.refuse("taken", 0)
    return FormGrant(leave.org, leave.video_id, leave.most)


DOOR = FormDoor(path=PATH, admit=admit, refuse=storage_answers.refuse, taken=storage_answers.taken)

"""Omega's routes that change a video: privacy, delete (one or many), revert its deletion.

Source: omega-docs `content/video/{delete_video,delete_multiple_videos,revert_delete,video_privacy}.md`.
An older page wrote `company` twice in its paths, and called the second one `bulk_delete`: served too.
"""

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import Response

from telecine.platforms.house import Caller, House
from telecine.platforms.omega.bodies import PrivacyBody, UuidsBody
from telecine.platforms.omega.callers import caller_of
from telecine.platforms.omega.pages import status_of
from telecine.platforms.omega.reading import read
from telecine.platforms.omega.webhooks import PLATFORM
from telecine.platforms.omega.wire import VIDEOS, answer, known_uuid
from telecine.shared.contracts.ingest import DeleteVideo, RevertDeletion, SetPrivacy
from telecine.shared.errors import Refusal

SPELLINGS = (VIDEOS, f"/company{VIDEOS}")
MANY = ("delete_videos", "bulk_delete")


class VideoChanges:
    """The routes' functions: each asks who calls, reads, and asks the house."""

    def __init__(self, house: House) -> None:
        self._house = house

    def add_to(self, router: APIRouter) -> None:
        """Register the routes; those of many before an id that could be called so."""
        add = router.add_api_route
        for home in SPELLINGS:
            for name in MANY:
                many = f"{home}/{name}"
                add(many, self.delete_many, methods=["DELETE"], summary="Delete 1 to 50 videos")
            one = f"{home}/{{uuid}}"
            add(one, self.delete, methods=["DELETE"], summary="Delete a video", status_code=204)
            revert = f"{home}/revert_deletion/{{uuid}}"
            add(revert, self.revert, methods=["POST"], summary="Revert it", status_code=204)
            privacy = f"{one}/privacy"
            add(privacy, self.privacy, methods=["PUT"], summary="Set privacy", status_code=204)

    async def privacy(self, request: Request, uuid: str) -> Response:
        """Show a video to all, or not."""
        caller = caller_of(self._house, request)
        video = known_uuid(uuid)
        body = await read(request, PrivacyBody)
        await self._house.call(SetPrivacy(**caller.ids(), video_id=video, privacy=body.privacy))
        return Response(status_code=204)

    async def delete(self, request: Request, uuid: str) -> Response:
        """Mark a video as deleted, if it may be; else 409, and `video.failed_to_delete` goes out."""
        caller = caller_of(self._house, request)
        await self._delete(caller, known_uuid(uuid))
        return Response(status_code=204)

    async def delete_many(self, request: Request) -> Response:
        """Delete each video that may be deleted, and say of the others why not."""
        caller = caller_of(self._house, request)
        uuids = (await read(request, UuidsBody)).uuids
        reasons = await asyncio.gather(*(self._reason(caller, uuid) for uuid in uuids))
        failed = {
            uuid: reason for uuid, reason in zip(uuids, reasons, strict=True) if reason is not None
        }
        counts = {
            "has_error": bool(failed),
            "videos_count": len(uuids),
            "updated_count": len(uuids) - len(failed),
            "failed_count": len(failed),
            "failed_videos": failed,
        }
        return answer(200, counts)

    async def revert(self, request: Request, uuid: str) -> Response:
        """Take the mark of deletion away. The documented `status` has no documented meaning: a
        word that is a status is taken, and changes nothing."""
        caller = caller_of(self._house, request)
        status_of(request.query_params)
        await self._house.call(RevertDeletion(**caller.ids(), video_id=known_uuid(uuid)))
        return Response(status_code=204)

    async def _delete(self, caller: Caller, uuid: str) -> None:
        command = DeleteVideo(**caller.ids(), video_id=uuid, platform=PLATFORM)
        await self._house.call(command)

    async def _reason(self, caller: Caller, uuid: str) -> str | None:
        try:
            await self._delete(caller, uuid)
        except Refusal as refusal:
            return refusal.message
        return None

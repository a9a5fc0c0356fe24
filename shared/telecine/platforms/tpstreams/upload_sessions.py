"""`assets/upload-sessions/`: an asset without bytes, and leave to send them straight to the storage."""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from telecine.platforms.house import House
from telecine.platforms.pack import wire_time
from telecine.platforms.tpstreams.answers import Invalid, answer, refuse
from telecine.platforms.tpstreams.asset import status
from telecine.platforms.tpstreams.auth import enter
from telecine.platforms.tpstreams.bodies import body_of
from telecine.platforms.tpstreams.fields import Title
from telecine.platforms.tpstreams.form_door import PATH
from telecine.platforms.tpstreams.opening import naming_the_folder, opening_of
from telecine.platforms.tpstreams.paths import ROOT, Way, mount
from telecine.platforms.tpstreams.upload_policy import Leave, signed
from telecine.platforms.tpstreams.video_body import AssetBody
from telecine.shared.aggregates.video import Known
from telecine.shared.contracts.ingest import CreateVideo
from telecine.shared.ids import uuid_of
from telecine.shared.time.virtual_time import wall_now

#: How long a session is good, of the wall's time as the storage's clock has it; ours.
LASTS = timedelta(hours=24)


class SessionBody(AssetBody):
    """The documented fields; a title must be given, there is no link to take one from."""

    title: Title


class UploadSessions:
    """The one answer."""

    def __init__(self, house: House) -> None:
        self._house = house

    def mount(self, router: APIRouter) -> None:
        """Serve the one path."""
        way = Way("POST", self.create, "Create an asset and a session to upload its file", 201)
        mount(router, self._house, f"{ROOT}/assets/upload-sessions/", [way])

    async def create(self, request: Request, org: str) -> Response:
        """Open an asset; its file is sent as a form to `upload_link`, with the whole payload."""
        caller = enter(self._house, request, org)
        body = await body_of(request, SessionBody)
        if isinstance(body, Invalid):
            return refuse(body)
        command = CreateVideo(opening=opening_of(body, caller.request_key), **caller.ids())
        with naming_the_folder():
            made = (await self._house.call(command)).video
        now = wall_now()
        leave = Leave(org, made.card.id, self._house.upload_limit, now + LASTS)
        link = f"{request.base_url}{PATH.removeprefix('/')}"
        payload = {"upload_link": link, **signed(leave, self._house.orgs[org][0], now)}
        shown = {
            "asset": _asset(made),
            "upload_session": _session(leave),
            "client_payload": payload,
        }
        return answer(shown, 201)


def _asset(video: Known) -> dict[str, Any]:
    """The asset as this sample has it."""
    return {
        "id": video.card.id,
        "title": video.card.title,
        "bytes": None,
        "type": "video",
        "parent_id": video.card.collection,
        "video": {"status": status(video)},
    }


def _session(leave: Leave) -> dict[str, Any]:
    return {
        "uuid": uuid_of(leave.video_id, "upload session"),
        "max_file_size_bytes": leave.most,
        "expires_at": wire_time(leave.expires_at, 6),
        "status": "Created",
    }

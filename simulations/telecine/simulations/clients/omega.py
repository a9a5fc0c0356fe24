"""OmegaStream's API, as one of its customers calls it."""

import time
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from telecine.platforms.omega.events_table import EVENT_TYPES
from telecine.simulations.clients import tus
from telecine.simulations.clients.api import Api
from telecine.simulations.clients.ledger import Ledger
from telecine.simulations.clients.things import Endpoint, Notice, Video, link_to

NAME = "OmegaStream"
_HOUR = 3600


class Omega:
    """`/company` and `/tusupload` for the holder of one API key."""

    def __init__(self, api: Api, key: str, ledger: Ledger) -> None:
        self._api = api
        self._key = key
        self._ledger = ledger

    async def create_endpoint(self, url: str, events: Sequence[str] = EVENT_TYPES) -> Endpoint:
        """Have webhooks of these types sent to a URL."""
        made = await self._api.call(
            "POST",
            "/company/client/webhooks",
            {"url": url, "events": list(events)},
            key=self._ledger.key("omega.endpoint", urlsplit(url).path),
        )
        return self._ledger.endpoint(Endpoint(made["id"], url, NAME))

    async def delete_endpoint(self, endpoint: Endpoint) -> None:
        """Have nothing more sent to it."""
        await self._api.call("DELETE", f"/company/client/webhooks/{endpoint.id}")

    async def upload_link(self, title: str, link: str | None = None) -> Video:
        """Hand over a video that lies behind a link; processing begins at once."""
        made = await self._api.call(
            "POST",
            "/company/client/video/stream/copy",
            {"title": title, "url": link or link_to(title)},
            key=self._ledger.key("omega.link", title),
        )
        return self._ledger.video(Video(made["uuid"], title, NAME))

    async def upload_file(self, title: str, file: Path) -> Video:
        """Open a video and send a file's bytes over tus; answered when all of them have arrived.

        Raises JudgesMissing without the `tuspy` package.
        """
        made = await self._api.call(
            "POST",
            "/company/client/video",
            {"title": title},
            key=self._ledger.key("omega.video", title),
            expect=201,
        )
        video = self._ledger.video(Video(made["uuid"], title, NAME))
        url = str(self._api.http.base_url.join("/tusupload"))
        await tus.upload(url, file, self._leave(video))
        return video

    async def status(self, video: Video) -> str:
        """Answer the status of a video in OmegaStream's words."""
        found = await self._api.call("GET", f"/company/client/video/{video.id}")
        return str(found["status"])

    def _leave(self, video: Video) -> dict[str, str]:
        """The documented signature: a plain hash of key, expiry and video, one after another."""
        expiration = str(int(time.time()) + _HOUR)
        signature = sha256(f"{self._key}{expiration}{video.id}".encode()).hexdigest()
        return {"Signature": signature, "Expiration": expiration, "Video-Id": video.id}


def notice(body: Any) -> Notice:
    """Read a webhook's body."""
    return Notice(body["data"]["video"]["uuid"], body["type"])

"""TPStreams' API, as one of its customers calls it."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from telecine.simulations.clients.api import Api
from telecine.simulations.clients.ledger import Ledger
from telecine.simulations.clients.things import Endpoint, Notice, Video, link_to

NAME = "TPStreams"
TOKEN_HEADER = "x-streams-token"  # noqa: S105 - the header's name, not a token


class TPStreams:
    """`/api/v1/<org>` for the holder of one token."""

    def __init__(self, api: Api, org: str, ledger: Ledger) -> None:
        self._api = api
        self._home = f"/api/v1/{quote(org, safe='')}"
        self._ledger = ledger

    async def create_endpoint(self, url: str, token: str) -> Endpoint:
        """Have every change of status sent to a URL, with this token in `x-streams-token`."""
        made = await self._api.call(
            "POST",
            f"{self._home}/webhooks/",
            {"url": url, "secret_token": token},
            key=self._ledger.key("tpstreams.endpoint", urlsplit(url).path),
            expect=201,
        )
        return self._ledger.endpoint(Endpoint(made["id"], url, NAME, token))

    async def delete_endpoint(self, endpoint: Endpoint) -> None:
        """Have nothing more sent to it."""
        await self._api.call("DELETE", f"{self._home}/webhooks/{endpoint.id}/", expect=204)

    async def upload_link(
        self, title: str, link: str | None = None, resolutions: Sequence[str] = ("240p", "720p")
    ) -> Video:
        """Create an asset from a link; processing begins at once."""
        made = await self._api.call(
            "POST",
            f"{self._home}/assets/videos/",
            {
                "title": title,
                "inputs": [{"url": link or link_to(title)}],
                "resolutions": list(resolutions),
            },
            key=self._ledger.key("tpstreams.link", title),
            expect=201,
        )
        return self._ledger.video(Video(made["id"], title, NAME))

    async def status(self, video: Video) -> str:
        """Answer the status of an asset's video in TPStreams' words."""
        found = await self._api.call("GET", f"{self._home}/assets/{video.id}/")
        return str(found["video"]["status"])


def notice(body: Any) -> Notice:
    """Read a webhook's body: the bare asset, which says what happened by its status alone."""
    return Notice(body["id"], body["video"]["status"])

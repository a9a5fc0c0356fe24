"""`organizations/`: the organisations whose key was sent, which is one."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from telecine.platforms.house import House
from telecine.platforms.tpstreams.answers import Invalid, answer, refuse
from telecine.platforms.tpstreams.auth import enter_any
from telecine.platforms.tpstreams.pages import page, window
from telecine.platforms.tpstreams.paths import Way, mount_for_all
from telecine.shared.ids import hex_of

PATH = "/api/v1/organizations/"


class Organizations:
    """The one answer."""

    def __init__(self, house: House) -> None:
        self._house = house

    def mount(self, router: APIRouter) -> None:
        """Serve the one path."""
        mount_for_all(router, self._house, PATH, Way("GET", self.list, "List the organisations"))

    async def list(self, request: Request) -> Response:
        """Answer the key's own organisation. What it would sign with follows from seed and name, and
        opens nothing here."""
        org = enter_any(self._house, request).org
        shown = window(request.query_params)
        if isinstance(shown, Invalid):
            return refuse(shown)
        seed = self._house.seed
        own = {
            "name": org,
            "uuid": org,
            "drm_aes_signing_iv": hex_of(seed, org, "drm iv"),
            "drm_aes_signing_key": hex_of(seed, org, "drm key 1") + hex_of(seed, org, "drm key 2"),
        }
        results = [own][shown.offset : shown.offset + shown.limit]
        return answer(page(str(request.url), shown, 1, results))

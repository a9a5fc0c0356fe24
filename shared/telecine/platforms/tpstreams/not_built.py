"""What the documents have below one asset and this house has not: subtitles, thumbnails, trims, chapters.

Such a path is answered like that of an object that is not there: `404` and JSON.
"""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from telecine.platforms.house import House
from telecine.platforms.tpstreams.auth import enter
from telecine.platforms.tpstreams.errors import not_found
from telecine.platforms.tpstreams.paths import METHODS, ROOT


class NotBuilt:
    """The one answer."""

    def __init__(self, house: House) -> None:
        self._house = house

    def mount(self, router: APIRouter) -> None:
        """Serve every path below an asset that nobody else serves; so it is mounted last."""
        router.add_api_route(
            f"{ROOT}/assets/{{asset_id}}/{{rest:path}}/",
            self.nothing,
            methods=[*METHODS],
            include_in_schema=False,
        )

    async def nothing(self, request: Request, org: str) -> Response:
        """Say that there is nothing, to whoever may ask."""
        enter(self._house, request, org)
        return not_found()

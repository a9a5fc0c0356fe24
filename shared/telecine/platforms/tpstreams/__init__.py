"""TPStreams (testpress "Streams"): token in the header, everything under `/api/v1/<org>/`.

Sources: `004` of the seeds for webhooks, upstream-api.md part B for the rest.
"""

from datetime import datetime

from fastapi import APIRouter

from telecine.platforms.fidelity import kept_in
from telecine.platforms.house import House
from telecine.platforms.pack import Pack
from telecine.platforms.routes import guarded
from telecine.platforms.saying import Saying
from telecine.platforms.tpstreams import form_door
from telecine.platforms.tpstreams.access_tokens import AccessTokens
from telecine.platforms.tpstreams.assets import Assets
from telecine.platforms.tpstreams.bulk import Bulk
from telecine.platforms.tpstreams.errors import describe, failure
from telecine.platforms.tpstreams.folder_routes import Folders
from telecine.platforms.tpstreams.identity import endpoint_id
from telecine.platforms.tpstreams.jobs import Jobs
from telecine.platforms.tpstreams.lives import Lives
from telecine.platforms.tpstreams.login import ROOT as LOGIN
from telecine.platforms.tpstreams.login import Login
from telecine.platforms.tpstreams.moving import Moving
from telecine.platforms.tpstreams.name import NAME
from telecine.platforms.tpstreams.not_built import NotBuilt
from telecine.platforms.tpstreams.organizations import Organizations
from telecine.platforms.tpstreams.said import SAYING
from telecine.platforms.tpstreams.sending import HEADER, bodies, headers, sends
from telecine.platforms.tpstreams.signposts import signpost
from telecine.platforms.tpstreams.upload_sessions import UploadSessions
from telecine.platforms.tpstreams.webhooks import Webhooks
from telecine.shared.aggregates.video import Known


def router(house: House, saying: Saying | None) -> APIRouter:
    """Answer the platform's routes; `saying`: what OpenAPI is told of them."""
    routes = APIRouter(route_class=guarded(describe, saying), tags=["TPStreams"])
    Organizations(house).mount(routes)
    Webhooks(house).mount(routes)
    Folders(house).mount(routes)
    Lives(house).mount(routes)  # before an asset whose id could be called as they are
    UploadSessions(house).mount(routes)
    Bulk(house).mount(routes)
    Assets(house).mount(routes)
    Moving(house).mount(routes)
    AccessTokens(house).mount(routes)
    Jobs(house).mount(routes)
    NotBuilt(house).mount(routes)  # whatever is left below an asset
    Login(house).mount(routes)
    return routes


def _may_delete(_: Known, __: datetime) -> None:
    """Every asset may be deleted at any time (DESIGN §6)."""


PACK = Pack(
    name=NAME,
    paths=("/api/v1", LOGIN, form_door.PATH),
    sends=sends,
    bodies=bodies,
    headers=headers,
    secret_headers=frozenset({HEADER}),
    endpoint_id=endpoint_id,
    may_delete=_may_delete,
    router=router,
    failure=failure,
    signpost=signpost,
    provenance=kept_in(f"{__name__}.fidelity"),
    saying=SAYING,
    forms=(form_door.DOOR,),
)

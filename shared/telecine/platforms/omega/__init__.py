"""OmegaStream: its API, its webhooks and its tus entrance, as documented.

Source: the public documents of OmegaStream; where they are silent, the decisions in DESIGN §6.
"""

from collections.abc import Mapping

from fastapi import APIRouter

from telecine.platforms.fidelity import kept_in
from telecine.platforms.house import House
from telecine.platforms.omega import upload_door, upload_door_v1
from telecine.platforms.omega.account import Account
from telecine.platforms.omega.collections import Collections
from telecine.platforms.omega.deletion_rule import may_delete
from telecine.platforms.omega.endpoint_events import EndpointEvents
from telecine.platforms.omega.endpoint_shape import endpoint_id
from telecine.platforms.omega.errors import describe, failure
from telecine.platforms.omega.event_shape import bodies
from telecine.platforms.omega.events_table import EVENT_TYPES, sends
from telecine.platforms.omega.said import SAYING
from telecine.platforms.omega.signposts import signpost
from telecine.platforms.omega.source_download import SourceDownload
from telecine.platforms.omega.traffic_route import TrafficRoute
from telecine.platforms.omega.video_changes import VideoChanges
from telecine.platforms.omega.video_lists import VideoLists
from telecine.platforms.omega.videos import Videos
from telecine.platforms.omega.webhooks import PLATFORM, Webhooks
from telecine.platforms.pack import Pack
from telecine.platforms.routes import guarded
from telecine.platforms.saying import Saying
from telecine.shared.aggregates.endpoint import Profile


def _router(house: House, saying: Saying | None) -> APIRouter:
    router = APIRouter(route_class=guarded(describe, saying), tags=["OmegaStream"])
    rooms = (
        Account(house),
        Webhooks(house),
        EndpointEvents(house),
        Collections(house),
        VideoLists(house),
        VideoChanges(house),
        TrafficRoute(house),
        SourceDownload(house),
        Videos(house),
    )
    for room in rooms:
        room.add_to(router)
    return router


def _no_headers(_: Profile, __: Mapping[str, str]) -> dict[str, str]:
    """Omega documents no header of its own; the signature's are delivery's."""
    return {}


PACK = Pack(
    name=PLATFORM,
    paths=("/company", upload_door.PATH),
    sends=sends,
    bodies=bodies,
    headers=_no_headers,
    secret_headers=frozenset(),
    endpoint_id=endpoint_id,
    may_delete=may_delete,
    router=_router,
    failure=failure,
    signpost=signpost,
    provenance=kept_in(f"{__name__}.fidelity"),
    choices=EVENT_TYPES,
    saying=SAYING,
    doors=(upload_door.DOOR, upload_door_v1.DOOR),
)

"""The routes of `/v1`. Everything is within the organisation of the key."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request

from telecine.gateway.control import shapes
from telecine.gateway.control.attempts import add_attempts
from telecine.gateway.control.backlog import add_backlog
from telecine.gateway.control.deliveries import add_deliveries
from telecine.gateway.control.endpoint_keys import add_endpoint_keys, add_endpoint_tests
from telecine.gateway.control.endpoints import add_endpoints
from telecine.gateway.control.errors import describe
from telecine.gateway.control.parameters import Limit, place_or_moment, position
from telecine.gateway.control.querying import check_query
from telecine.gateway.control.replays import add_replays
from telecine.gateway.control.tokens import token
from telecine.gateway.logs import Logs, as_of
from telecine.platforms.house import House
from telecine.platforms.routes import Denied, credentials, guarded
from telecine.shared.contracts.clock import GetClock, SetClock
from telecine.shared.errors import Refusal, Unavailable

_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": shapes.ProblemAnswer} for status in (400, 401, 404, 405, 409, 413, 503, 504)
}
#: Whose facts: each kind has a log, and positions, of its own.
Category = Literal["video", "live", "job", "folder", "endpoint"]


def router(house: House, logs: Logs, *, described: bool) -> APIRouter:
    """Answer the control API; `described`: its errors, too, for the OpenAPI document."""
    routes = APIRouter(
        prefix="/v1",
        tags=["control"],
        route_class=guarded(describe),
        responses=_PROBLEMS if described else None,
    )

    def org(request: Request) -> str:
        found = house.org_of(credentials(request, "Bearer"))
        if found is None:
            raise Denied("this key is nobody's; the house prints its keys when it starts")
        check_query(request)
        return found

    authorised = Depends(org)
    add_endpoints(routes, house, authorised)
    add_endpoint_keys(routes, house, authorised)
    add_endpoint_tests(routes, house, authorised)
    _events(routes, logs, authorised)
    add_deliveries(routes, house, authorised)
    add_attempts(routes, house, authorised)
    add_backlog(routes, house, authorised)
    add_replays(routes, house, authorised)
    _clock(routes, house, authorised)
    _reset(routes, house, authorised)
    return routes


def _events(routes: APIRouter, logs: Logs, authorised: Any) -> None:
    @routes.get("/events", summary="The event log, oldest first")
    async def events(
        *,
        org: str = authorised,
        category: Annotated[Category, Query()] = "video",
        type_: Annotated[str | None, Query(alias="type")] = None,
        video_id: str | None = None,
        cursor: str = "0",
        limit: Limit = 100,
    ) -> shapes.EventsAnswer:
        if type_ is not None and type_ not in logs.types():
            raise Refusal("invalid", f"no such type; known are {_joined(logs.types())}", "type")
        kind = type_.partition(".")[0] if type_ else category
        of_type = type_.partition(".")[2] if type_ else "*"
        filter_ = f"{kind}.{of_type}.{org}.{token(video_id) if video_id else '*'}"
        found = await logs.page(kind, filter_, after=position(cursor, "cursor"), limit=limit)
        last = str(found[-1].recorded.sequence) if found else cursor
        return shapes.EventsAnswer(events=[each.event() for each in found], cursor=last)

    @routes.get(
        "/videos/{video_id}/history",
        summary="Every fact of a video, or with as_of its state at a position or time",
    )
    async def history(
        video_id: str, org: str = authorised, as_of: str | None = None
    ) -> shapes.HistoryAnswer | shapes.StateAnswer:
        facts = await logs.history(org, token(video_id))
        if not facts:
            raise Refusal("not_found", "no such video")
        if as_of is None:
            return shapes.HistoryAnswer(video_id=video_id, facts=[each.entry() for each in facts])
        return _state_then(video_id, facts, as_of)


def _state_then(video_id: str, facts: list[Any], moment: str) -> shapes.StateAnswer:
    then = as_of(facts, place_or_moment(moment, "as_of"))
    if then is None:
        raise Refusal("not_found", "the video did not exist then", "as_of")
    last = then.recorded
    return shapes.StateAnswer(
        video_id=video_id, position=last.sequence, at=last.stamp.at, state=then.state
    )


def _joined(names: set[str]) -> str:
    return ", ".join(sorted(names))


def _clock(routes: APIRouter, house: House, authorised: Any) -> None:
    @routes.get("/clock", summary="Virtual time", dependencies=[authorised])
    async def get_clock() -> shapes.ClockShape:
        return shapes.ClockShape.of(await house.call(GetClock()))

    @routes.put("/clock", summary="Change the speed of virtual time", dependencies=[authorised])
    async def put_clock(wish: shapes.ClockWish) -> shapes.ClockShape:
        return shapes.ClockShape.of(await house.call(SetClock(speed=wish.speed)))


def _reset(routes: APIRouter, house: House, authorised: Any) -> None:
    @routes.post(
        "/reset",
        dependencies=[authorised],
        summary="Make a new run in place: everything of every organisation is gone; takes seconds",
    )
    async def reset() -> shapes.ClockShape:
        if house.reset is None:
            raise Unavailable("this house cannot be reset")
        return shapes.ClockShape.of(await house.reset())

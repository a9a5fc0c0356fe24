"""`/v1/replays`: webhooks of a range of time once more, as work that goes on by itself."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field

from telecine.gateway.control.parameters import Limit, Moment
from telecine.gateway.control.shapes import Shape
from telecine.gateway.control.tokens import Id, token
from telecine.platforms.house import House
from telecine.shared.contracts.endpoint_settings import Types
from telecine.shared.contracts.replays import (
    CancelReplay,
    GetReplay,
    ListReplays,
    Replay,
    ReplayKind,
    StartReplay,
)

Since = Annotated[Moment, Field(description="From this virtual time on, with a zone.")]
Until = Annotated[
    Moment | None, Field(description="Up to this virtual time; left out, or not yet: up to now.")
]


class Recovery(Shape):
    """What ended without success in a range of time."""

    since: Since
    until: Until = None


class ReplayWish(Recovery):
    """What happened in a range of time; `types` left out: all that the endpoint wants."""

    types: Types | None = None


class ReplaysAnswer(Shape):
    """Newest first. `cursor` continues behind the last one; null at the end."""

    replays: list[Replay]
    cursor: str | None


def add_replays(routes: APIRouter, house: House, authorised: Any) -> None:
    """Register what begins, shows and cancels replays."""
    _beginning(routes, house, authorised)
    _going_on(routes, house, authorised)


def _beginning(routes: APIRouter, house: House, authorised: Any) -> None:
    async def begin(
        kind: ReplayKind, request: Request, org: str, endpoint_id: str, range_: Recovery
    ) -> Replay:
        caller = house.caller(request, org)
        command = StartReplay(
            **caller.ids(),
            request_key=caller.request_key,
            kind=kind,
            endpoint_id=token(endpoint_id),
            **range_.model_dump(),
        )
        return (await house.call(command)).replay

    @routes.post(
        "/endpoints/{endpoint_id}/recover",
        status_code=202,
        summary="Send again what ended exhausted or discarded since a time: one attempt each",
    )
    async def recover(
        request: Request, endpoint_id: str, body: Recovery, org: str = authorised
    ) -> Replay:
        return await begin("recover", request, org, endpoint_id, body)

    @routes.post(
        "/endpoints/{endpoint_id}/replay",
        status_code=202,
        summary="Send every event of a range again, also those that were never owed",
    )
    async def replay(
        request: Request, endpoint_id: str, body: ReplayWish, org: str = authorised
    ) -> Replay:
        return await begin("replay", request, org, endpoint_id, body)


def _going_on(routes: APIRouter, house: House, authorised: Any) -> None:
    @routes.get("/replays", summary="Replays and recoveries, newest first")
    async def replays(
        org: str = authorised,
        endpoint_id: Id | None = None,
        cursor: str | None = None,
        limit: Limit = 100,
    ) -> ReplaysAnswer:
        query = ListReplays(org=org, endpoint_id=endpoint_id, cursor=cursor, limit=limit)
        page = await house.call(query)
        return ReplaysAnswer(replays=page.replays, cursor=page.cursor)

    @routes.get("/replays/{replay_id}", summary="How far a replay or a recovery is")
    async def one(replay_id: Id, org: str = authorised) -> Replay:
        return (await house.call(GetReplay(org=org, replay_id=replay_id))).replay

    @routes.post("/replays/{replay_id}/cancel", summary="Let it ask for no more")
    async def cancel(request: Request, replay_id: Id, org: str = authorised) -> Replay:
        command = CancelReplay(**house.caller(request, org).ids(), replay_id=replay_id)
        return (await house.call(command)).replay

"""`/v1/attempts`: the log of every attempt, searched."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from telecine.gateway.control import shapes
from telecine.gateway.control.parameters import Limit, Since, Until, span, statuses
from telecine.platforms.house import House
from telecine.shared.contracts.attempts import SearchAttempts
from telecine.shared.contracts.delivery import ErrorClass, Trigger

Status = Annotated[
    str | None, Query(description="A status (503), a class of them (5xx), or none: no answer.")
]
Error = Annotated[
    Literal[ErrorClass, "any"] | None, Query(description="A class of error, or any of them.")
]


def add_attempts(routes: APIRouter, house: House, authorised: Any) -> None:
    """Register the search."""

    @routes.get("/attempts", summary="Every attempt to send a webhook, newest first")
    async def attempts(
        *,
        org: str = authorised,
        endpoint_id: str | None = None,
        video_id: str | None = None,
        delivery_id: str | None = None,
        type_: Annotated[str | None, Query(alias="type")] = None,
        status: Status = None,
        error: Error = None,
        trigger: Trigger | None = None,
        since: Since = None,
        until: Until = None,
        cursor: str | None = None,
        limit: Limit = 100,
    ) -> shapes.AttemptsAnswer:
        query = SearchAttempts(
            org=org,
            endpoint_id=endpoint_id,
            video_id=video_id,
            delivery_id=delivery_id,
            event_type=type_,
            statuses=statuses(status),
            error=error,
            trigger=trigger,
            **span(since, until),
            cursor=cursor,
            limit=limit,
        )
        page = await house.call(query)
        return shapes.AttemptsAnswer(attempts=page.attempts, cursor=page.cursor)

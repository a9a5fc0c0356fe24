"""`/v1/attempts`: the log of every attempt, searched."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query

from telecine.gateway.control import shapes
from telecine.gateway.control.parameters import Sought, statuses
from telecine.gateway.control.tokens import Id
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
        sought: Annotated[Sought, Depends()],
        delivery_id: Id | None = None,
        status: Status = None,
        error: Error = None,
        trigger: Trigger | None = None,
    ) -> shapes.AttemptsAnswer:
        query = SearchAttempts(
            org=org,
            delivery_id=delivery_id,
            statuses=statuses(status),
            error=error,
            trigger=trigger,
            **sought.fields(),
        )
        page = await house.call(query)
        return shapes.AttemptsAnswer(attempts=page.attempts, cursor=page.cursor)

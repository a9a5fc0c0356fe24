"""`expiry`: how many seconds a playback link shall be good.

The documents show it once in the query and once in the body of the GET, so both are read; the
query wins.
"""

from typing import Annotated

from fastapi import Request
from pydantic import BeforeValidator

from telecine.platforms.tpstreams.answers import Invalid
from telecine.platforms.tpstreams.bodies import body_of
from telecine.platforms.tpstreams.fields import Text
from telecine.platforms.tpstreams.queries import whole
from telecine.shared.events import Wire

#: A year; the documents give no limit.
MAX_EXPIRY = 365 * 24 * 3600


def _as_text(value: object) -> object:
    """The type is documented as string, the sample is a number."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if is_number else value


class ExpiryBody(Wire):
    """The documented body of `GET assets/<id>/`."""

    expiry: Annotated[Text, BeforeValidator(_as_text)] = ""


async def expiry_of(request: Request) -> int | Invalid | None:
    """Answer the wished seconds, or None if nothing is wished."""
    given = dict(request.query_params)
    if "expiry" not in given:
        body = await body_of(request, ExpiryBody)
        if isinstance(body, Invalid):
            return body
        if body.expiry:
            given["expiry"] = body.expiry
    return whole(given, "expiry", 1, MAX_EXPIRY)

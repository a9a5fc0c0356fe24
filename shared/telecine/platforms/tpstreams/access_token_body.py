"""What an access token is made from, and what may be changed of it."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from telecine.platforms.tpstreams.fields import Flag, wrong
from telecine.platforms.tpstreams.own_json import check_bounds
from telecine.shared.contracts.access_tokens import Terms
from telecine.shared.events import Wire

#: Ten years, in seconds; the documents give no limit.
MAX_LIFE = 10 * 365 * 24 * 3600


def _seconds(value: object) -> object:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong("A valid integer is required.")
    if value < 1:
        raise wrong("Ensure this value is greater than or equal to 1.")
    if value > MAX_LIFE:
        raise wrong(f"Ensure this value is less than or equal to {MAX_LIFE}.")
    return value


def _annotations(value: object) -> object:
    if not isinstance(value, list):
        raise wrong(f'Expected a list of items but got type "{type(value).__name__}".')
    for each in value:
        if not isinstance(each, dict):
            kind = type(each).__name__
            raise wrong(f"Invalid data. Expected a dictionary, but got {kind}.")
    check_bounds(value)
    return value


class AccessTokenBody(Wire):
    """The documented fields, all optional. Without a life (or with null) it never ends."""

    time_to_live: Annotated[int | None, BeforeValidator(_seconds)] = None
    expires_after_first_usage: Flag = False
    annotations: Annotated[list[dict[str, Any]], BeforeValidator(_annotations)] = Field(
        default_factory=list
    )

    def terms(self, now: datetime, before: Terms | None = None) -> Terms:
        """Answer the terms from a (virtual) moment on; what was not said stays as it was before."""
        said = self.model_fields_set
        terms = before or Terms()
        changes: dict[str, Any] = {}
        if before is None or "time_to_live" in said:
            life = self.time_to_live
            changes["valid_until"] = now + timedelta(seconds=life) if life else None
        if before is None or "expires_after_first_usage" in said:
            changes["single_use"] = self.expires_after_first_usage
        if before is None or "annotations" in said:
            changes["annotations"] = tuple(self.annotations)
        return terms.model_copy(update=changes)

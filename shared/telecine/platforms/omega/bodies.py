"""What Omega's clients may send as JSON: strict, and every refusal says what to do instead."""

from collections import Counter
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict

from telecine.platforms.omega.events_table import EVENT_TYPES
from telecine.platforms.omega.wire import is_uuid
from telecine.platforms.urls import check_webhook_url

MAX_TITLE = 128
MAX_COLLECTION = 128
#: Characters; our own limit, so that lists of endpoints fit into the house's messages.
MAX_DESCRIPTION = 1000
#: Videos in one request.
MAX_UUIDS = 50
_SHOWN = 64


def _url(url: str) -> str:
    if problem := check_webhook_url(url):
        raise ValueError(problem)
    return url


def _events(events: tuple[str, ...]) -> tuple[str, ...]:
    if not events:
        raise ValueError(f"is empty; name at least one of {', '.join(EVENT_TYPES)}")
    unknown = [event for event in events if event not in EVENT_TYPES]
    if unknown:
        named = repr(unknown[0][:_SHOWN])
        raise ValueError(f"{named} is not an event type; known are {', '.join(EVENT_TYPES)}")
    _once(events, "event")
    return events


def _once(named: tuple[str, ...], what: str) -> None:
    twice = [each for each, count in Counter(named).items() if count > 1]
    if twice:
        raise ValueError(f"{twice[0]!r} is named more than once; name each {what} once")


def _uuids(given: tuple[str, ...]) -> tuple[str, ...]:
    """Answer uuids in lower case, between 1 and 50 of them, each once."""
    if not 1 <= len(given) <= MAX_UUIDS:
        raise ValueError(f"has {len(given)} uuids; send 1 to {MAX_UUIDS}")
    uuids = tuple(each.lower() for each in given)
    wrong = [each for each in uuids if not is_uuid(each)]
    if wrong:
        raise ValueError(f"{wrong[0][:_SHOWN]!r} is not the uuid of a video")
    _once(uuids, "video")
    return uuids


def _title(title: str) -> str:
    if not title.strip():
        raise ValueError(f"is empty; give 1 to {MAX_TITLE} characters")
    return _at_most(title, MAX_TITLE)


def _description(description: str) -> str:
    return _at_most(description, MAX_DESCRIPTION)


def collection_id(text: str) -> str | None:
    """Answer a collection's id as it is kept; empty is none. Raises ValueError."""
    if not text.isprintable():
        raise ValueError("has a control character; send the collection's id as it was given")
    return _at_most(text, MAX_COLLECTION) or None


def _at_most(text: str, limit: int) -> str:
    if len(text) > limit:
        raise ValueError(f"has {len(text)} characters; shorten it to {limit}")
    return text


Url = Annotated[str, AfterValidator(_url)]
Title = Annotated[str, AfterValidator(_title)]
Uuids = Annotated[tuple[str, ...], AfterValidator(_uuids)]


class Body(BaseModel):
    """A JSON object whose fields are all known and have exactly their types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class EndpointBody(Body):
    """An endpoint as its owner wants it, to create or to replace."""

    url: Url
    events: Annotated[tuple[str, ...], AfterValidator(_events)]
    description: Annotated[str, AfterValidator(_description)] | None = None


class StatusBody(Body):
    """Whether an endpoint is to be sent anything."""

    active: bool


class KeyBody(Body):
    """An API key to be revoked."""

    key: str


class VideoBody(Body):
    """A video whose bytes will come over tus."""

    title: Title
    collection: Annotated[str, AfterValidator(collection_id)] | None = None


class LinkBody(Body):
    """A video whose bytes are behind a link.

    `headers` would go with the fetch. Nothing is fetched here, and they often carry credentials, so
    they are checked and then forgotten.
    """

    url: Url
    title: Title
    headers: dict[str, str] | None = None


class UuidsBody(Body):
    """Some videos by their uuids."""

    uuids: Uuids


class MoveBody(Body):
    """Some videos, and the collection that they shall lie in."""

    id: str
    uuids: Uuids


class CollectionBody(Body):
    """A collection as it shall be called."""

    name: Title


class NamedCollectionBody(Body):
    """Which collection shall be called what."""

    id: str
    name: Title


class PrivacyBody(Body):
    """Who may see a video."""

    privacy: Literal["private", "public"]

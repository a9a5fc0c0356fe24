"""What a platform pack is: one folder that knows everything about one platform, and nobody else does.

The gateway mounts its routes, subscriptions lets it render, delivery asks it for headers.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from telecine.platforms.fidelity import Provenance
from telecine.platforms.house import House
from telecine.platforms.saying import Saying
from telecine.shared.aggregates import job, live
from telecine.shared.aggregates.endpoint import Profile
from telecine.shared.aggregates.video import Known
from telecine.shared.errors import BrokenLog
from telecine.shared.events import DOCUMENTED_TYPES
from telecine.shared.log.envelope import Recorded
from telecine.shared.log.kinds import JOB, LIVE

Fidelity = Literal["documented", "extended"]

#: Whatever a webhook may be about.
Subject = Known | live.Known | job.Known


#: Answers a webhook's body, given the delivery's id and the endpoint's: all that differs between the
#: endpoints that are told of one fact.
Body = Callable[[str, str], bytes]


@dataclass(frozen=True)
class Rendering:
    """What a webhook's body is made from: the fact, its subject after it, and whose endpoint it is."""

    delivery_id: str
    fact: Recorded[Any, Any]
    subject: Subject
    endpoint: Profile


def video_of(fact: Recorded[Any, Any], subject: Subject) -> Known:
    """Answer a fact's subject, for a platform that sends of videos only."""
    if not isinstance(subject, Known):
        raise BrokenLog(f"{fact.fact.type} is no video's and was to be sent as one")
    return subject


@dataclass(frozen=True)
class Grant:
    """Leave to upload bytes: of one video, or (None) of one that is yet to be opened."""

    org: str
    video_id: str | None


@dataclass(frozen=True)
class Opened:
    """The video that a new upload has opened, and what the answer says about it in its headers."""

    video_id: str
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Chunk:
    """The bytes that a request is about to send: how many, from where, of how many in all."""

    length: int
    offset: int
    size: int | None


@dataclass(frozen=True)
class UploadDoor:
    """A tus entrance: where it is, who may enter, and how it says no.

    `admit` answers the grant of a request, or the response that refuses it; it is told which video
    the touched upload is of, if there is one. `open` opens the video of a new upload whose grant
    names none, from the upload's metadata. `chunk` answers why bytes of such a length cannot be
    taken, with a status, or None.
    """

    path: str
    admit: Callable[[House, Request, str | None], Awaitable[Grant | Response]]
    refuse: Callable[[int, str], Response]
    open: Callable[[House, Request, Mapping[str, str]], Awaitable[Opened | Response]] | None = None
    chunk: Callable[[Chunk], tuple[int, str] | None] | None = None


@dataclass(frozen=True)
class FormGrant:
    """Leave to send one file, of at most so many bytes, for one video."""

    org: str
    video_id: str
    most: int


#: Why a form is not taken: what it is not, or what the house says to its file.
FormFault = Literal[
    "not_a_form", "malformed", "no_file", "incomplete", "too_large", "taken", "unavailable"
]


@dataclass(frozen=True)
class FormDoor:
    """An entrance for a whole file in one form: the fields first, `file` last.

    `admit` answers the grant that the fields give, or the response that refuses them; no byte of the
    file is read before. `refuse` words a fault, given the limit in bytes that it may be about.
    `taken` is the answer to a file that is stored, given its MD5 as hex digits.
    """

    path: str
    admit: Callable[[House, Mapping[str, str]], Awaitable[FormGrant | Response]]
    refuse: Callable[[FormFault, int], Response]
    taken: Callable[[str], Response]


@dataclass(frozen=True)
class Signpost:
    """What `telecine up` prints of a platform: addresses by a short label, how to send a key, and a
    curl line (one upload) that works as pasted."""

    places: Mapping[str, str]
    authorization: str
    example: str


@dataclass(frozen=True)
class Pack:
    """One platform.

    `sends`: whether a type ever leaves as a webhook. `choices`: the types that its own API lets an
    endpoint choose; none: they get whatever it sends. `bodies`: what a fact is told
    with, made once for all its endpoints.
    `headers`: what the platform itself adds to a webhook, given the endpoint's secrets by key id;
    those named in `secret_headers` are redacted in every record. `endpoint_id`: the platform's
    shape of an id, from (seed, org, request key). `may_delete`: why a video may not be deleted at a
    (virtual) moment, or None if it may. `paths`: prefixes of the URLs it owns.
    `router`: its routes, and what OpenAPI is told of them (None: nothing, as nobody has asked).
    `signpost`: from (base URL, org, key). `saying`: what there is to tell. `provenance`: where what it
    does comes from, made when it is asked for.
    """

    name: str
    paths: tuple[str, ...]
    sends: Callable[[str, Fidelity], bool]
    bodies: Callable[[Recorded[Any, Any], Subject], Body]
    headers: Callable[[Profile, Mapping[str, str]], dict[str, str]]
    secret_headers: frozenset[str]
    endpoint_id: Callable[[int, str, str], str]
    may_delete: Callable[[Known, datetime], str | None]
    router: Callable[[House, Saying | None], APIRouter]
    failure: Callable[[Request, int, str], Response]
    signpost: Callable[[str, str, str], Signpost]
    provenance: Callable[[], Provenance]
    doors: tuple[UploadDoor, ...] = ()
    forms: tuple[FormDoor, ...] = ()
    choices: tuple[str, ...] = ()
    saying: Saying | None = None

    @property
    def tells_all(self) -> bool:
        """Whether its endpoints choose no types."""
        return not self.choices

    @property
    def types(self) -> tuple[str, ...]:
        """What an endpoint of it may be sent: the documented types, and what else it ever sends."""
        others = [
            each for kind in (LIVE, JOB) for each in kind.facts if self.sends(each, "extended")
        ]
        return (*DOCUMENTED_TYPES, *others)

    def render(self, rendering: Rendering) -> bytes:
        """Answer one webhook's body as it goes out."""
        body = self.bodies(rendering.fact, rendering.subject)
        return body(rendering.delivery_id, rendering.endpoint.id)


def wire_time(at: datetime, digits: Literal[3, 6]) -> str:
    """Answer RFC 3339 in UTC with that many digits of a second."""
    text = at.strftime("%Y-%m-%dT%H:%M:%S.%f")
    return f"{text[: len(text) - (6 - digits)]}Z"

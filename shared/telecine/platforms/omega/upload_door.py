"""Omega's tus entrance: a signature over an API key, an expiry and the video's uuid lets one in.

Source: omega-docs `content/tus_upload/_index.md`: hex `sha256(apiKey + expiration + videoId)`, a
plain hash of the three strings one after another.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest

from fastapi import Request
from fastapi.responses import Response

from telecine.platforms.house import House
from telecine.platforms.omega.errors import describe
from telecine.platforms.omega.wire import is_uuid, say
from telecine.platforms.pack import Grant, UploadDoor
from telecine.shared.aggregates.video import Created
from telecine.shared.contracts.ingest import GetVideo
from telecine.shared.errors import Refusal, Unavailable
from telecine.shared.time.virtual_time import wall_now

PATH = "/tusupload"
HAS_BYTES = "this video has its bytes already; create another video"

_SECONDS = re.compile(r"[0-9]{1,12}")
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True)
class Ticket:
    """The three headers, each of a good form; nothing is said yet about their truth."""

    signature: str
    expiration: str
    video_id: str


@dataclass(frozen=True)
class No:
    """Why somebody may not enter."""

    status: int
    message: str


def ticket(headers: Mapping[str, str]) -> Ticket | No:
    """Read the headers, which are found in any case. The first that is missing or malformed is named."""
    for name in ("Signature", "Expiration", "Video-Id"):
        if not headers.get(name.lower()):
            return No(
                401, f"the {name} header is missing; send Signature, Expiration and Video-Id"
            )
    found = Ticket(headers["signature"].lower(), headers["expiration"], headers["video-id"])
    if not _SHA256.fullmatch(found.signature):
        return No(401, "Signature must be 64 hex digits: sha256(apiKey + expiration + videoId)")
    if not _SECONDS.fullmatch(found.expiration):
        return No(401, "Expiration must be a time in whole Unix seconds, such as 1924992000")
    if not is_uuid(found.video_id.lower()):
        return No(401, "Video-Id must be the uuid of a video, as its creation answered it")
    return found


def signer(shown: Ticket, orgs: Mapping[str, Sequence[str]]) -> str | None:
    """Answer whose key signed; every key is tried, each in constant time."""
    found = None
    for org, keys in orgs.items():
        for key in keys:
            expected = sha256(f"{key}{shown.expiration}{shown.video_id}".encode()).hexdigest()
            if compare_digest(expected, shown.signature):
                found = org
    return found


def grant(
    headers: Mapping[str, str], orgs: Mapping[str, Sequence[str]], wall: datetime
) -> Grant | No:
    """Answer the leave that the headers give at a moment of the wall's clock, or why they do not."""
    shown = ticket(headers)
    if isinstance(shown, No):
        return shown
    org = signer(shown, orgs)
    if org is None:
        return No(
            401, "Signature is of no key: hash apiKey + Expiration + Video-Id as they are sent"
        )
    if int(shown.expiration) <= wall.timestamp():
        return No(401, f"Expiration {shown.expiration} has passed; sign again with a later time")
    return Grant(org, shown.video_id.lower())


async def admit(house: House, request: Request, _: str | None) -> Grant | Response:
    """Let a tus request in, or answer why not."""
    granted = grant(request.headers, house.orgs, wall_now())
    if isinstance(granted, No):
        return say(granted.status, granted.message)
    return await leave(house, request, granted)


async def leave(house: House, request: Request, granted: Grant) -> Grant | Response:
    """Answer the grant if its video takes bytes. Only a creation asks whether they are there already;
    a deleted video takes none at any step."""
    try:
        query = GetVideo(org=granted.org, video_id=granted.video_id or "")
        video = (await house.call(query)).video
    except (Refusal, Unavailable) as error:
        return describe(request, error)
    if request.method == "POST" and not isinstance(video, Created):
        return say(409, HAS_BYTES)
    if request.method in {"POST", "PATCH"} and video.card.deleted_at:
        return say(409, "this video is deleted; revert its deletion before you send its bytes")
    return granted


DOOR = UploadDoor(path=PATH, admit=admit, refuse=say)

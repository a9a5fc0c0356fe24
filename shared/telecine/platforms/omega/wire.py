"""How Omega writes things: its company ids, its paths, its JSON, its times."""

import json
import re
from datetime import datetime
from typing import Any, Literal

from fastapi.responses import Response

from telecine.shared.errors import Refusal

#: Where everything about videos is.
VIDEOS = "/company/client/video"

#: Digits of a second: an answer to a creation shows 6, everything read later shows 3.
Digits = Literal[3, 6]

_OBJECT_ID = re.compile(r"[0-9a-f]{24}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def coid(org: str) -> str:
    """Answer Omega's company id of an organisation."""
    return f"omega-cop-{org}"


def is_object_id(text: str) -> bool:
    """Whether a text can be the id of an endpoint or an event: 24 lower-case hex digits.

    Ids become parts of subjects inside the house, so nothing else may pass.
    """
    return _OBJECT_ID.fullmatch(text) is not None


def is_uuid(text: str) -> bool:
    """Whether a text can be the uuid of a video, in lower case; see `is_object_id`."""
    return _UUID.fullmatch(text) is not None


def known_uuid(uuid: str) -> str:
    """Answer a uuid in lower case. Raises Refusal, the same as for a video that is unknown."""
    if not is_uuid(uuid.lower()):
        raise Refusal("not_found", "no such video")
    return uuid.lower()


def seconds(at: datetime) -> str:
    """Answer RFC 3339 in UTC without a fraction, as what was computed just now is shown."""
    return f"{at.replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def compact(content: Any) -> bytes:
    """Answer JSON in one line, keys in the order given: the same content, the same bytes."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def answer(status: int, content: Any) -> Response:
    """Answer a response with a JSON body."""
    return Response(compact(content), status, media_type="application/json")


def say(status: int, message: str) -> Response:
    """Answer `{"message": …}`, Omega's way of saying anything in words."""
    return answer(status, {"message": message})

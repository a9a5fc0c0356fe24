"""How Omega writes things: its company ids, its JSON, its times."""

import json
import re
from typing import Any, Literal

from fastapi.responses import Response

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


def compact(content: Any) -> bytes:
    """Answer JSON in one line, keys in the order given: the same content, the same bytes."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def answer(status: int, content: Any) -> Response:
    """Answer a response with a JSON body."""
    return Response(compact(content), status, media_type="application/json")


def say(status: int, message: str) -> Response:
    """Answer `{"message": …}`, Omega's way of saying anything in words."""
    return answer(status, {"message": message})

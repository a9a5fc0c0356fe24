"""How TPStreams writes JSON: compact UTF-8, keys in the documented order (Django REST framework)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi.responses import Response


@dataclass(frozen=True)
class Invalid:
    """Why a request cannot be taken, as the body of the answer; `status` is 400 or 415."""

    content: Mapping[str, Any]
    status: int = 400


def compact(value: object) -> bytes:
    """Answer a value as JSON, the same bytes for the same value."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def answer(
    content: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Answer a value as a JSON response."""
    return Response(compact(content), status, headers, media_type="application/json")


def refuse(invalid: Invalid) -> Response:
    """Answer the response that says why a request cannot be taken."""
    return answer(invalid.content, invalid.status)

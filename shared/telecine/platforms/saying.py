"""What a platform's routes take and answer, said once for all of them, for the OpenAPI document.

The routes read and write by hand, in the platform's own words, so FastAPI cannot know; a pack has a
table of it beside its routes, and tests hold the table against what the house really answers.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from pydantic import TypeAdapter

Schema = dict[str, Any]
KEY = "Idempotency-Key"
#: Those that create something.
_METHODS_WITH_KEY = frozenset({"POST"})


@dataclass(frozen=True)
class Said:
    """One route: the type of its body, the type of its good answer, and its query by name.

    No `answers`: its good answer has no body. `also` are further answers: status, and type or (for
    what is no JSON) media type. `is_open`: no key is asked for.
    """

    takes: Any = None
    answers: Any = None
    query: Mapping[str, Schema] = field(default_factory=dict)
    also: Mapping[int, Any] = field(default_factory=dict)
    is_optional: bool = False
    is_open: bool = False


@dataclass(frozen=True)
class Saying:
    """A platform's routes by the qualified names of their functions (`Webhooks.create`).

    `errors` are what every route may answer: status, and type or media type; those in `plain` may be
    bare text as well. `sent` is the body of each webhook by a name, `sent_headers` what the platform
    adds to them.
    """

    scheme: str
    security: Schema
    errors: Mapping[int, Any]
    routes: Mapping[str, Said]
    plain: Collection[int] = ()
    sent: Mapping[str, Any] = field(default_factory=dict)
    sent_headers: Mapping[str, str] = field(default_factory=dict)

    def options(self, endpoint: Callable[..., Any], given: Mapping[str, Any]) -> dict[str, Any]:
        """Answer FastAPI's options for a route, with what is said about it."""
        said = self.routes.get(endpoint.__qualname__)
        if said is None or not given.get("include_in_schema", True):
            return dict(given)
        status = given.get("status_code") or 200
        good = {status: said.answers} if said.answers is not None else {}
        answers = {**self.errors, **said.also, **good}
        extra = {
            "security": [] if said.is_open else [{self.scheme: []}],
            "parameters": _parameters(said, given.get("methods") or ()),
            **({"requestBody": _body(said)} if said.takes is not None else {}),
        }
        return {
            **given,
            "responses": {code: self._answer(code, kind) for code, kind in answers.items()},
            "openapi_extra": extra,
        }

    def _answer(self, code: int, kind: Any) -> dict[str, Any]:
        if isinstance(kind, str):
            content = {kind: {"schema": {"type": "string"}}} if kind else {}
            return {"description": HTTPStatus(code).phrase, "content": content}
        text = {"content": {"text/plain": {"schema": {"type": "string"}}}}
        return {"model": kind, **(text if code in self.plain else {})}


def _parameters(said: Said, methods: Any) -> list[Schema]:
    found = [
        {"name": name, "in": "query", "required": False, "schema": schema}
        for name, schema in said.query.items()
    ]
    if _METHODS_WITH_KEY & set(methods):
        found.append(idempotency_key())
    return found


def idempotency_key() -> Schema:
    """Answer the header that names a wish."""
    about = "Names the wish: sent again with the same key it is the same wish."
    return {
        "name": KEY,
        "in": "header",
        "required": False,
        "description": about,
        "schema": {"type": "string", "maxLength": 255},
    }


def _body(said: Said) -> Schema:
    content = {"application/json": {"schema": whole(said.takes)}}
    return {"required": not said.is_optional, "content": content}


def whole(kind: Any) -> Schema:
    """Answer a type's schema with everything in it, and no reference."""
    schema = TypeAdapter(kind).json_schema()
    inside = schema.pop("$defs", {})
    found: Schema = _filled(schema, inside)
    return found


def _filled(part: Any, inside: Mapping[str, Any]) -> Any:
    match part:
        case {"$ref": str(ref)}:
            return _filled(inside[ref.rpartition("/")[2]], inside)
        case dict():
            return {name: _filled(value, inside) for name, value in part.items()}
        case list():
            return [_filled(value, inside) for value in part]
        case _:
            return part

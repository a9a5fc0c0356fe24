"""Request bodies: read strictly as JSON, checked by a model, refused in Django REST framework's words.

One difference on purpose: the framework drops fields that it does not know, we name them.
"""

import json
from typing import Any, NoReturn, TypeVar

from fastapi import Request
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from telecine.platforms.tpstreams.answers import Invalid
from telecine.shared.events import Wire

M = TypeVar("M", bound=Wire)

_GENERAL = "non_field_errors"
_TEXTS = {
    "missing": "This field is required.",
    "extra_forbidden": "Unknown field.",
    "string_type": "Not a valid string.",
    "bool_type": "Must be a valid boolean.",
    "literal_error": '"{input}" is not a valid choice.',
    "list_type": 'Expected a list of items but got type "{kind}".',
    "model_type": "Invalid data. Expected a dictionary, but got {kind}.",
}


async def body_of(request: Request, model: type[M]) -> M | Invalid:
    """Answer the request's body, or why it cannot be taken. An empty body is one without fields."""
    content = await content_of(request)
    return content if isinstance(content, Invalid) else parse(model, content)


async def content_of(request: Request) -> object | Invalid:
    """Answer the request's body as decoded from JSON, whatever it is."""
    raw = await request.body()
    kind = request.headers.get("content-type", "application/json")
    if raw and not _is_json(kind):
        return Invalid({"detail": f'Unsupported media type "{kind}" in request.'}, 415)
    try:
        return _read(raw.decode()) if raw else {}
    except RecursionError:
        return Invalid({"detail": "JSON parse error - nested too deeply"})
    except ValueError as error:
        return Invalid({"detail": f"JSON parse error - {error}"})


def parse(model: type[M], content: object) -> M | Invalid:
    """Answer a decoded body as a model, or every error in it by field."""
    if content is None:
        return Invalid({_GENERAL: ["No data provided"]})
    try:
        return model.model_validate(content)
    except ValidationError as error:
        return Invalid(_by_field(error.errors(include_url=False)))


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


def _read(text: str) -> object:
    return json.loads(text, parse_constant=_no_number, object_pairs_hook=_readable_names)


def _readable_names(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A name with half a surrogate pair is no field's, and no answer could repeat it."""
    for name, _ in pairs:
        if not name.isascii():
            name.encode()
    return dict(pairs)


def _no_number(constant: str) -> NoReturn:
    raise ValueError(f"Out of range float values are not JSON compliant: {constant}")


def _by_field(errors: list[ErrorDetails]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for error in errors:
        field, *inner = error["loc"] or (_GENERAL,)
        messages = found.setdefault(str(field), [])
        match inner:
            case [int(index), str(key)]:
                _at(messages, index)[key] = _messages(error)
            case [int(index)] if error["type"] == "model_type":
                _at(messages, index)[_GENERAL] = _messages(error)
            case _:
                messages += [text for text in _messages(error) if text not in messages]
    return found


def _at(items: list[dict[str, Any]], index: int) -> dict[str, Any]:
    """Answer the errors of one item; items before it that have none keep an empty place."""
    items += [{} for _ in range(index + 1 - len(items))]
    return items[index]


def _messages(error: ErrorDetails) -> list[str]:
    if error["type"] == "worded":
        return list(error["ctx"]["messages"])
    if error["input"] is None and error["type"] not in {"missing", "extra_forbidden"}:
        return ["This field may not be null."]
    text, kind = _TEXTS[error["type"]], type(error["input"]).__name__
    return [text.format(input=error["input"], kind=kind)]

"""What is wrong with an input, in words that say what to send. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel

_A_LIST = 'must be a list such as ["video.*"]'
_WHOLE = "must be a whole number"
#: By pydantic's type of an error; what is in braces is of its context.
_WORDS = {
    "missing": "is missing; send it",
    "string_type": "must be a text",
    "string_too_long": "has more than {max_length} characters; shorten it",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": "has too many digits; use a smaller number",
    "int_from_float": _WHOLE,
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "tuple_type": _A_LIST,
    "list_type": _A_LIST,
    "too_short": "needs at least {min_length}; add one",
    "too_long": "has more than {max_length}; send at most {max_length}",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "literal_error": "must be {expected}",
}


def worded(error: Mapping[str, Any], body: Any) -> str:
    """Answer what pydantic says of an input, as a sentence without a subject; `body` is the type that
    the whole body is of."""
    if error["type"] == "extra_forbidden":
        known = fields_of(body, error["loc"][1:-1])
        return f"no such field; known are {', '.join(known)}" if known else "no such field"
    words = _WORDS.get(error["type"])
    if words is None:
        return str(error["msg"]).removeprefix("Value error, ")
    return words.format(**error.get("ctx", {}))


def fields_of(body: Any, place: Sequence[Any] = ()) -> list[str]:
    """Answer the names of the fields at a place in a body of this type."""
    model = _model(body)
    for part in place:
        field = model.model_fields.get(str(part)) if model else None
        model = _model(field.annotation) if field else None
    return sorted(model.model_fields) if model else []


def _model(annotation: Any) -> type[BaseModel] | None:
    choices = (annotation, *get_args(annotation))
    models = (each for each in choices if isinstance(each, type) and issubclass(each, BaseModel))
    return next(models, None)

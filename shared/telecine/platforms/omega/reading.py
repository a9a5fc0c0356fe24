"""Reading a request's JSON body, and saying what is wrong with it in sentences."""

from typing import TypeVar

from fastapi import Request
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from telecine.platforms.omega.bodies import Body
from telecine.shared.errors import Refusal

B = TypeVar("B", bound=Body)

#: Problems named in one answer, and characters of a client's own text in one.
_NAMED = 5
_SHOWN = 64

_WANTED = {
    "string_type": "must be a string in quotes",
    "bool_type": "must be true or false, without quotes",
    "tuple_type": 'must be a list of strings, such as ["video.process_succeeded"]',
    "dict_type": 'must be an object of strings, such as {"user-id": "id-1234"}',
    "missing": "is required, and missing",
}


async def read(request: Request, model: type[B]) -> B:
    """Answer the request's body as a model. Raises Refusal that names every field to mend."""
    return parse(await request.body(), model)


def parse(raw: bytes, model: type[B]) -> B:
    """Answer JSON as a model. Raises Refusal."""
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        raise Refusal("invalid", sentences(error, model)) from error


def sentences(error: ValidationError, model: type[Body]) -> str:
    """Answer what is wrong, the first few problems in one line."""
    problems = error.errors(include_url=False)
    said = [_sentence(problem, model) for problem in problems[:_NAMED]]
    if len(problems) > _NAMED:
        said.append(f"and {len(problems) - _NAMED} more")
    return "; ".join(said)


def _sentence(problem: ErrorDetails, model: type[Body]) -> str:
    fields = ", ".join(model.model_fields)
    kind = problem["type"]
    if kind == "json_invalid":
        why = problem["ctx"]["error"]
        return f"the body is not valid JSON ({why}); send an object with {fields}"
    if kind == "model_type":
        return f"the body must be a JSON object with {fields}"
    place = ".".join(str(step)[:_SHOWN] for step in problem["loc"])
    if kind == "extra_forbidden":
        return f"{place}: is not a field of this request; it takes {fields}"
    if kind == "value_error":
        return f"{place}: {problem['ctx']['error']}"
    if kind == "literal_error":
        return f"{place}: must be {problem['ctx']['expected']}"
    return f"{place}: {_WANTED.get(kind, problem['msg'])}"

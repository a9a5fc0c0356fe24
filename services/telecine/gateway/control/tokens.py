"""Ids in paths and parameters, on their way to become parts of subjects and of questions to a database."""

from typing import Annotated

from pydantic import AfterValidator

from telecine.shared.ids import hex_of, is_token


def token(value: str) -> str:
    """Answer an id that is safe as a token of a subject; anything else is nobody's id."""
    return value if is_token(value) else hex_of("nobody", value)


#: An id as it is given; what cannot be one is nobody's.
Id = Annotated[str, AfterValidator(token)]

"""Ids in paths, on their way to become parts of subjects."""

from telecine.shared.ids import hex_of, is_token


def token(value: str) -> str:
    """Answer an id that is safe as a token of a subject; anything else is nobody's id."""
    return value if is_token(value) else hex_of("nobody", value)

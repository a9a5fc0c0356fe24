"""The query string: whole numbers and truth values, or what is wrong with them.

Django REST framework falls back to its defaults where a number is none; we say so instead.
"""

import re
from collections.abc import Mapping
from typing import TypeVar

from telecine.platforms.tpstreams.answers import Invalid

T = TypeVar("T", int, bool)

_NUMBER = re.compile(r"-?[0-9]{1,18}")
_MOST_SEARCHED = 256
_TRUTH = {"true": True, "1": True, "false": False, "0": False}


def whole(query: Mapping[str, str], name: str, least: int, most: int) -> int | Invalid | None:
    """Answer a parameter as a number in a range (ends included), or None if it is not given."""
    text = query.get(name)
    if text is None:
        return None
    if not _NUMBER.fullmatch(text):
        return Invalid({name: ["A valid integer is required."]})
    number = int(text)
    if number < least:
        return Invalid({name: [f"Ensure this value is greater than or equal to {least}."]})
    if number > most:
        return Invalid({name: [f"Ensure this value is less than or equal to {most}."]})
    return number


def truth(query: Mapping[str, str], name: str) -> bool | Invalid | None:
    """Answer a parameter as a truth value, or None if it is not given."""
    text = query.get(name)
    if text is None:
        return None
    value = _TRUTH.get(text.lower())
    return Invalid({name: ["Must be a valid boolean."]}) if value is None else value


def searched(query: Mapping[str, str], name: str) -> str | Invalid | None:
    """Answer a parameter as text to search for, or None if there is nothing in it."""
    text = query.get(name, "").strip()
    if "\0" in text:
        return Invalid({name: ["Null characters are not allowed."]})
    if len(text) > _MOST_SEARCHED:
        return Invalid({name: [f"Ensure this value has at most {_MOST_SEARCHED} characters."]})
    return text or None

"""The kinds of fields in TPStreams' request bodies, each with what it says when it is wrong."""

from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, StrictBool
from pydantic_core import PydanticCustomError

from telecine.platforms.urls import check_webhook_url

#: Characters of a title and of a secret token; the documents give no limit.
MAX_TITLE = 128
MAX_TOKEN = 256

T = TypeVar("T")


def wrong(message: str, *more: str) -> PydanticCustomError:
    """Answer the error of a field whose answer lists these messages, word for word."""
    return PydanticCustomError("worded", "worded", {"messages": [message, *more]})


def storable(value: object) -> object:
    """Refuse text that could not be stored; what is no text is for the type's own check."""
    if not isinstance(value, str):
        return value
    if half := next((char for char in value if "\ud800" <= char <= "\udfff"), None):
        raise wrong(f"Surrogate characters are not allowed: U+{ord(half):X}.")
    if "\0" in value:
        raise wrong("Null characters are not allowed.")
    return value


def _said(value: str) -> str:
    if not value.strip():
        raise wrong("This field may not be blank.")
    return value


def _within(most: int) -> AfterValidator:
    def check(value: str) -> str:
        if len(value) > most:
            raise wrong(f"Ensure this field has no more than {most} characters.")
        return value

    return AfterValidator(check)


def checked_url(value: str) -> str:
    """Answer a URL that may be stored and called; raises the error of the field otherwise."""
    if problem := check_webhook_url(value):
        raise wrong("Enter a valid URL.", f"It {problem}.")
    return value


def _header(value: str) -> str:
    if not all(" " <= char <= "~" for char in value) or value != value.strip():
        raise wrong(
            "It is sent as an HTTP header; use ASCII letters, digits and punctuation, "
            "and spaces only in between."
        )
    return value


def _folder(value: str) -> str:
    # The documents show both UUIDs and codes of 11 letters and digits.
    if len(value) > 64 or not value.isascii() or not value.replace("-", "").isalnum():
        raise wrong("Invalid folder UUID")
    return value


def _split(value: object) -> object:
    """Documented too: a comma separated string."""
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


def at_most(most: int) -> BeforeValidator:
    """Answer the check of a list's length, made before anything in the list is looked at."""

    def check(value: object) -> object:
        if not isinstance(value, list):
            return value
        if not value:
            raise wrong("This list may not be empty.")
        if len(value) > most:
            raise wrong(f"Ensure this field has no more than {most} elements.")
        return value

    return BeforeValidator(check)


def _distinct(values: list[T]) -> list[T]:
    twice = [value for index, value in enumerate(values) if value in values[:index]]
    if twice:
        raise wrong(f'"{twice[0]}" is listed twice; list each value once.')
    return values


Text = Annotated[str, BeforeValidator(storable), AfterValidator(_said)]
Url = Annotated[Text, AfterValidator(checked_url)]
Title = Annotated[Text, AfterValidator(str.strip), _within(MAX_TITLE)]
SecretToken = Annotated[Text, AfterValidator(_header), _within(MAX_TOKEN)]
Folder = Annotated[Text, AfterValidator(_folder)]
Flag = StrictBool
Protection = Annotated[Literal["drm", "aes", "disable"], BeforeValidator(storable)]
Resolution = Annotated[
    Literal["240p", "360p", "480p", "540p", "720p", "1080p"], BeforeValidator(storable)
]
Resolutions = Annotated[
    list[Resolution], at_most(6), BeforeValidator(_split), AfterValidator(_distinct)
]

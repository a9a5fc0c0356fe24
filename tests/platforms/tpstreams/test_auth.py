"""The Authorization header is read to the letter of Django REST framework's TokenAuthentication."""

import pytest

from telecine.platforms.routes import Denied
from telecine.platforms.tpstreams.auth import key_of

NOT_PROVIDED = "Authentication credentials were not provided."


@pytest.mark.parametrize(
    "header", ["Token demo-key", "token demo-key", "TOKEN demo-key", " Token \t demo-key "]
)
def test_key_is_read_whatever_the_schemes_case(header: str) -> None:
    assert key_of(header) == "demo-key"


def test_key_is_utf_8() -> None:
    assert key_of("Token clé".encode().decode("latin-1")) == "clé"


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("", NOT_PROVIDED),
        ("   ", NOT_PROVIDED),
        ("Bearer demo-key", NOT_PROVIDED),
        ("demo-key", NOT_PROVIDED),
        ("Token:demo-key", NOT_PROVIDED),
        ("Token", "Invalid token header. No credentials provided."),
        ("Token  ", "Invalid token header. No credentials provided."),
        (
            "Token demo key",
            "Invalid token header. Token string should not contain spaces.",
        ),
        (
            "Token cl\xe9",
            "Invalid token header. Token string should not contain invalid characters.",
        ),
    ],
)
def test_bad_header_is_denied_in_the_frameworks_words(header: str, said: str) -> None:
    with pytest.raises(Denied) as denied:
        key_of(header)

    assert denied.value.message == said

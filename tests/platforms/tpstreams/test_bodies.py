"""Every bad body is answered with each bad field's name and what is wrong with it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.types import Message

from telecine.platforms.tpstreams.answers import Invalid, compact
from telecine.platforms.tpstreams.bodies import body_of, parse
from telecine.platforms.tpstreams.expiry import ExpiryBody
from telecine.platforms.tpstreams.video_body import VideoBody
from telecine.platforms.tpstreams.webhooks import WebhookBody
from tests.platforms.tpstreams.documented import CREATE_REQUEST

WEBHOOK = {"url": "https://sample.beeceptor.com", "secret_token": "abcdef"}
VIDEO: dict[str, Any] = {"resolutions": ["240p"]}

REQUIRED = ["This field is required."]
NULL = ["This field may not be null."]
BLANK = ["This field may not be blank."]
NOT_TEXT = ["Not a valid string."]
UNKNOWN = ["Unknown field."]
HEADER = [
    "It is sent as an HTTP header; use ASCII letters, digits and punctuation, "
    "and spaces only in between."
]
EXAMPLE = "give a URL such as http://localhost:8888/webhook."


def _request(raw: bytes, content_type: str | None) -> Request:
    async def receive() -> Message:
        return {"type": "http.request", "body": raw, "more_body": False}

    headers = [(b"content-type", content_type.encode())] if content_type else []
    return Request({"type": "http", "method": "POST", "headers": headers}, receive)


async def _refused(raw: bytes, content_type: str | None = "application/json") -> Invalid:
    body = await body_of(_request(raw, content_type), WebhookBody)
    assert isinstance(body, Invalid)
    return body


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON; charset=utf-8"])
async def test_good_body_is_taken(content_type: str) -> None:
    # when
    body = await body_of(_request(json.dumps(WEBHOOK).encode(), content_type), WebhookBody)

    # then
    assert body == WebhookBody(**WEBHOOK)


async def test_body_that_names_no_content_type_is_read_as_json() -> None:
    body = await body_of(_request(json.dumps(WEBHOOK).encode(), None), WebhookBody)

    assert isinstance(body, WebhookBody)


async def test_body_of_another_content_type_is_refused() -> None:
    refused = await _refused(b"url=https://example.com", "application/x-www-form-urlencoded")

    assert refused.status == 415
    assert refused.content == {
        "detail": 'Unsupported media type "application/x-www-form-urlencoded" in request.'
    }


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"{", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        (b"nonsense", "Expecting value: line 1 column 1 (char 0)"),
        (b'{"url": "x",}', "Expecting property name"),
        (b'{"url": "x" // note\n}', "Expecting ',' delimiter"),
        (b"{} {}", "Extra data: line 1 column 4 (char 3)"),
        (b'{"url": NaN}', "Out of range float values are not JSON compliant: NaN"),
        (b'{"url": -Infinity}', "Out of range float values are not JSON compliant: -Infinity"),
        (b"\xff", "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
        (b'{"\\ud800": 1}', "'utf-8' codec can't encode character"),
        (b"[" * 200_000, "nested too deeply"),
        (b"1" * 5000, "Exceeds the limit"),
    ],
)
async def test_malformed_json_is_refused_with_the_place(raw: bytes, said: str) -> None:
    # when
    refused = await _refused(raw)

    # then
    assert refused.status == 400
    assert list(refused.content) == ["detail"]
    assert refused.content["detail"].startswith(f"JSON parse error - {said}")


async def test_empty_body_is_one_without_fields() -> None:
    refused = await _refused(b"")

    assert refused.content == {"url": REQUIRED, "secret_token": REQUIRED}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([], "Invalid data. Expected a dictionary, but got list."),
        ("x", "Invalid data. Expected a dictionary, but got str."),
        (1, "Invalid data. Expected a dictionary, but got int."),
        (1.5, "Invalid data. Expected a dictionary, but got float."),
        (True, "Invalid data. Expected a dictionary, but got bool."),
        (None, "No data provided"),
    ],
)
def test_body_that_is_no_object_is_refused(content: object, said: str) -> None:
    assert parse(WebhookBody, content) == Invalid({"non_field_errors": [said]})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"secret_token": None}, NULL),
        ({"secret_token": ""}, BLANK),
        ({"secret_token": " \t"}, BLANK),
        ({"secret_token": 7}, NOT_TEXT),
        ({"secret_token": True}, NOT_TEXT),
        ({"secret_token": ["abcdef"]}, NOT_TEXT),
        ({"secret_token": "a" * 257}, ["Ensure this field has no more than 256 characters."]),
        ({"secret_token": "a\r\nb: c"}, HEADER),
        ({"secret_token": "a\n"}, HEADER),
        ({"secret_token": "a\tb"}, HEADER),
        ({"secret_token": "a\x7f"}, HEADER),
        ({"secret_token": "clé"}, HEADER),
        ({"secret_token": " a"}, HEADER),
        ({"secret_token": "a "}, HEADER),
        ({"secret_token": "a\0"}, ["Null characters are not allowed."]),
        ({"secret_token": "\udfff"}, ["Surrogate characters are not allowed: U+DFFF."]),
        ({"url": None}, NULL),
        ({"url": ""}, BLANK),
        ({"url": 7}, NOT_TEXT),
        ({"url": {}}, NOT_TEXT),
        ({"url": "\ud800"}, ["Surrogate characters are not allowed: U+D800."]),
        ({"active": True}, UNKNOWN),
        ({"id": None}, UNKNOWN),
        ({"": 1}, UNKNOWN),
    ],
)
def test_bad_field_of_a_webhook_is_named(change: dict[str, Any], said: list[str]) -> None:
    [field] = change

    assert parse(WebhookBody, {**WEBHOOK, **change}) == Invalid({field: said})


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://example.com", f"It does not start with http:// or https://; {EXAMPLE}"),
        ("example.com/hook", f"It does not start with http:// or https://; {EXAMPLE}"),
        ("https://", f"It has no host; {EXAMPLE}"),
        (
            "http://127.1/",
            "It has a host that cannot exist (write the address 127.1 as 192.0.2.1 or as "
            f"[2001:db8::1]); {EXAMPLE}",
        ),
        (
            "https://me:secret@example.com",
            "It has a user name or password in it, which would be stored and shown; remove them.",
        ),
        (
            "https://example.com/a b",
            'It has a space, a control character or one of \\ " < > `; percent-encode it.',
        ),
        (f"https://example.com/{'a' * 2029}", "It has 2049 characters; shorten it to 2048."),
    ],
)
def test_bad_url_is_refused_with_what_is_wrong_and_what_to_do(url: str, why: str) -> None:
    messages = ["Enter a valid URL.", why]

    assert parse(WebhookBody, {**WEBHOOK, "url": url}) == Invalid({"url": messages})
    assert parse(VideoBody, {**VIDEO, "inputs": [{"url": url}]}) == Invalid(
        {"inputs": [{"url": messages}]}
    )


@pytest.mark.parametrize(
    "token", ["abcdef", "a", "a b", "a" * 256, "!\"#$%&'()*+,-./:;<=>?@[\\]~"]
)
def test_good_token_is_taken(token: str) -> None:
    assert isinstance(parse(WebhookBody, {**WEBHOOK, "secret_token": token}), WebhookBody)


def test_every_missing_field_of_a_webhook_is_named_in_order() -> None:
    # when
    refused = parse(WebhookBody, {})

    # then
    assert isinstance(refused, Invalid)
    assert compact(refused.content) == (
        b'{"url":["This field is required."],"secret_token":["This field is required."]}'
    )


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
_fields = st.sampled_from([*WEBHOOK, *CREATE_REQUEST, "expiry", "other"])


@given(content=_json | st.dictionaries(_fields, _json))
def test_no_json_at_all_breaks_the_reading(content: object) -> None:
    for model in (WebhookBody, VideoBody, ExpiryBody):
        read = parse(model, content)
        if isinstance(read, Invalid):
            assert json.loads(compact(read.content))

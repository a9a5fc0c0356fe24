"""Every bad body is refused in a sentence that names the field and says what to do."""

import json
from typing import Any

import pytest

from telecine.platforms.omega.bodies import (
    MAX_DESCRIPTION,
    MAX_TITLE,
    Body,
    EndpointBody,
    LinkBody,
    StatusBody,
    VideoBody,
)
from telecine.platforms.omega.events_table import EVENT_TYPES
from telecine.platforms.omega.reading import parse
from telecine.shared.errors import Refusal

ENDPOINT = {"url": "http://localhost:8888/webhook", "events": ["video.deleted"]}
LINK = {"url": "http://localhost/video.mp4", "title": "video"}


def refused(raw: bytes, model: type[Body]) -> str:
    with pytest.raises(Refusal) as caught:
        parse(raw, model)
    assert caught.value.code == "invalid"
    return caught.value.message


def refused_with(model: type[Body], good: dict[str, Any], **changes: Any) -> str:
    parse(json.dumps(good).encode(), model)  # the change is what is wrong, nothing else
    return refused(json.dumps({**good, **changes}).encode(), model)


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"url=http://a", b"{'url': 1}", b"\xff\xfe", b'"\\ud800"', b"[" * 100_000],
    ids=["empty", "cut off", "a form", "single quotes", "not utf-8", "half a pair", "deep"],
)
def test_malformed_json_is_refused(raw: bytes) -> None:
    said = refused(raw, EndpointBody)

    assert said.startswith("the body is not valid JSON (")
    assert said.endswith("send an object with url, events, description")


@pytest.mark.parametrize("raw", [b"[]", b'"text"', b"1", b"null", b"true"])
def test_json_that_is_no_object_is_refused(raw: bytes) -> None:
    assert refused(raw, StatusBody) == "the body must be a JSON object with active"


def test_every_missing_field_is_named() -> None:
    assert refused(b"{}", EndpointBody) == (
        "url: is required, and missing; events: is required, and missing"
    )
    assert refused(b"{}", StatusBody) == "active: is required, and missing"
    assert refused(b"{}", VideoBody) == "title: is required, and missing"
    assert refused(b'{"title":"a"}', LinkBody) == "url: is required, and missing"
    assert refused(b'{"url":"http://a/"}', LinkBody) == "title: is required, and missing"


def test_an_extra_field_is_named_with_those_that_are_known() -> None:
    said = refused_with(EndpointBody, ENDPOINT, activ=True)

    assert said == "activ: is not a field of this request; it takes url, events, description"


def test_a_long_name_of_an_extra_field_is_cut() -> None:
    said = refused_with(EndpointBody, ENDPOINT, **{"x" * 1000: 1})

    assert said.startswith("x" * 64 + ": is not a field")


@pytest.mark.parametrize("wrong", [1, 1.5, True, None, [], {}])
def test_a_url_that_is_no_string_is_refused(wrong: Any) -> None:
    assert refused_with(EndpointBody, ENDPOINT, url=wrong) == "url: must be a string in quotes"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "url: is empty"),
        ("ftp://a/", "url: does not start with http:// or https://"),
        ("http:///path", "url: has no host"),
        ("http://[::1]0", "url: is not a URL"),
        ("http://user:secret@a/", "url: has a user name or password"),
        ("http://a/ b", "url: has a space"),
        ("http://a/\n", "url: has a space, a control character"),
        ("http://a/" + "b" * 2048, "url: has 2057 characters; shorten it to 2048"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused(url: str, said: str) -> None:
    assert refused_with(EndpointBody, ENDPOINT, url=url).startswith(said)
    assert refused_with(LinkBody, LINK, url=url).startswith(said)


@pytest.mark.parametrize("wrong", ["video.deleted", None, 1, {"video.deleted": True}])
def test_events_that_are_no_list_are_refused(wrong: Any) -> None:
    said = refused_with(EndpointBody, ENDPOINT, events=wrong)

    assert said == 'events: must be a list of strings, such as ["video.process_succeeded"]'


def test_an_event_that_is_no_string_is_refused_by_its_place() -> None:
    said = refused_with(EndpointBody, ENDPOINT, events=["video.deleted", 7])

    assert said == "events.1: must be a string in quotes"


def test_an_empty_list_of_events_is_refused() -> None:
    said = refused_with(EndpointBody, ENDPOINT, events=[])

    assert said.startswith("events: is empty; name at least one of ")
    assert all(event in said for event in EVENT_TYPES)


@pytest.mark.parametrize("unknown", ["video.finished", "VIDEO.DELETED", "video.created", "*", ""])
def test_an_unknown_event_is_refused_with_those_that_are_known(unknown: str) -> None:
    said = refused_with(EndpointBody, ENDPOINT, events=["video.deleted", unknown])

    assert said.startswith(f"events: {unknown!r} is not an event type; known are ")
    assert all(event in said for event in EVENT_TYPES)


def test_an_event_named_twice_is_refused() -> None:
    said = refused_with(EndpointBody, ENDPOINT, events=["video.deleted"] * 2)

    assert said == "events: 'video.deleted' is named more than once; name each event once"


def test_all_ten_events_are_taken_in_the_order_in_which_they_are_sent() -> None:
    # given
    events = tuple(reversed(EVENT_TYPES))

    # when
    body = parse(json.dumps({**ENDPOINT, "events": events}).encode(), EndpointBody)

    # then
    assert body.events == events


@pytest.mark.parametrize("given", [{}, {"description": None}])
def test_a_description_may_be_left_out_or_null(given: dict[str, Any]) -> None:
    assert parse(json.dumps({**ENDPOINT, **given}).encode(), EndpointBody).description is None


def test_a_description_that_is_no_string_or_too_long_is_refused() -> None:
    longest = "d" * MAX_DESCRIPTION
    parse(json.dumps({**ENDPOINT, "description": longest}).encode(), EndpointBody)

    assert refused_with(EndpointBody, ENDPOINT, description=1) == (
        "description: must be a string in quotes"
    )
    assert refused_with(EndpointBody, ENDPOINT, description=f"{longest}d") == (
        "description: has 1001 characters; shorten it to 1000"
    )


@pytest.mark.parametrize("wrong", ["true", "false", 1, 0, None, []])
def test_active_must_be_a_json_boolean(wrong: Any) -> None:
    said = refused_with(StatusBody, {"active": True}, active=wrong)

    assert said == "active: must be true or false, without quotes"


def test_a_title_has_1_to_128_characters() -> None:
    longest = "🎬" * MAX_TITLE
    parse(json.dumps({"title": longest}).encode(), VideoBody)

    for model, good in ((VideoBody, {"title": "a"}), (LinkBody, LINK)):
        assert refused_with(model, good, title=f"{longest}a") == (
            "title: has 129 characters; shorten it to 128"
        )
        assert refused_with(model, good, title=" ") == "title: is empty; give 1 to 128 characters"
        assert refused_with(model, good, title=5) == "title: must be a string in quotes"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({}, None),
        ({"collection": None}, None),
        ({"collection": ""}, None),
        ({"collection": "63fcdbd82eec9b89aa5bfdf3"}, "63fcdbd82eec9b89aa5bfdf3"),
    ],
)
def test_a_collection_may_be_left_out_null_or_empty(given: Any, kept: str | None) -> None:
    assert parse(json.dumps({"title": "a", **given}).encode(), VideoBody).collection == kept


def test_a_collection_that_is_no_good_id_is_refused() -> None:
    good = {"title": "a"}

    assert refused_with(VideoBody, good, collection=1) == "collection: must be a string in quotes"
    assert "a control character" in refused_with(VideoBody, good, collection="a\x00")
    assert "shorten it to 128" in refused_with(VideoBody, good, collection="c" * 129)


def test_headers_of_a_link_are_an_object_of_strings() -> None:
    parse(json.dumps({**LINK, "headers": {"user-id": "id-1234"}}).encode(), LinkBody)
    parse(json.dumps({**LINK, "headers": None}).encode(), LinkBody)

    assert refused_with(LinkBody, LINK, headers=[]) == (
        'headers: must be an object of strings, such as {"user-id": "id-1234"}'
    )
    assert refused_with(LinkBody, LINK, headers={"user-id": 1234}) == (
        "headers.user-id: must be a string in quotes"
    )


def test_many_problems_are_named_up_to_five() -> None:
    said = refused_with(EndpointBody, ENDPOINT, events=[1] * 9)

    assert said.count("must be a string") == 5
    assert said.endswith("; and 4 more")

"""Every bad field of `POST assets/videos/` is named, with what is wrong with it."""

from typing import Any

import pytest

from telecine.platforms.tpstreams.answers import Invalid
from telecine.platforms.tpstreams.bodies import parse
from telecine.platforms.tpstreams.video_body import VideoBody
from tests.platforms.tpstreams.documented import CREATE_REQUEST

LINK = {"url": "https://example.com/a.mp4"}
VIDEO: dict[str, Any] = {"inputs": [LINK], "resolutions": ["240p"]}

REQUIRED = ["This field is required."]
NULL = ["This field may not be null."]
BLANK = ["This field may not be blank."]
NOT_TEXT = ["Not a valid string."]
UNKNOWN = ["Unknown field."]


def test_documented_body_of_a_video_is_taken() -> None:
    # when
    body = parse(VideoBody, CREATE_REQUEST)

    # then
    assert isinstance(body, VideoBody)
    assert body.wishes() == {key: CREATE_REQUEST[key] for key in CREATE_REQUEST if key != "title"}


def test_resolutions_may_be_a_comma_separated_string() -> None:
    body = parse(VideoBody, {**VIDEO, "resolutions": "240p, 360p,1080p"})

    assert isinstance(body, VideoBody)
    assert body.resolutions == ["240p", "360p", "1080p"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"inputs": None}, NULL),
        ({"inputs": []}, ["This list may not be empty."]),
        ({"inputs": "a"}, ['Expected a list of items but got type "str".']),
        ({"inputs": {}}, ['Expected a list of items but got type "dict".']),
        ({"inputs": [LINK, LINK]}, ["Ensure this field has no more than 1 elements."]),
        ({"inputs": [{}]}, [{"url": REQUIRED}]),
        ({"inputs": [{"url": None}]}, [{"url": NULL}]),
        ({"inputs": [{"url": 1}]}, [{"url": NOT_TEXT}]),
        ({"inputs": [LINK | {"name": 1}]}, [{"name": UNKNOWN}]),
        ({"inputs": [None]}, [{"non_field_errors": NULL}]),
        (
            {"inputs": ["https://example.com/a.mp4"]},
            [{"non_field_errors": ["Invalid data. Expected a dictionary, but got str."]}],
        ),
        ({"resolutions": None}, NULL),
        ({"resolutions": []}, ["This list may not be empty."]),
        ({"resolutions": 240}, ['Expected a list of items but got type "int".']),
        ({"resolutions": ["999p"]}, ['"999p" is not a valid choice.']),
        ({"resolutions": "240p,999p"}, ['"999p" is not a valid choice.']),
        ({"resolutions": ""}, ['"" is not a valid choice.']),
        ({"resolutions": [240]}, ['"240" is not a valid choice.']),
        ({"resolutions": ["{0}"]}, ['"{0}" is not a valid choice.']),
        (
            {"resolutions": ["a", "b", "a"]},
            ['"a" is not a valid choice.', '"b" is not a valid choice.'],
        ),
        ({"resolutions": ["240p", "240p"]}, ['"240p" is listed twice; list each value once.']),
        ({"resolutions": ["240p"] * 7}, ["Ensure this field has no more than 6 elements."]),
        ({"title": None}, NULL),
        ({"title": ""}, BLANK),
        ({"title": "  "}, BLANK),
        ({"title": 1}, NOT_TEXT),
        ({"title": "a" * 129}, ["Ensure this field has no more than 128 characters."]),
        ({"title": "a\0b"}, ["Null characters are not allowed."]),
        ({"title": "\udc00"}, ["Surrogate characters are not allowed: U+DC00."]),
        ({"content_protection_type": None}, NULL),
        ({"content_protection_type": "disabled"}, ['"disabled" is not a valid choice.']),
        ({"content_protection_type": 1}, ['"1" is not a valid choice.']),
        ({"folder": None}, NULL),
        ({"folder": ""}, BLANK),
        ({"folder": 1}, NOT_TEXT),
        ({"folder": "a b"}, ["Invalid folder UUID"]),
        ({"folder": "../x"}, ["Invalid folder UUID"]),
        ({"folder": "---"}, ["Invalid folder UUID"]),
        ({"folder": "a" * 65}, ["Invalid folder UUID"]),
        ({"generate_subtitle": None}, NULL),
        ({"generate_subtitle": "true"}, ["Must be a valid boolean."]),
        ({"generate_subtitle": 1}, ["Must be a valid boolean."]),
        ({"description": "x"}, UNKNOWN),
    ],
)
def test_bad_field_of_a_video_is_named(change: dict[str, Any], said: list[Any]) -> None:
    [field] = change

    assert parse(VideoBody, {**VIDEO, **change}) == Invalid({field: said})


@pytest.mark.parametrize("missing", ["inputs", "resolutions"])
def test_missing_field_of_a_video_is_named(missing: str) -> None:
    body = {key: value for key, value in VIDEO.items() if key != missing}

    assert parse(VideoBody, body) == Invalid({missing: REQUIRED})

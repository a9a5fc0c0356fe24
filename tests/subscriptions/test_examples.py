"""Examples: of every type that a platform sends there is one, in the shape of the real ones."""

import json
from dataclasses import replace

import pytest

from telecine.platforms import packs
from telecine.shared.aggregates.endpoint import Profile
from telecine.shared.aggregates.event_types import OPERATIONAL_TYPES
from telecine.shared.errors import Refusal
from telecine.shared.ids import example_of
from telecine.subscriptions.examples import (
    example_body,
    example_headers,
    example_type,
)
from tests.shared.endpoints import ASYMMETRIC, FIRST, KEY, SETTINGS, profile
from tests.shared.videos import minute

BOTH = FIRST.model_copy(update={"settings": SETTINGS})
EVERY = [(pack.name, each) for pack in packs().values() for each in pack.types]
SENT = [(name, each) for name, each in EVERY if packs()[name].sends(each, "extended")]


def of(platform: str) -> Profile:
    return replace(profile(2, BOTH, keys=(ASYMMETRIC, KEY)), platform=platform)


@pytest.mark.parametrize(("platform", "event_type"), SENT)
def test_of_every_type_that_is_sent_there_is_an_example(platform: str, event_type: str) -> None:
    endpoint = of(platform)

    body = json.loads(example_body(event_type, "d-1", endpoint, minute(5)))

    assert example_of(endpoint.id) in json.dumps(body)
    if platform == "omega":
        assert body["type"] == event_type


@pytest.mark.parametrize(("platform", "event_type"), SENT)
def test_an_example_is_the_same_for_the_same_moment(platform: str, event_type: str) -> None:
    endpoint = of(platform)

    first = example_body(event_type, "d-1", endpoint, minute(5))

    assert example_body(event_type, "d-1", endpoint, minute(5)) == first


@pytest.mark.parametrize("event_type", OPERATIONAL_TYPES)
def test_the_houses_own_types_have_examples_on_every_platform(event_type: str) -> None:
    body = json.loads(example_body(event_type, "d-1", of("tpstreams"), minute(5)))

    assert (body["type"], body["timestamp"]) == (event_type, "2026-03-01T12:05:00.000Z")
    assert example_type(event_type, of("tpstreams"), "documented") == event_type


def test_headers_name_every_key_and_hide_every_secret() -> None:
    headers = example_headers("d-1", of("tpstreams"), minute(5), minute(9))

    assert headers["webhook-id"] == "d-1"
    assert headers["user-agent"].startswith("Telecine/")
    assert headers["webhook-timestamp"] == str(int(minute(5).timestamp())), "virtual, as is set"
    assert headers["webhook-signature"].split(" ", 1)[0].startswith("v1a,")
    assert (
        ASYMMETRIC.id in headers["webhook-signature"],
        KEY.id in headers["webhook-signature"],
    ) == (
        True,
        True,
    )
    assert headers["x-streams-token"] == headers["x-shop"] == "[redacted]"


def test_without_a_wish_the_example_is_of_a_type_that_the_endpoint_is_sent() -> None:
    assert example_type(None, of("omega"), "documented") == "video.uploaded"
    assert example_type(None, of("omega"), "extended") == "video.uploaded"
    narrow = profile(1, FIRST.model_copy(update={"types": ("video.deleted",)}))
    assert example_type(None, narrow, "documented") == "video.deleted"


@pytest.mark.parametrize("asked", ["video.ready_to_watch", "video.created", "live.completed", "*"])
def test_a_type_that_the_platform_does_not_send_is_refused_with_those_that_it_does(
    asked: str,
) -> None:
    with pytest.raises(
        Refusal, match=r"use one of video.uploaded, .*delivery.exhausted"
    ) as refused:
        example_type(asked, of("omega"), "documented")

    assert refused.value.field == "type"

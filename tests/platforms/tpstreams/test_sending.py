"""A webhook is the bare asset at every change of status, with the endpoint's token in a header."""

import json
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

import pytest

from telecine.platforms import packs
from telecine.platforms.pack import Rendering
from telecine.platforms.tpstreams import PACK
from telecine.platforms.tpstreams.asset import status, told
from telecine.shared.aggregates.endpoint import Profile
from telecine.shared.aggregates.signing_keys import SigningKey
from telecine.shared.aggregates.video import Known, Video
from telecine.shared.events import DOCUMENTED_TYPES, Stamp
from telecine.shared.events.endpoint import Subscription
from telecine.shared.events.video import VideoFact, VideoReadyToWatch
from telecine.shared.log.envelope import Recorded, Trace
from tests.platforms.tpstreams.videos import AT, ID, WISHES, video

#: What the video is after each type, and what it was before.
STEPS = {
    "video.uploaded": ("created", "uploaded"),
    "video.ready_for_processing": ("uploaded", "queued"),
    "video.in_progress": ("queued", "in_progress"),
    "video.completed_processing": ("in_progress", "completed"),
    "video.process_succeeded": ("completed", "succeeded"),
    "video.process_failed": ("in_progress", "failed"),
    "video.ready_to_watch": ("succeeded", "watchable"),
}


def _profile(token_key: str | None) -> Profile:
    subscription = Subscription(url="http://localhost/", types=(), token_key=token_key)
    at, keys = datetime(2026, 1, 1, tzinfo=UTC), (SigningKey("s", "v1"),)
    return Profile("demo", "e", 1, "tpstreams", "r", keys, subscription, at, at)


def _rendering(shown: Known) -> Rendering:
    stamp, trace = Stamp("demo", ID, AT), Trace("c", "c")
    recorded: Recorded[Video, VideoFact] = Recorded(
        "f", VideoReadyToWatch(), stamp, 7, shown, trace, 1, AT
    )
    return Rendering("d", recorded, shown, _profile("t"))


def test_pack_is_found_by_its_name() -> None:
    assert packs()["tpstreams"] is PACK


@pytest.mark.parametrize("fidelity", ["documented", "extended"])
@pytest.mark.parametrize("event_type", DOCUMENTED_TYPES)
def test_a_type_is_sent_if_and_only_if_the_status_changes(
    event_type: str, fidelity: Literal["documented", "extended"]
) -> None:
    # given
    before, after = STEPS.get(event_type, ("watchable", "watchable"))

    # then
    changes = status(video(before)) != status(video(after))
    assert PACK.sends(event_type, fidelity) is changes


def test_body_is_the_asset_itself_in_compact_json() -> None:
    # given
    completed = video("succeeded", wishes=WISHES)

    # when
    body = PACK.render(_rendering(completed))

    # then
    assert json.loads(body) == told(completed)
    assert body.startswith(b'{"id":"9328558d-e0a5-4093-b3b9-8f15ad1550d8","title":"Big Buck Bunny')
    assert body == PACK.render(_rendering(completed))


def test_title_of_any_script_is_sent_as_it_is() -> None:
    body = PACK.render(_rendering(video("queued", title="große Häsin 🐇")))

    assert '"title":"große Häsin 🐇"'.encode() in body


def test_header_carries_the_endpoints_token() -> None:
    assert PACK.headers(_profile("t"), {"t": "abcdef", "s": "whsec_"}) == {
        "x-streams-token": "abcdef"
    }


def test_endpoint_without_a_token_gets_no_header() -> None:
    assert PACK.headers(_profile(None), {"s": "whsec_"}) == {}


def test_token_is_a_secret_in_every_record() -> None:
    assert set(PACK.headers(_profile("t"), {"t": "abcdef"})) <= PACK.secret_headers


def test_endpoints_id_is_a_uuid_of_its_request() -> None:
    # when
    made = PACK.endpoint_id(0, "demo", "r")

    # then
    assert str(UUID(made)) == made
    assert made == PACK.endpoint_id(0, "demo", "r")
    assert PACK.endpoint_id(0, "demo", "r2") != made
    assert PACK.endpoint_id(0, "other", "r") != made
    assert PACK.endpoint_id(1, "demo", "r") != made

"""The asset has every documented field, in the documented order, whatever its video went through."""

from typing import Any

import pytest

from telecine.platforms.tpstreams.asset import Look, asset, detailed, listed, status, told
from telecine.shared.events.video import Media
from tests.platforms.tpstreams.documented import (
    CREATED,
    DETAILED,
    LISTED,
    NEWEST_VIDEO,
    TOLD,
    WEBHOOK_BODY,
)
from tests.platforms.tpstreams.videos import ID, LINK, STATES, WISHES, in_folder, video

NO_WISH = Look(at=1_700_000_000, expiry=None)


def _without_links(sample: dict[str, Any]) -> dict[str, Any]:
    """A sample's host is a customer's; ours does not exist. All else must be equal."""
    links = {"playback_url", "dash_url"}
    kept = {key: value for key, value in sample["video"].items() if key not in links}
    return {**sample, "video": kept}


def _only(keys: dict[str, Any], of: dict[str, Any]) -> dict[str, Any]:
    """The part of an object that a sample shows, in the object's own order."""
    return {
        key: _only(keys[key], value) if isinstance(value, dict) else value
        for key, value in of.items()
        if key in keys
    }


def test_webhook_body_has_the_documented_sample_in_it_key_by_key_and_in_its_order() -> None:
    # given
    sample = WEBHOOK_BODY
    completed = video("watchable", wishes=WISHES)

    # when
    shown = {**told(completed), "bytes": None}  # the sample was taken before its size was known

    # then
    part = _only(sample, shown)
    assert list(part) == list(sample)
    assert list(part["video"]) == list(sample["video"])
    assert _without_links(part) == _without_links(sample)


@pytest.mark.parametrize("state", STATES)
def test_asset_has_the_same_keys_in_the_same_order_in_every_state(state: str) -> None:
    # when
    shown = asset(video(state), {})

    # then
    assert list(shown) == CREATED
    assert list(shown["video"]) == NEWEST_VIDEO


@pytest.mark.parametrize("state", STATES)
def test_lists_and_details_show_the_id_behind_the_video(state: str) -> None:
    assert list(listed(video(state), {})) == LISTED
    assert list(detailed(video(state), {}, NO_WISH)) == DETAILED
    assert list(detailed(video(state), {}, NO_WISH)["video"]) == NEWEST_VIDEO


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ("created", "Not Started"),
        ("uploaded", "Not Started"),
        ("queued", "Queued"),
        ("in_progress", "Transcoding"),
        ("completed", "Transcoding"),
        ("succeeded", "Completed"),
        ("watchable", "Completed"),
        ("failed", "Error"),
    ],
)
def test_every_state_has_its_word(state: str, word: str) -> None:
    assert status(video(state)) == word
    assert asset(video(state), {})["video"]["status"] == word


@pytest.mark.parametrize("state", STATES)
def test_size_and_length_are_null_until_processing_has_succeeded(state: str) -> None:
    # when
    shown = asset(
        video(state, probed=Media(width=9, height=9, duration=9, size=9, entity_tag="")), {}
    )

    # then
    known = state in {"succeeded", "watchable"}
    assert shown["bytes"] == (450881324 if known else None)
    assert shown["video"]["duration"] == (597 if known else None)  # a begun second counts


@pytest.mark.parametrize("state", STATES)
def test_thumbnails_are_null_until_work_is_queued(state: str) -> None:
    waiting = state in {"created", "uploaded"}
    assert asset(video(state), {})["video"]["thumbnails"] == (None if waiting else [])


def test_links_are_there_before_there_is_anything_to_watch() -> None:
    # when
    shown = asset(video("uploaded"), {})["video"]

    # then
    home = f"https://media.tpstreams.example/transcoded/{ID}"
    assert shown["playback_url"] == f"{home}/video.m3u8"
    assert shown["dash_url"] == f"{home}/video.mpd"
    assert shown["output_urls"] == {
        "h264": {"hls_url": f"{home}/video.m3u8", "dash_url": f"{home}/video.mpd"}
    }


def test_wishes_come_back() -> None:
    # given
    wishes = {
        "inputs": [{"url": "https://example.com/other.mp4"}],
        "resolutions": ["1080p", "240p"],
        "content_protection_type": "drm",
        "generate_subtitle": True,
    }

    # when
    shown = asset(video("uploaded", wishes=wishes), {})["video"]

    # then
    assert {key: shown[key] for key in wishes} == wishes
    assert shown["enable_drm"] is True


def test_another_platforms_video_is_shown_with_the_defaults() -> None:
    # given
    foreign = video("watchable", platform="elsewhere", wishes=WISHES | {"resolutions": ["8k"]})

    # when
    shown = asset(foreign, {})

    # then
    assert shown["video"]["resolutions"] == ["240p", "360p", "480p", "720p"]
    assert shown["video"]["content_protection_type"] == "disable"
    assert shown["video"]["enable_drm"] is False
    assert shown["video"]["generate_subtitle"] is False
    assert shown["video"]["inputs"] == [{"url": LINK}]
    assert (shown["parent"], shown["parent_id"]) == (None, None)


@pytest.mark.parametrize(
    ("size", "resolutions"),
    [
        ((3840, 2160), ["240p", "360p", "480p", "720p"]),
        ((1280, 720), ["240p", "360p", "480p", "720p"]),
        ((1280, 719), ["240p", "360p", "480p"]),
        ((360, 640), ["240p", "360p"]),
        ((320, 180), []),
    ],
)
def test_default_resolutions_are_never_above_the_source(
    size: tuple[int, int], resolutions: list[str]
) -> None:
    # given
    source = Media(width=size[0], height=size[1], duration=1, size=1, entity_tag="a")

    # then
    processed = video("watchable", platform="elsewhere", media=source)
    assert asset(processed, {})["video"]["resolutions"] == resolutions
    probed = video("uploaded", platform="elsewhere", link=None, probed=source)
    assert asset(probed, {})["video"]["resolutions"] == resolutions


def test_file_from_elsewhere_has_the_stored_file_as_its_input() -> None:
    shown = asset(video("queued", platform="elsewhere", link=None), {})

    assert shown["video"]["inputs"] == [{"url": f"private/{ID}.mp4"}]


def test_video_without_bytes_has_no_input() -> None:
    assert asset(video("created", platform="elsewhere"), {})["video"]["inputs"] == []


def test_folder_is_shown_as_parent() -> None:
    # when
    shown = asset(in_folder("f-1"), {"f-1": "CAT videos"})

    # then
    assert shown["parent"] == {"title": "CAT videos", "uuid": "f-1"}
    assert shown["parent_id"] == "f-1"


def test_a_folder_that_has_just_gone_is_called_by_its_id() -> None:
    assert asset(in_folder("f-1"), {})["parent"] == {"title": "f-1", "uuid": "f-1"}


def test_webhook_names_the_folder_by_its_id_alone() -> None:
    """Its title may be another one by the time of a retry; no sample of a webhook has it."""
    shown = told(in_folder("f-1"))

    assert list(shown) == TOLD
    assert shown["parent_id"] == "f-1"


def test_nobody_has_watched() -> None:
    # when
    shown = detailed(video("watchable"), {}, NO_WISH)

    # then
    counts = DETAILED[len(LISTED) : -1]
    assert {key: shown[key] for key in counts} == dict.fromkeys(counts, 0)

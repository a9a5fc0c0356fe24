"""Links to a video's files follow the documented pattern."""

import re
from dataclasses import replace

from telecine.platforms.omega.media_urls import (
    listed_thumbnail,
    playback,
    playback_v2,
    storage,
    storage_code,
    thumbnail,
)
from tests.platforms.omega import samples
from tests.platforms.omega.states import CARD, MEDIA, UUID

BASE = f"s3://processed-enterprise-media/{storage_code('demo')}/video/{UUID}"


def test_storage_code_is_eight_hex_digits_of_the_organisation() -> None:
    assert re.fullmatch("[0-9a-f]{8}", storage_code("demo"))
    assert storage_code("demo") == storage_code("demo")
    assert storage_code("demo") != storage_code("other")


def test_playback_has_the_documented_files_in_the_documented_order() -> None:
    # when
    links = playback(CARD, MEDIA.model_copy(update={"width": 1280, "height": 720}))

    # then
    assert list(links) == samples.PLAYBACK_KEYS
    assert links == {
        "hls": f"{BASE}/playlist.m3u8",
        "dash": f"{BASE}/playlist.mpd",
        "audio": f"{BASE}/audio.aac",
        "r_1080p": None,
        "r_720p": f"{BASE}/720p.mp4",
        "r_360p": f"{BASE}/360p.mp4",
        "r_480p": f"{BASE}/480p.mp4",
        "r_240p": f"{BASE}/240p.mp4",
    }


def test_a_film_taken_upright_counts_by_its_shorter_side() -> None:
    links = playback(CARD, MEDIA.model_copy(update={"width": 720, "height": 1280}))

    assert links["r_720p"] is not None
    assert links["r_1080p"] is None


def test_a_small_video_is_never_scaled_up() -> None:
    links = playback(CARD, MEDIA.model_copy(update={"width": 64, "height": 64}))

    assert [links[name] for name in samples.PLAYBACK_KEYS[3:]] == [None] * 5
    assert links["hls"] is not None


def test_playback_v2_is_the_same_files_over_https_with_a_signature_of_their_own() -> None:
    # given
    old, new = playback(CARD, MEDIA), playback_v2(CARD, MEDIA)

    # then
    assert list(new) == samples.PLAYBACK_KEYS
    for name, link in old.items():
        if link is None:
            assert new[name] is None
        else:
            start = f"https://api.omegastream.net/stream/company/{link.removeprefix('s3://')}?s="
            assert re.fullmatch(re.escape(start) + "[0-9a-f]{32}", new[name] or "")
    signatures = [link.rpartition("=")[2] for link in new.values() if link]
    assert len(set(signatures)) == len(signatures)
    assert new == playback_v2(CARD, MEDIA)


def test_thumbnails_differ_between_the_full_video_and_the_list() -> None:
    path = BASE.removeprefix("s3://")
    dashboard = "https://api.omegastream.net/stream/dashboard"

    assert thumbnail(CARD) == f"{BASE}/thumbnail.png"
    assert listed_thumbnail(CARD) == f"{dashboard}/{path}/thumbnail.jpg"


def test_storage_says_more_once_the_source_is_processed() -> None:
    # when
    before, after = storage(CARD, None), storage(CARD, MEDIA)

    # then
    assert list(before) == ["bucket", "raw_bucket", "meta"]
    assert list(after) == samples.STORAGE_KEYS
    key = f"raw-enterprise-media/{storage_code('demo')}/{UUID}.mp4"
    assert after["source"] == {"key": key, "size": MEDIA.size}
    assert after["provider"] == "omega"


def test_another_organisations_files_lie_elsewhere() -> None:
    assert thumbnail(replace(CARD, org="other")) != thumbnail(CARD)

"""An asset's own page has a download, and playback links that expire where they should."""

import pytest

from telecine.platforms.tpstreams.asset import Look, detailed
from tests.platforms.tpstreams.videos import ID, STATES, WISHES, video

NO_WISH = Look(at=1_700_000_000, expiry=None)


@pytest.mark.parametrize("state", STATES)
def test_download_is_there_once_completed_and_saves_under_the_title(state: str) -> None:
    # when
    url = detailed(video(state), {}, NO_WISH)["download_url"]

    # then
    if state not in {"succeeded", "watchable"}:
        assert url is None
        return
    start = f"https://media.tpstreams.example/private/{ID}.mp4?response-content-disposition="
    assert url.startswith(f"{start}attachment%3B+filename%3DBig+Buck+Bunny+Video.mp4&Expires=")
    assert "&Expires=1700003600&Signature=" in url
    assert url.endswith("&Key-Pair-Id=TELECINE")


def test_download_of_a_title_with_a_suffix_gets_no_second_one() -> None:
    url = detailed(video("watchable", title="a.mp4"), {}, NO_WISH)["download_url"]

    assert "filename%3Da.mp4&Expires=" in url


def test_playback_of_an_open_video_never_expires() -> None:
    url = detailed(video("watchable"), {}, NO_WISH)["video"]["playback_url"]

    assert url.endswith("/video.m3u8")


def test_playback_expires_when_that_is_asked_for() -> None:
    url = detailed(video("watchable"), {}, Look(1_700_000_000, 300))["video"]["playback_url"]

    assert "/video.m3u8?Expires=1700000300&Signature=" in url


def test_playback_of_an_aes_video_is_private_and_expires_after_two_minutes() -> None:
    # given
    encrypted = video("watchable", wishes=WISHES | {"content_protection_type": "aes"})

    # when
    shown = detailed(encrypted, {}, NO_WISH)["video"]

    # then
    assert f"/transcoded_private/{ID}/video.m3u8?Expires=1700000120&" in shown["playback_url"]
    assert shown["enable_drm"] is False


def test_another_moment_is_another_signature() -> None:
    # given
    looks = [Look(at, 60) for at in (1, 1, 2)]

    # when
    urls = [detailed(video("watchable"), {}, look)["video"]["playback_url"] for look in looks]

    # then
    signatures = [url.partition("&Signature=")[2] for url in urls]
    assert signatures[0] == signatures[1]
    assert signatures[0] != signatures[2]

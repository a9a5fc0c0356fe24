"""A video without a title is named after the file behind its link."""

import pytest

from telecine.platforms.tpstreams.video_body import VideoBody


def _name(url: str, **more: str) -> str:
    body = {"inputs": [{"url": url}], "resolutions": ["240p"], **more}
    return VideoBody.model_validate(body).name()


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://static.testpress.in/BigBuckBunny.mp4", "BigBuckBunny.mp4"),
        ("https://example.com/a/b%20c.mp4?token=1#t", "b c.mp4"),
        ("https://example.com/h%C3%A4sin.mp4", "häsin.mp4"),
        ("https://example.com/a%0Ab.mp4", "a%0Ab.mp4"),
        ("https://example.com/a%00.mp4", "a%00.mp4"),
        ("https://example.com/videos/", "example.com"),
        ("https://example.com:8080", "example.com:8080"),
        (f"https://example.com/{'a' * 200}", "a" * 128),
    ],
)
def test_title_defaults_to_the_links_file_name(url: str, name: str) -> None:
    assert _name(url) == name


def test_given_title_wins_without_the_space_around_it() -> None:
    assert _name("https://example.com/a.mp4", title=" Big Buck Bunny ") == "Big Buck Bunny"


def test_longest_title_is_taken() -> None:
    assert _name("https://example.com/a.mp4", title="a" * 128) == "a" * 128

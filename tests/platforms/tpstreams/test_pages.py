"""Pages have the framework's envelope, and links that lead to each neighbour and no further."""

import pytest

from telecine.platforms.tpstreams.answers import Invalid
from telecine.platforms.tpstreams.pages import Window, page, window

URL = "https://app.tpstreams.com/api/v1/dcek2m/assets/"


def test_documented_link_to_the_next_page() -> None:
    # when
    shown = page(URL, Window(50, 0), 51, [])

    # then
    assert list(shown) == ["count", "next", "previous", "results"]
    assert shown["next"] == f"{URL}?limit=50&offset=50"
    assert shown["previous"] is None


@pytest.mark.parametrize(
    ("shown", "total", "following", "previous"),
    [
        (Window(2, 0), 0, None, None),
        (Window(2, 0), 2, None, None),
        (Window(2, 0), 3, "?limit=2&offset=2", None),
        (Window(2, 2), 5, "?limit=2&offset=4", "?limit=2"),
        (Window(2, 1), 3, None, "?limit=2"),
        (Window(2, 3), 5, None, "?limit=2&offset=1"),
        (Window(2, 9), 5, None, "?limit=2&offset=7"),
    ],
)
def test_links_lead_to_the_neighbours(
    shown: Window, total: int, following: str | None, previous: str | None
) -> None:
    # when
    envelope = page(URL, shown, total, [])

    # then
    assert envelope["next"] == (URL + following if following else None)
    assert envelope["previous"] == (URL + previous if previous else None)


def test_links_keep_the_other_parameters() -> None:
    shown = page(f"{URL}?parent=a%20b&offset=2&limit=1&x=", Window(1, 2), 9, [])

    assert shown["next"] == f"{URL}?limit=1&offset=3&parent=a+b&x="


def test_links_stand_whatever_the_host_header_says() -> None:
    shown = page("http://[bad/api/v1/demo/assets/", Window(1, 0), 2, [])

    assert shown["next"] == "http://[bad/api/v1/demo/assets/?limit=1&offset=1"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, Window(50, 0)),
        ({"limit": "1", "offset": "0"}, Window(1, 0)),
        ({"limit": "500", "offset": "2147483647"}, Window(500, 2147483647)),
    ],
)
def test_window_is_what_was_asked_for(query: dict[str, str], expected: Window) -> None:
    assert window(query) == expected


@pytest.mark.parametrize(
    ("query", "field", "said"),
    [
        ({"limit": ""}, "limit", "A valid integer is required."),
        ({"limit": "ten"}, "limit", "A valid integer is required."),
        ({"limit": "1.5"}, "limit", "A valid integer is required."),
        ({"limit": "\u0661"}, "limit", "A valid integer is required."),
        ({"limit": "9" * 5000}, "limit", "A valid integer is required."),
        ({"limit": "0"}, "limit", "Ensure this value is greater than or equal to 1."),
        ({"limit": "501"}, "limit", "Ensure this value is less than or equal to 500."),
        ({"offset": "-1"}, "offset", "Ensure this value is greater than or equal to 0."),
        (
            {"offset": "2147483648"},
            "offset",
            "Ensure this value is less than or equal to 2147483647.",
        ),
    ],
)
def test_bad_window_is_refused_by_name(query: dict[str, str], field: str, said: str) -> None:
    assert window(query) == Invalid({field: [said]})

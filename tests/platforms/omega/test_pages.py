"""Pages of videos: what may be asked, and the documented envelope."""

import pytest

from telecine.platforms.omega.pages import Wanted, envelope, wanted
from telecine.shared.errors import Refusal
from tests.platforms.omega import samples


def refused(query: dict[str, str]) -> str:
    with pytest.raises(Refusal) as caught:
        wanted(query)
    assert caught.value.code == "invalid"
    return f"{caught.value.field}: {caught.value.message}"


def test_without_a_query_it_is_the_first_ten_of_every_state() -> None:
    assert wanted({}) == Wanted(kinds=(), collection=None, page=1, limit=10)


def test_a_page_starts_behind_those_before_it() -> None:
    assert wanted({"page": "3", "limit": "20"}).offset == 40


@pytest.mark.parametrize(
    ("status", "kinds"),
    [
        ("ready-to-upload", {"created"}),
        ("uploaded", {"uploaded"}),
        ("in-progress", {"queued", "in_progress", "completed"}),
        ("process-completed", {"succeeded", "watchable"}),
        ("process-failed", {"failed"}),
    ],
)
def test_a_status_asks_for_its_states(status: str, kinds: set[str]) -> None:
    assert set(wanted({"status": status}).kinds) == kinds


@pytest.mark.parametrize("status", ["done", "Uploaded", "created", "", "deleted"])
def test_an_unknown_status_is_refused_with_those_that_are_known(status: str) -> None:
    assert refused({"status": status}) == (
        "status: is not a video's status; known are ready-to-upload, uploaded, in-progress, "
        "process-completed, process-failed"
    )


@pytest.mark.parametrize("name", ["page", "limit"])
@pytest.mark.parametrize(
    "text", ["0", "-1", "1.5", "abc", "", " 1", "+1", "1_0", "٣", "1e3", "9" * 30]
)
def test_a_page_or_limit_that_is_no_whole_number_from_1_is_refused(name: str, text: str) -> None:
    assert refused({name: text}) == f"{name}: must be a whole number from 1 to 999999999"


def test_a_limit_over_100_is_answered_with_100_and_the_envelope_says_so() -> None:
    # when
    asked = wanted({"limit": "101"})

    # then
    assert asked.limit == 100
    assert envelope([], 0, asked)["per_page"] == 100
    assert wanted({"limit": "99"}).limit == 99


def test_an_empty_collection_asks_for_all() -> None:
    assert wanted({"collection": ""}).collection is None
    assert wanted({"collection": "63fc"}).collection == "63fc"


def test_a_collection_that_no_video_can_have_is_refused() -> None:
    assert refused({"collection": "\x00"}).startswith("collection: has a control character")
    assert refused({"collection": "c" * 129}).endswith("shorten it to 128")


def test_the_envelope_has_the_samples_keys_in_their_order() -> None:
    # when
    page = envelope(samples.PAGE["data"], 2, wanted({}))

    # then
    assert list(page) == list(samples.PAGE)
    assert page == samples.PAGE


@pytest.mark.parametrize(
    ("page", "total", "prev", "following", "pages"),
    [
        (1, 0, 0, 0, 0),
        (1, 10, 0, 0, 1),
        (1, 11, 0, 2, 2),
        (2, 11, 1, 0, 2),
        (2, 35, 1, 3, 4),
        (9, 35, 4, 0, 4),
        (2, 0, 0, 0, 0),
    ],
)
def test_prev_and_next_are_pages_that_exist_or_0(
    page: int, total: int, prev: int, following: int, pages: int
) -> None:
    # when
    found = envelope([], total, wanted({"page": str(page)}))

    # then
    assert (found["prev"], found["next"], found["total_page"]) == (prev, following, pages)
    assert (found["page"], found["total"]) == (page, total)

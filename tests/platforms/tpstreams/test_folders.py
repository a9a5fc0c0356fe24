"""Folders have no API yet, but the folder that an asset was created in can be asked for."""

from datetime import UTC, datetime
from typing import Any

import pytest

from telecine.platforms.house import House
from telecine.platforms.tpstreams.answers import Invalid
from telecine.platforms.tpstreams.folders import Place, place, videos_in
from telecine.platforms.tpstreams.pages import Window
from telecine.shared.contracts import Request
from telecine.shared.contracts.ingest import ListVideos, VideoPage
from telecine.shared.video import Known
from tests.platforms.tpstreams.videos import in_folder, named, video


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, Place(None, None)),
        ({"parent": "4qA6HUN3F7Z"}, Place("4qA6HUN3F7Z", None)),
        ({"parent": ""}, Place(None, None)),
        ({"has_parent": "false"}, Place(None, False)),
        ({"has_parent": "True"}, Place(None, True)),
        ({"has_parent": "0"}, Place(None, False)),
    ],
)
def test_place_is_what_was_asked_for(query: dict[str, str], expected: Place) -> None:
    assert place(query) == expected


@pytest.mark.parametrize("text", ["", "maybe", "null"])
def test_bad_truth_value_is_refused_by_name(text: str) -> None:
    assert place({"has_parent": text}) == Invalid({"has_parent": ["Must be a valid boolean."]})


@pytest.mark.parametrize(
    ("where", "held"),
    [
        (Place("a", None), ["a"]),
        (Place("c", None), []),
        (Place(None, True), ["a", "b"]),
        (Place(None, False), [None]),
        (Place("a", False), []),
        (Place("a", True), ["a"]),
    ],
)
def test_place_holds_its_assets_and_no_others(where: Place, held: list[str | None]) -> None:
    assert [folder for folder in ("a", "b", None) if where.holds(folder)] == held


def _house(videos: list[Known]) -> House:
    """Ingest as its contract has it: pages of at most 500, and the total."""

    async def call(request: Request[Any]) -> Any:
        assert isinstance(request, ListVideos)
        shown = videos[request.offset : request.offset + request.limit]
        return VideoPage(videos=shown, total=len(videos))

    def now() -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    return House(call, now, {}, "on", "documented", 0)


async def test_assets_in_a_folder_are_found_behind_the_first_page_of_ingest() -> None:
    # given
    house = _house([*(named(number) for number in range(1001)), in_folder("a")])

    # when
    found, total = await videos_in(house, "demo", Place("a", None), Window(50, 0))

    # then
    assert ([each.card.wishes["folder"] for each in found], total) == (["a"], 1)


async def test_window_is_cut_from_the_folder() -> None:
    # given
    house = _house([in_folder("a"), *(named(number) for number in range(3)), in_folder("a")])

    # when
    found, total = await videos_in(house, "demo", Place(None, False), Window(2, 1))

    # then
    assert ([each.card.id for each in found], total) == ([named(1).card.id, named(2).card.id], 3)


async def test_another_platforms_videos_lie_in_no_folder() -> None:
    # given
    foreign = video("watchable", platform="elsewhere", wishes={"folder": "a"})
    house = _house([foreign])

    # then
    assert await videos_in(house, "demo", Place("a", None), Window(50, 0)) == ([], 0)
    assert (await videos_in(house, "demo", Place(None, False), Window(50, 0)))[1] == 1

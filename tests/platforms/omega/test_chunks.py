"""The documented rules for chunks of the first tus entrance, at each of their edges; and its metadata."""

import pytest

from telecine.platforms.omega.upload_door_v1 import chunk_problem, wanted
from telecine.platforms.pack import Chunk
from telecine.shared.errors import Refusal

UNIT, LEAST, MOST = 256 * 1024, 5_242_880, 209_715_200
HUGE = 10**12


@pytest.mark.parametrize(
    ("length", "status"),
    [
        (1, 400),
        (LEAST - UNIT, 400),
        (LEAST - 1, 400),
        (LEAST, None),
        (LEAST + 1, 400),
        (LEAST + UNIT, None),
        (52_428_800, None),
        (MOST - 1, 400),
        (MOST, None),
        (MOST + UNIT, 413),
    ],
)
def test_a_chunk_that_is_not_the_last_has_a_size_that_is_allowed(
    length: int, status: int | None
) -> None:
    for size in (HUGE, None):
        problem = chunk_problem(Chunk(length, 0, size))

        assert (problem[0] if problem else None) == status
        assert problem is None or str(length) in problem[1]


@pytest.mark.parametrize("length", [1, LEAST - 1, LEAST + 1, MOST - 1, MOST])
def test_the_last_chunk_and_the_only_one_may_have_any_size_up_to_the_largest(length: int) -> None:
    assert chunk_problem(Chunk(length, 0, length)) is None
    assert chunk_problem(Chunk(length, 10 * UNIT, 10 * UNIT + length)) is None


def test_even_the_last_chunk_is_not_larger_than_the_largest() -> None:
    problem = chunk_problem(Chunk(MOST + 1, 0, MOST + 1))

    assert problem == (413, "a chunk of 209715201 bytes is too large; send at most 209715200")


@pytest.mark.parametrize(
    ("metadata", "title"),
    [
        ({"title": "A day at sea", "filename": "sea.mp4"}, "A day at sea"),
        ({"filename": "sea.mp4"}, "sea.mp4"),
        ({"title": "", "fileName": "sea.mp4"}, "sea.mp4"),
        ({"filename": "s" * 200}, "s" * 128),
        ({}, "untitled"),
    ],
)
def test_a_video_without_a_title_is_called_as_its_file(
    metadata: dict[str, str], title: str
) -> None:
    assert wanted(metadata).title == title


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({"title": "t" * 129}, "title: has 129 characters"),
        ({"title": "  "}, "title: is empty"),
        ({"collection": "c\x00"}, "collection: has a control character"),
    ],
)
def test_metadata_that_makes_no_video_is_refused_by_name(
    metadata: dict[str, str], said: str
) -> None:
    with pytest.raises(Refusal, match=said):
        wanted(metadata)

"""What an endpoint's list of types means, with and without wildcards."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecine.shared.aggregates.event_types import (
    MAX_TYPES,
    OPERATIONAL_TYPES,
    after_platforms_update,
    expanded,
    problem,
    wanted,
)
from telecine.shared.events import DOCUMENTED_TYPES

KNOWN = (*DOCUMENTED_TYPES, "live.completed")
lists = st.lists(
    st.sampled_from([*KNOWN, *OPERATIONAL_TYPES, "*", "video.*", "delivery.*"]), unique=True
)


@pytest.mark.parametrize(
    ("types", "event_type", "means_it"),
    [
        (["video.uploaded"], "video.uploaded", True),
        (["video.uploaded"], "video.deleted", False),
        (["video.*"], "video.deleted", True),
        (["video.*"], "live.completed", False),
        (["*"], "live.completed", True),
        (["*"], "endpoint.disabled", False),
        (["*", "endpoint.*"], "endpoint.disabled", True),
        (["endpoint.*"], "delivery.failing", False),
        (["delivery.exhausted"], "delivery.exhausted", True),
        ([], "video.uploaded", False),
    ],
)
def test_a_list_means_what_it_names(types: list[str], event_type: str, means_it: bool) -> None:
    assert wanted(types, event_type) is means_it


@pytest.mark.parametrize(
    ("types", "said"),
    [
        ([], "is empty"),
        (["video.uploaded", "video.uploaded"], "more than once"),
        (["video.lost"], "no type 'video.lost'"),
        (["video"], "no type 'video'"),
        (["job.*"], "no type 'job.*'"),
        (["endpoint.created"], "no type 'endpoint.created'"),
        (["**"], "no type '**'"),
        ([""], "no type ''"),
        (["", ""], "more than once"),
        ([str(number) for number in range(MAX_TYPES + 1)], "has 65 types"),
        ([str(number) for number in range(30_000)], "has 30000 types"),
    ],
)
def test_what_is_wrong_with_a_list_is_said_with_what_is_known(types: list[str], said: str) -> None:
    found = problem(types, KNOWN)

    assert found is not None
    assert said in found


@pytest.mark.parametrize(
    "types", [["*"], ["video.*", "endpoint.*"], ["live.completed", "delivery.failing"]]
)
def test_nothing_is_wrong_with_names_and_patterns_of_what_is_known(types: list[str]) -> None:
    assert problem(types, KNOWN) is None


@given(types=lists)
def test_a_platform_is_shown_exactly_the_types_that_are_meant(types: list[str]) -> None:
    shown = expanded(types, KNOWN)

    assert len(set(shown)) == len(shown)
    assert set(shown) == {each for each in KNOWN if wanted(types, each)}


@given(types=lists)
def test_sending_back_what_the_platform_showed_changes_nothing(types: list[str]) -> None:
    assert after_platforms_update(types, expanded(types, KNOWN), KNOWN) == tuple(types)


@given(before=lists, asked=st.lists(st.sampled_from(KNOWN), min_size=1, unique=True))
def test_an_update_through_the_platform_sets_its_types_and_keeps_the_operational_ones(
    before: list[str], asked: list[str]
) -> None:
    after = after_platforms_update(before, asked, KNOWN)

    assert {each for each in KNOWN if wanted(after, each)} == set(asked)
    for each in OPERATIONAL_TYPES:
        assert wanted(after, each) == wanted(before, each)

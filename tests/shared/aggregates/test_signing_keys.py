"""Which keys sign an endpoint's webhooks, and for how long."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecine.shared.aggregates.signing_keys import MOST_OLD, Keys, SigningKey, rotated
from tests.shared.endpoints import ASYMMETRIC, FIRST, KEY, ROTATED, SETTINGS, profile
from tests.shared.videos import minute

BOTH = FIRST.model_copy(update={"settings": SETTINGS})


def ids(keys: Keys) -> list[str]:
    return [key.id for key in keys]


def test_the_old_key_signs_along_until_its_moment() -> None:
    found = profile(2, keys=rotated((KEY,), ROTATED, minute(60)))

    before = minute(60) - timedelta(microseconds=1)

    assert ids(found.keys_at(before)) == [ROTATED.id, KEY.id]
    assert ids(found.keys_at(minute(60))) == [ROTATED.id]
    assert found.signing_key == ROTATED.id


def test_without_overlap_the_old_key_signs_nothing_more() -> None:
    found = profile(2, keys=rotated((KEY,), ROTATED, minute(5)))

    assert ids(found.keys_at(minute(5))) == [ROTATED.id]


def test_who_ends_the_last_key_at_once_ends_those_before_it_too() -> None:
    twice = rotated(rotated((KEY,), ROTATED, minute(60)), SigningKey("third", "v1"), minute(5))

    assert ids(profile(3, keys=twice).keys_at(minute(5))) == ["third"]


def test_rotation_of_one_kind_leaves_the_other_alone() -> None:
    keys = rotated((ASYMMETRIC, KEY), ROTATED, minute(60))

    assert ASYMMETRIC in keys
    assert profile(2, keys=keys).current("v1a") == ASYMMETRIC


@pytest.mark.parametrize(
    ("kinds", "signing"),
    [(("v1",), [KEY.id]), (("v1a",), [ASYMMETRIC.id]), (("v1", "v1a"), [ASYMMETRIC.id, KEY.id])],
)
def test_only_kinds_that_are_wanted_sign(kinds: tuple[str, ...], signing: list[str]) -> None:
    settings = SETTINGS.model_copy(update={"signatures": kinds})
    wanting = BOTH.model_copy(update={"settings": settings})

    found = profile(2, wanting, keys=(ASYMMETRIC, KEY))

    assert ids(found.keys_at(minute(2))) == signing


@given(overlaps=st.lists(st.integers(0, 100), max_size=2 * MOST_OLD))
def test_however_often_it_is_rotated_few_keys_stay_and_older_ones_end_no_later(
    overlaps: list[int],
) -> None:
    keys: Keys = (KEY,)
    for number, overlap in enumerate(overlaps):
        keys = rotated(keys, SigningKey(f"key-{number}", "v1"), minute(number + overlap))

    ends = [key.until for key in keys[1:]]
    assert len(keys) == min(len(overlaps), MOST_OLD) + 1
    assert keys[0].until is None
    assert all(newer >= older for newer, older in pairwise(end for end in ends if end))

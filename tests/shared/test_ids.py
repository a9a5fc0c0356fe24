"""Ids and chance belong to what they are made of, and to nothing else."""

import uuid
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from telecine.shared.ids import hex_of, object_id, uuid_of
from telecine.shared.randomness import rng

# The separator between the parts is a control character that no key over HTTP can hold.
words = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=20)
parts = st.lists(words | st.integers(), min_size=1, max_size=4)
moments = st.datetimes(
    datetime(1970, 1, 1), datetime(2106, 2, 7), timezones=st.just(UTC)
)  # what four bytes of Unix seconds can hold


@given(parts=parts)
@settings(deadline=None)
def test_same_parts_give_the_same_ids_of_their_shape(parts: list[object]) -> None:
    found = uuid.UUID(uuid_of(*parts))

    assert (found.version, str(found)) == (4, uuid_of(*parts))
    assert hex_of(*parts) == hex_of(*parts)
    assert len(bytes.fromhex(hex_of(*parts))) == 16


@given(one=st.lists(words, min_size=1, max_size=4), other=st.lists(words, min_size=1, max_size=4))
@settings(deadline=None)
def test_other_parts_give_other_ids(one: list[str], other: list[str]) -> None:
    assert (uuid_of(*one) == uuid_of(*other)) == (one == other)
    assert (hex_of(*one) == hex_of(*other)) == (one == other)


def test_parts_keep_their_borders() -> None:
    ids = {hex_of("ab", "c"), hex_of("a", "bc"), hex_of("abc"), hex_of("abc", "")}

    assert len(ids) == 4


@given(at=moments, parts=parts)
@settings(deadline=None)
def test_object_id_begins_with_its_unix_seconds(at: datetime, parts: list[object]) -> None:
    found = object_id(at, *parts)

    assert len(bytes.fromhex(found)) == 12
    assert found == found.lower()
    assert datetime.fromtimestamp(int(found[:8], 16), UTC) == at.replace(microsecond=0)


def test_object_ids_of_one_second_differ_by_their_parts() -> None:
    at = datetime(2022, 8, 31, 18, 46, 32, tzinfo=UTC)

    one, other = object_id(at, "event", "a"), object_id(at, "event", "b")

    assert one[:8] == other[:8] == "630fac88"
    assert one[8:] != other[8:]
    assert object_id(at + timedelta(seconds=1), "event", "a")[8:] == one[8:]


def test_ids_and_chance_are_the_same_in_every_release() -> None:
    """Users' logs and scenarios hold them; another id for the same key would be another thing."""
    at = datetime(2022, 8, 31, 18, 46, 32, tzinfo=UTC)

    assert uuid_of(0, "demo", "video", "key") == "58d931b6-dd37-4a53-a91e-d982244f975a"
    assert hex_of("a", "b") == "f04cdced9736a69da6103f08a4daaf8c"
    assert object_id(at, "event", "a") == "630fac88eadb494b5cef51a2"
    assert rng(0, "v1", "waits").random() == 0.35447663207623736


@given(seed=st.integers(), name=words, purpose=words)
@settings(deadline=None)
def test_same_stream_of_chance_gives_the_same_numbers(seed: int, name: str, purpose: str) -> None:
    one, other = rng(seed, name, purpose), rng(seed, name, purpose)

    assert [one.random() for _ in range(5)] == [other.random() for _ in range(5)]


def test_each_seed_aggregate_and_purpose_has_a_stream_of_its_own() -> None:
    streams = [rng(*arguments) for arguments in [(0, "a", "x"), (1, "a", "x"), (0, "b", "x")]]
    streams += [rng(0, "a", "y"), rng(0, "ax", ""), rng(0, "", "ax")]

    assert len({stream.random() for stream in streams}) == 6


def test_drawing_from_one_stream_does_not_disturb_another() -> None:
    undisturbed = rng(0, "a", "x").random()
    one, other = rng(0, "a", "x"), rng(0, "a", "y")

    other.random()

    assert one.random() == undisturbed

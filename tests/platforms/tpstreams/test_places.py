"""Which place a list of assets is asked for."""

import pytest

from telecine.platforms.tpstreams.answers import Invalid
from telecine.platforms.tpstreams.places import Place, place


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

"""A folder's id and its short form: each follows from the other, without asking anybody."""

import uuid

from hypothesis import given
from hypothesis import strategies as st

from telecine.shared.aggregates.folder import folder_id, long_id, short_id


@given(st.integers(), st.text(), st.text())
def test_a_folders_id_is_a_uuid_that_its_first_24_digits_tell(
    seed: int, org: str, key: str
) -> None:
    made = folder_id(seed, org, key)

    assert str(uuid.UUID(made)) == made
    assert made.replace("-", "").startswith(short_id(made))
    assert len(short_id(made)) == 24
    assert long_id(short_id(made)) == made


def test_the_same_request_has_the_same_folder_and_no_other_has_it() -> None:
    ids = {folder_id(seed, org, key) for seed in (0, 1) for org in "ab" for key in "xy"}

    assert len(ids) == 8
    assert folder_id(0, "a", "x") == folder_id(0, "a", "x")

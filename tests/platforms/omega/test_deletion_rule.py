"""When Omega lets a video be deleted: in each state, and around the four hours of a failed one."""

from datetime import timedelta

import pytest

from telecine.platforms.omega.deletion_rule import may_delete
from tests.platforms.omega.states import LATER, every_state

MAY = {"succeeded", "watchable"}


@pytest.mark.parametrize("kind", every_state())
def test_a_video_may_be_deleted_once_it_is_processed(kind: str) -> None:
    why = may_delete(every_state()[kind], LATER)

    assert (why is None) == (kind in MAY)
    assert why is None or "4 hours" in why


@pytest.mark.parametrize(
    ("after", "may"),
    [
        (timedelta(0), False),
        (timedelta(hours=4), False),
        (timedelta(hours=4, microseconds=1), True),
        (timedelta(days=400), True),
    ],
)
def test_a_failed_video_may_be_deleted_after_more_than_four_hours(
    after: timedelta, may: bool
) -> None:
    why = may_delete(every_state()["failed"], LATER + after)

    assert (why is None) == may
    assert why is None or why.endswith("delete it after 2022-09-15T14:13:22Z")

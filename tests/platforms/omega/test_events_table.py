"""Which of Omega's events leave the house."""

import pytest

from telecine.platforms.omega.events_table import EVENT_KINDS, EVENT_TYPES, sends
from telecine.shared.events import DOCUMENTED_TYPES

SENT_AS_DOCUMENTED = {
    "video.process_failed",
    "video.process_succeeded",
    "video.deleted",
    "video.failed_to_delete",
    "video.deletion_reverted",
    "video.uploaded",
}


def test_the_table_holds_exactly_the_ten_documented_types_once_each() -> None:
    assert sorted(EVENT_TYPES) == sorted(DOCUMENTED_TYPES)
    assert len(EVENT_KINDS) == 10


@pytest.mark.parametrize("event_type", DOCUMENTED_TYPES)
def test_documented_fidelity_sends_the_six_live_types_only(event_type: str) -> None:
    assert sends(event_type, "documented") == (event_type in SENT_AS_DOCUMENTED)


@pytest.mark.parametrize("event_type", DOCUMENTED_TYPES)
def test_extended_fidelity_sends_all_ten(event_type: str) -> None:
    assert sends(event_type, "extended")


@pytest.mark.parametrize("event_type", ["video.created", "endpoint.created", ""])
def test_a_type_that_omega_does_not_document_is_never_sent(event_type: str) -> None:
    assert not sends(event_type, "documented")
    assert not sends(event_type, "extended")

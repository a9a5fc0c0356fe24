"""Where a replay goes on is kept as text, and read by whoever goes on."""

import pytest

from telecine.shared.errors import BrokenLog
from telecine.subscriptions.replay_cursor import LOGS, Cursor, InLogs, InRecords, parse

CURSORS: list[Cursor] = [
    InLogs(0, 0, (7, 0, 3)),
    InLogs(2, 3, (7, 0, 3)),
    InRecords(0, None),
    InRecords(1, "12_69a42a7c3742c8e4747f7b04"),
    InRecords(2, None),
]


@pytest.mark.parametrize("cursor", CURSORS, ids=lambda each: each.text)
def test_what_is_kept_is_read(cursor: Cursor) -> None:
    assert parse(cursor.text) == cursor


def test_a_replay_reads_each_log_to_where_it_was_and_not_further() -> None:
    cursor = InLogs(0, 0, (7, 0, 3))

    behind_a_page = cursor.read(5)
    behind_a_log = behind_a_page.read(9)

    assert (behind_a_page.log, behind_a_page.after) == (0, 5)
    assert (behind_a_log.log, behind_a_log.after) == (1, 0)
    assert cursor.read(None) == InLogs(1, 0, (7, 0, 3))
    assert InLogs(len(LOGS) - 1, 0, (7, 0, 3)).read(3).is_at_end
    assert parse(InLogs(len(LOGS), 0, (7, 0, 3)).text).is_at_end


def test_a_recovery_looks_for_one_state_behind_the_other() -> None:
    assert InRecords(0, None).read("12_a") == InRecords(0, "12_a")
    assert InRecords(0, "12_a").read(None) == InRecords(1, None)
    assert InRecords(1, None).read(None).is_at_end


@pytest.mark.parametrize("text", ["", "log:sea 1 of 2,3,4", "log:video x of 1", "records:lost"])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(BrokenLog):
        parse(text)

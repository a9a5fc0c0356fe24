"""Sabotage of the attempt log: reading it, and what is deleted of it."""

from tests.sabotage.act import Edit, act

DELIVERY = "services/telecine/delivery"
SEARCH = "delivery/test_searching.py"

ACTS = [
    act(
        "cursors-count-rows",
        "a cursor goes on at the place where it was, whatever is added meanwhile",
        Edit(
            f"{DELIVERY}/searching.py",
            "        found = await walked(self._database, walk, behind, query.limit, most=self._most)\n",
            "        skipped = behind[0] if behind else 0\n"
            "        most = query.limit + skipped\n"
            "        found = await walked(self._database, walk, None, most, most=self._most)\n"
            "        found = type(found)(found.rows[skipped:], found.behind and (most,))\n",
        ),
        tests=f"{SEARCH}::test_a_cursor_goes_on_where_it_was_whatever_is_added[sqlite]",
    ),
    act(
        "retention-takes-what-waits",
        "what waits to be sent is never deleted",
        Edit(
            f"{DELIVERY}/retention.py",
            "        if each.state in ENDED\n        and not is_young",
            "        if not is_young",
        ),
        Edit(
            f"{DELIVERY}/retention.py",
            ".where(col(DeliveryRow.id).in_(ids), col(DeliveryRow.state).in_(ENDED))",
            ".where(col(DeliveryRow.id).in_(ids))",
        ),
        tests="delivery/test_retention.py::test_what_waits_is_never_deleted[sqlite-bounds0]",
    ),
    act(
        "retention-looks-once",
        "what was attempted a moment ago is not deleted, also if retention had looked before that",
        Edit(
            f"{DELIVERY}/retention.py",
            "                going = removable(await _candidates(connection, going), wall, **bound)\n",
            "",
        ),
        tests="delivery/test_retention.py::"
        "test_what_was_attempted_while_retention_looked_stays[sqlite-next-bounds0]",
    ),
    act(
        "resends-are-not-asked-for-their-cause",
        "a resend that two workers make counts once",
        Edit(
            f"{DELIVERY}/records.py",
            "            made = await _made(connection, causes)\n",
            "            made = await _made(connection, [])\n",
        ),
        tests=(
            "delivery/test_chain_records.py::"
            "test_of_the_same_resend_by_two_workers_one_counts[sqlite-the-next]",
            "delivery/test_guard.py::test_of_two_workers_with_the_same_resend_one_attempt_counts",
        ),
    ),
    act(
        "replays-go-before-what-is-live",
        "what a replay brings keeps nothing live waiting",
        Edit(
            f"{DELIVERY}/fetching.py",
            '    return [*fetched_at(endpoint_id), col(DeliveryRow.reason) != "replay"]\n',
            "    return fetched_at(endpoint_id)\n",
        ),
        tests="delivery/test_wishes.py::test_what_is_live_goes_before_what_is_sent_again[missed]",
    ),
    act(
        "wishes-are-forgotten-too-early",
        "a wish waits until its attempt is on record",
        Edit(
            f"{DELIVERY}/resending.py",
            "            state = job.state\n",
            "            await self._wishes.done(wish.id)\n            state = job.state\n",
        ),
        tests="end_to_end/test_crash_points.py::test_a_crash_of_a_resend_makes_its_attempt_once_"
        "and_keeps_the_schedule[before_resend_recorded-stops]",
    ),
    act(
        "wishes-are-not-reminded-of",
        "a wish whose timer nobody lived to set has it set when it comes again",
        Edit(
            f"{DELIVERY}/wishes.py",
            "        if not new:\n",
            "        if not armed and not new and False:\n",
        ),
        tests="delivery/test_line.py::test_a_wish_waits_once_under_its_endpoints_one_timer[sqlite]",
    ),
]

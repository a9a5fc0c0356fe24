"""Sabotage of the fan-out: its order, and that one copy does it."""

from tests.sabotage.act import Edit, act

SUBSCRIPTIONS = "services/telecine/subscriptions"

ACTS = [
    act(
        "fan-out-forgets-the-predecessor",
        "a delivery in a chain names the one before it",
        Edit(
            f"{SUBSCRIPTIONS}/owing.py",
            "outgoing(replace(each.owed, predecessor=before[each.owed.delivery_id]), each.trace)\n",
            "outgoing(replace(each.owed, predecessor=None), each.trace)\n",
        ),
        tests="subscriptions/test_fan_out.py::test_each_delivery_names_the_one_before_it[sqlite]",
    ),
    act(
        "late-copy-links-on",
        "a copy that was followed by another gives no more places",
        Edit(
            f"{SUBSCRIPTIONS}/reigns.py",
            "            if found != self._holder:\n",
            "            if False:\n",
        ),
        tests="subscriptions/test_chains.py::"
        "test_who_was_followed_by_another_may_link_no_more[sqlite]",
    ),
    act(
        "fan-out-begins-where-the-server-goes-on",
        "what a copy held that was killed is matched before what came later",
        Edit(
            "shared/telecine/shared/wire/in_order.py",
            "        self._expected = await self._bus.rewind(self._stream, durable)\n",
            "        self._expected = 0\n",
        ),
        Edit(
            "shared/telecine/shared/wire/in_order.py",
            "        if position == self._expected or (position > self._expected and not self._whole):\n",
            "        if True:\n",
        ),
        tests="shared/wire/test_in_order.py::test_what_a_dead_user_held_comes_before_what_is_younger",
    ),
    act(
        "recovery-forgets-what-it-found",
        "a recovery goes on where it was, whoever worked on it before",
        Edit(
            f"{SUBSCRIPTIONS}/replaying.py",
            "            pending=json.dumps(page.pending),\n",
            '            pending="[]",\n',
        ),
        tests="end_to_end/test_replays.py::test_what_has_failed_since_is_sent_again_once",
    ),
    act(
        "replay-forgets-its-cursor",
        "a replay reads each page once",
        Edit(
            f"{SUBSCRIPTIONS}/replay_cursor.py",
            "            return replace(self, log=self.log + 1, after=0)\n",
            "            return self if self.log else replace(self, log=1, after=0)\n",
        ),
        tests="subscriptions/test_replay_cursor.py::"
        "test_a_replay_reads_each_log_to_where_it_was_and_not_further",
    ),
]

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
            f"{SUBSCRIPTIONS}/chains.py",
            "            await self._expect_ours(connection)\n",
            "",
        ),
        tests="subscriptions/test_chains.py::"
        "test_who_was_followed_by_another_may_link_no_more[sqlite]",
    ),
    act(
        "fan-out-begins-where-the-server-goes-on",
        "what a copy held that was killed is matched before what came later",
        Edit(
            "shared/telecine/shared/in_order.py",
            "        self._expected = await self._bus.rewind(self._stream, durable)\n",
            "        self._expected = 0\n",
        ),
        Edit(
            "shared/telecine/shared/in_order.py",
            "        if position == self._expected or (position > self._expected and not self._whole):\n",
            "        if True:\n",
        ),
        tests="shared/test_in_order.py::test_what_a_dead_user_held_comes_before_what_is_younger",
    ),
]

"""Sabotage of the sender: how much it reads, and for how long."""

from tests.sabotage.act import Edit, act

DELIVERY = "services/telecine/delivery"

ACTS = [
    act(
        "bodies-are-read-to-their-end",
        "of a body the first 16 KiB are read, and no more",
        Edit(
            f"{DELIVERY}/reading.py",
            "        if len(body) > BODY_CAP:\n",
            "        if len(body) > BODY_CAP << 10:\n",
        ),
        tests="delivery/test_sender_hostile.py::test_endless_body_is_cut_and_its_status_counts",
    ),
    act(
        "deadline-ends-with-the-head",
        "one deadline covers the body as well",
        Edit(
            f"{DELIVERY}/exchange.py",
            "        self.end(timed_out(self.recording, self.timeout))\n",
            "        if self.recording.status is None:\n"
            "            self.end(timed_out(self.recording, self.timeout))\n",
        ),
        tests="delivery/test_sender_deadline.py::"
        "test_dripping_body_is_a_timeout_that_keeps_the_status_and_what_came",
    ),
]

"""Sabotage of the sender: how much it reads, and for how long."""

from tests.sabotage.act import Edit, act

DELIVERY = "services/telecine/delivery"

ACTS = [
    act(
        "unasked-bytes-are-an-answer",
        "what a receiver says before it was asked is never taken for its answer",
        Edit(
            f"{DELIVERY}/connection.py",
            "        if recording.ready is None:  # nobody has asked yet\n",
            "        if False:\n",
        ),
        tests="delivery/test_connection.py::"
        "test_what_comes_before_the_request_is_written_is_no_answer_to_it",
    ),
    act(
        "headers-are-not-looked-at",
        "nothing can be smuggled into a request through a header",
        Edit(
            f"{DELIVERY}/webhook.py",
            "    if controls != 2 * (_FRAME + lines + bool(authorization)):",
            "    if controls < 0:",
        ),
        tests="delivery/test_sender.py::test_line_break_cannot_smuggle_a_header_in[header]",
    ),
    act(
        "bodies-are-read-to-their-end",
        "of a body the first 16 KiB are read, and no more",
        Edit(
            f"{DELIVERY}/reading.py",
            "        if has > BODY_CAP or",
            "        if has > BODY_CAP << 10 or",
        ),
        tests="delivery/test_sender_hostile.py::test_endless_body_is_cut_and_its_status_counts",
    ),
    act(
        "deadline-ends-with-the-head",
        "one deadline covers the body as well",
        Edit(
            f"{DELIVERY}/exchange.py",
            "        carrier = self.carrier\n",
            "        if self.recording.answer.status:\n"
            "            return\n"
            "        carrier = self.carrier\n",
        ),
        tests="delivery/test_sender_deadline.py::"
        "test_dripping_body_is_a_timeout_that_keeps_the_status_and_what_came",
    ),
]

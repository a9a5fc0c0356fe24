"""Sabotage of the log, of time, of the views, and of those who write and follow them."""

from tests.sabotage.act import Edit, act

SHARED = "shared/telecine/shared"
MATCHING = "services/telecine/subscriptions/matching.py"
STEPS = "services/telecine/transcoder/handlers.py"
STEPS_CRASH = (
    "end_to_end/test_crash_points.py::test_a_crash_of_the_transcoder_leaves_one_fact_for_each_step"
)
MATCHING_CRASH = (
    "end_to_end/test_crash_points.py::"
    "test_a_crash_of_matching_leaves_one_delivery_for_each_endpoint"
)

ACTS = [
    act(
        "append-without-the-filter",
        "of many writers of an aggregate one wins, whatever types they write",
        Edit(
            f"{SHARED}/wire/bus.py",
            '            sent["Nats-Expected-Last-Subject-Sequence-Subject"] = expect.subject\n',
            "",
        ),
        tests="shared/log/test_eventlog_append.py::"
        "test_first_fact_is_refused_where_another_type_was_first",
    ),
    act(
        "transcoder-acknowledges-first",
        "a step is acknowledged when its timer is set",
        Edit(
            STEPS,
            "        if self._sets_timer(message, obeyed.recorded):\n",
            "        await self._bus.ack(message)\n"
            "        if self._sets_timer(message, obeyed.recorded):\n",
        ),
        tests=f"{STEPS_CRASH}[before_first_timer_set-stops]",
    ),
    act(
        "transcoder-forgets-redelivery",
        "a step cut short before its timer sets it when it comes again",
        Edit(
            STEPS,
            "return recorded is not None or self._bus.redelivered(message)",
            "return recorded is not None",
        ),
        tests=(
            "transcoder/test_steps_redelivered.py::"
            "test_an_upload_that_comes_again_sets_the_timer_that_was_not_set",
            "transcoder/test_steps_redelivered.py::"
            "test_a_step_that_comes_again_sets_the_timer_that_was_not_set",
        ),
    ),
    act(
        "matching-acknowledges-first",
        "a fact is acknowledged when every delivery of it is owed",
        Edit(
            MATCHING,
            "        about = [_about(message) for message in messages]\n",
            "        about = [_about(message) for message in messages]\n"
            "        for message in messages:\n"
            "            await self._bus.ack(message)\n",
        ),
        tests=f"{MATCHING_CRASH}[before_first_owed-stops]",
    ),
    act(
        "owed-without-an-id",
        "what is published again is stored once",
        Edit(
            f"{SHARED}/wire/pipelining.py",
            "%bNats-Msg-Id: %b\\r\\n\\r\\n",
            "%bNo-Msg-Id: %b\\r\\n\\r\\n",
        ),
        tests="shared/wire/test_pipelining.py::"
        "test_what_was_stored_before_is_known_and_stored_once",
    ),
    act(
        "timers-are-replaced",
        "a timer is never replaced: setting it again is the next generation",
        Edit(
            f"{SHARED}/wire/streams.py",
            "    discard=DiscardPolicy.NEW,\n    discard_new_per_subject=True,\n",
            "    discard=DiscardPolicy.OLD,\n",
        ),
        tests="shared/wire/test_streams.py::test_timer_is_never_replaced",
    ),
    act(
        "fired-timers-are-purged",
        "a fired timer is deleted by sequence, and nothing else with it",
        Edit(
            f"{SHARED}/wire/streams.py",
            "    deny_purge=True,\n    allow_direct=True,\n)\n\nATTEMPTS",
            "    allow_direct=True,\n)\n\nATTEMPTS",
        ),
        Edit(
            "services/telecine/clock/firing.py",
            "            self._delete_later([held.sequence])\n",
            '            key = f"timer.{timer.service}.{timer.key}.*"\n'
            '            await self._bus.js.purge_stream("TIMERS", subject=key)\n',
        ),
        tests="clock/test_fired_timers.py::"
        "test_deleting_a_fired_timer_leaves_the_next_generation_alone",
    ),
    act(
        "views-go-back",
        "a view's row only ever moves on",
        Edit(
            f"{SHARED}/tables/views.py",
            "        where=columns.last_seq < insert.excluded.last_seq,\n",
            "",
        ),
        tests=(
            "shared/tables/test_view_rows.py::test_an_earlier_state_never_replaces_a_later_one[sqlite-active]"
        ),
    ),
    act(
        "reply-before-the-view",
        "what was answered about an endpoint, matching can see already",
        Edit(
            "services/telecine/subscriptions/obeying.py",
            "        await self._view.put(obeyed.state, obeyed.sequence)\n        return obeyed.state\n",
            "        return obeyed.state\n",
        ),
        tests=(
            "subscriptions/test_read_your_writes.py::"
            "test_an_endpoint_that_was_answered_is_matched_and_listed[sqlite]",
            "subscriptions/test_read_your_writes.py::"
            "test_an_endpoint_that_was_switched_off_is_matched_no_more[sqlite]",
        ),
    ),
    act(
        "ingest-replies-before-the-view",
        "a video that was answered is in the list already",
        Edit(
            "services/telecine/ingest/obeying.py",
            "        await self._show(obeyed.state, obeyed.sequence)\n",
            "",
        ),
        tests="ingest/test_read_your_writes.py::test_a_video_that_was_answered_is_listed[sqlite]",
    ),
    act(
        "endpoints-of-before-are-sent-to",
        "delivery knows an endpoint as far as matching did",
        Edit(
            "services/telecine/delivery/directory.py",
            "while self._sequence < sequence:",
            "while not self._sequence:",
        ),
        tests="delivery/test_directory.py::"
        "test_an_endpoint_is_found_as_it_is_after_the_fact_that_is_spoken_of",
    ),
]

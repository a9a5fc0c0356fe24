"""Sabotage of the delivery service: the guard on its chains, and what it sends and keeps."""

from tests.sabotage.act import Edit, act

DELIVERY = "services/telecine/delivery"
WORKER = f"{DELIVERY}/worker.py"
GUARD = "delivery/test_guard.py"
CRASH = "end_to_end/test_crash_points.py::test_a_crash_of_delivery_neither_loses_nor_forks_a_chain"
NOT_REPEATED = (
    f"{GUARD}::test_killed_between_record_and_acknowledgement_the_attempt_is_not_repeated"
)

ACTS = [
    act(
        "delivery-acknowledges-first",
        "a message is acknowledged when all its effects are done",
        Edit(
            f"{DELIVERY}/making.py",
            "        self._records.expect_writable()\n",
            "        self._records.expect_writable()\n"
            "        if job.message:\n"
            "            await self._bus.ack(job.message)\n",
        ),
        tests=f"{CRASH}[before_attempt_recorded-stops]",
    ),
    act(
        "delivery-drops-the-guard",
        "an attempt that is on record is not made again",
        Edit(
            WORKER,
            "        if guard(job.state, arrived) == Advice.TRY:\n",
            "        if True:\n",
        ),
        tests=NOT_REPEATED,
    ),
    act(
        "delivery-forgets-redelivery",
        "a message that came before is held against the record",
        Edit(
            WORKER,
            "needs_record(Arrived(1, self._redelivered(job)))",
            "needs_record(Arrived(1, False))",
        ),
        tests=NOT_REPEATED,
    ),
    act(
        "delivery-trusts-what-is-matched-again",
        "what was owed before is held against the record, also where NATS has forgotten it",
        Edit(WORKER, "        return job.owed.again or self", "        return self"),
        tests=(
            "end_to_end/test_matched_again.py::"
            "test_what_is_matched_again_after_a_kill_of_nats_is_not_sent_again",
            "ledger/test_kills.py::"
            "test_what_a_killed_nats_has_forgotten_is_matched_again_and_not_sent_again",
        ),
    ),
    act(
        "delivery-tries-whatever-comes",
        "only the attempt that is next is made",
        Edit(
            f"{DELIVERY}/decider.py",
            "        case Owed() | Postponed() if message.number == state.next:\n",
            "        case Owed() | Postponed():\n",
        ),
        tests=(
            "delivery/test_decider.py::"
            "test_every_message_in_every_state_has_its_one_advice[postponed-2r]"
        ),
    ),
    act(
        "records-move-unguarded",
        "only attempt N moves a delivery from N to N + 1",
        Edit(
            f"{DELIVERY}/bulk.py",
            '    "deliveries.next = excluded.next - 1",\n',
            '    "TRUE",\n',
        ),
        tests="delivery/test_chain_records.py::"
        "test_of_the_same_attempt_by_several_workers_one_wins[postgresql-True]",
    ),
    act(
        "loser-leaves-the-rest-to-the-winner",
        "who loses a race publishes what the winner may not live to",
        Edit(
            WORKER,
            "        await self._follow_up(job, Arrived(job.number, redelivered=True))\n",
            "        await self._insisting.done(job)\n",
        ),
        tests=f"{GUARD}::test_who_loses_the_race_sees_to_what_the_winner_may_not_live_to_publish",
    ),
    act(
        "retries-happen-whenever-they-come",
        "a retry happens at its own due time, however late its message is",
        Edit(
            WORKER,
            "job = Job(owed, number, trigger, fired.due,",
            "job = Job(owed, number, trigger, fired.due.replace(microsecond=0),",
        ),
        tests="delivery/test_postponed.py::"
        "test_when_time_runs_again_each_goes_out_at_its_own_due_time",
    ),
    act(
        "inactive-endpoints-are-sent-to",
        "nothing is sent to an endpoint that is switched off",
        Edit(
            f"{DELIVERY}/dispatch.py",
            "        elif not isinstance(endpoint, Active):\n",
            "        elif isinstance(endpoint, Deleted):\n",
        ),
        Edit(
            f"{DELIVERY}/dispatch.py",
            "            if not isinstance(endpoint, Active):\n",
            "            if not endpoint:\n",
        ),
        tests="delivery/test_postponed.py::test_what_is_postponed_for_an_endpoint_that_is_off"
        "_is_held_and_goes_out_when_it_is_on",
    ),
    act(
        "what-waited-is-sent-unseen",
        "what comes again is held against the record when its turn comes",
        Edit(
            f"{DELIVERY}/dispatch.py",
            "elif self._is_doubtful(job) and await self._has_moved_on(job):",
            "elif False:",
        ),
        tests=(
            "delivery/test_guard.py::test_what_another_worker_did_while_it_waited_in_its_lane"
            "_is_not_sent_behind_that",
            "delivery/test_guard.py::test_what_waited_over_a_kill_of_nats_is_not_sent_behind"
            "_what_another_worker_did",
        ),
    ),
    act(
        "a-parked-endpoint-is-forgotten",
        "what is parked has its endpoint's timer set, so that somebody fetches it",
        Edit(
            f"{DELIVERY}/parking.py",
            "_arm(connection, gates, [w for w in standing if _id(w) in parked])",
            "_arm(connection, gates, [])",
        ),
        tests="delivery/test_parking.py::test_what_is_parked_has_its_endpoints_one_timer[sqlite]",
    ),
    act(
        "what-cannot-be-parked-is-let-go",
        "what could not be parked begins again",
        Edit(
            f"{DELIVERY}/parker.py",
            "                    self._insisting.again(each.job, error)\n",
            "                    each.job.finish()\n",
        ),
        tests="delivery/test_parker.py::"
        "test_what_could_not_be_parked_or_acknowledged_begins_again[sqlite-park]",
    ),
    act(
        "what-seems-not-to-be-parked-is-not-looked-for",
        "what was parked although that seemed to fail is not sent twice",
        Edit(
            f"{DELIVERY}/parker.py",
            "                    each.job.doubtful = True  # it may be parked all the same, and sent\n",
            "",
        ),
        tests="delivery/test_obeying.py::"
        "test_what_was_parked_although_that_seemed_to_fail_is_not_sent_twice",
    ),
    act(
        "nobody-hears-that-a-breaker-was-closed",
        "a breaker that another worker has closed holds nobody back",
        Edit(
            f"{DELIVERY}/dispatch.py",
            "        if not lane.turning:\n            lane.breaker = Closed()\n"
            "        self.lanes.put(lane, job)\n",
            "        self._enter(lane, job)\n",
        ),
        tests="delivery/test_obeying.py::"
        "test_a_breaker_that_another_worker_has_closed_holds_nobody_back",
    ),
    act(
        "followers-are-not-released",
        "who ends a delivery lets the next one of its chain go",
        Edit(
            f"{DELIVERY}/records.py",
            "            if ended:\n",
            "            if False:\n",
        ),
        tests="delivery/test_parking.py::"
        "test_the_end_of_a_predecessor_releases_its_follower_in_the_same_transaction[sqlite]",
    ),
    act(
        "who-lost-a-race-releases-followers",
        "an attempt that lost its number lets nobody go",
        Edit(
            f"{DELIVERY}/records.py",
            "                if moved and entry.ends\n",
            "                if entry.ends\n",
        ),
        tests="delivery/test_parking.py::"
        "test_an_attempt_that_lost_its_number_has_ended_nothing[sqlite]",
    ),
    act(
        "order-ends-where-an-endpoint-is-off",
        "who comes after another one waits for it also where nothing is sent for a while",
        Edit(
            f"{DELIVERY}/dispatch.py",
            "        elif _comes_after(job, endpoint.profile):\n",
            "        elif isinstance(endpoint, Active) and _comes_after(job, endpoint.profile):\n",
        ),
        tests="delivery/test_order.py::test_who_comes_after_another_one_waits_for_it"
        "_also_where_the_endpoint_is_off",
    ),
    act(
        "breakers-never-open",
        "an endpoint that answers nothing is not sent everything all the same",
        Edit(
            f"{DELIVERY}/breaker.py",
            "verdict.silent and breaker.silences + 1 >= THRESHOLD",
            "verdict.silent and breaker.silences < 0",
        ),
        tests="delivery/test_breaker.py::test_as_many_silences_in_a_row_as_the_threshold_open_it",
    ),
    act(
        "limits-are-not-shared",
        "a rate limit holds for all workers together",
        Edit(
            f"{DELIVERY}/limiting.py",
            "            await keep(connection, whose[1], arrival=taken.arrival)\n",
            "            pass\n",
        ),
        tests="delivery/test_parking.py::test_workers_share_a_rate_limit[sqlite]",
    ),
    act(
        "retry-after-is-ignored",
        "a receiver's Retry-After puts the next attempt off",
        Edit(
            f"{DELIVERY}/decider.py",
            "attempt.retry_after is not None and attempt.retry_after > delay",
            "attempt.retry_after is not None and attempt.retry_after < timedelta(0)",
        ),
        tests="delivery/test_decider.py::"
        "test_every_outcome_in_every_state_has_its_one_effect[postponed-asked_3]",
    ),
    act(
        "signature-over-the-body-only",
        "the signature covers id, timestamp and body",
        Edit(
            f"{DELIVERY}/signing.py",
            'return f"{message_id}.{timestamp}.".encode()',
            'return b""',
        ),
        tests=(
            "delivery/test_signing.py::test_published_vector_is_reproduced",
            "delivery/test_signing.py::test_both_judges_accept_what_we_sign",
        ),
    ),
    act(
        "webhook-timestamp-is-virtual",
        "`webhook-timestamp` is what the receiver's own clock says",
        Edit(
            f"{DELIVERY}/stencil.py",
            "signed_at = moment.wall if self.by_wall else moment.virtual",
            "signed_at = moment.virtual",
        ),
        tests="delivery/test_stencil.py::"
        "test_it_is_named_after_its_delivery_and_signed_at_wall_time",
    ),
    act(
        "redirects-are-followed",
        "a redirect is a failure and its target is never called",
        Edit(
            f"{DELIVERY}/sender.py",
            "        return recording.outcome(failure, exchange.ended)\n",
            "        location = dict(recording.answer.headers).get('location')\n"
            "        if failure is not None and failure.error == 'redirect' and location:\n"
            "            body, timeout = request.body, request.timeout\n"
            "            return await self.send(\n"
            "                WebhookRequest(location, request.headers, body, timeout)\n"
            "            )\n"
            "        return recording.outcome(failure, exchange.ended)\n",
        ),
        tests="delivery/test_bad_receivers.py::"
        "test_every_bad_receiver_is_on_record_and_costs_the_others_nothing",
    ),
    act(
        "secrets-are-kept-on-record",
        "a platform's token is sent and never kept",
        Edit(
            f"{DELIVERY}/stencil.py",
            "(name, REDACTED if name.lower() in secret else value)",
            "(name, value)",
        ),
        tests=(
            "delivery/test_retries.py::test_a_platforms_token_is_sent_and_never_kept",
            "delivery/test_attempt.py::test_record_keeps_the_headers_and_not_their_secrets",
        ),
    ),
]

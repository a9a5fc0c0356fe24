"""Deliveries and attempts against the log: what was owed has its record, what is recorded was owed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from telecine.delivery.parking import RETENTION
from telecine.delivery.tables import AttemptRow, DeliveryRow, GateRow, MarkRow, ResendRow
from telecine.platforms.pack import Fidelity
from telecine.shared.aggregates.endpoint import Active, Endpoint
from telecine.shared.aggregates.event_types import OPERATIONAL_TYPES
from telecine.shared.events.endpoint import EndpointFact
from telecine.shared.ids import object_id
from telecine.shared.log.envelope import Recorded
from telecine.simulations.verify.findings import Findings
from telecine.simulations.verify.log import Folded
from telecine.simulations.verify.queues import Place, UnderWay, place
from telecine.subscriptions.wanting import wants

Endpoints = dict[str, Folded[Endpoint, EndpointFact]]
Facts = list[Recorded[Any, Any]]

#: What the clocks of a NATS server and a service may differ.
_SKEW = timedelta(seconds=1)


@dataclass(frozen=True)
class Records:
    """The rows of the delivery service. What happened until `forgotten` may be gone from them."""

    deliveries: dict[str, DeliveryRow]
    attempts: dict[str, list[AttemptRow]]
    gates: dict[str, GateRow]
    resends: list[ResendRow]
    forgotten: datetime | None

    @classmethod
    def of(
        cls,
        deliveries: Iterable[DeliveryRow],
        attempts: Iterable[AttemptRow],
        gates: Iterable[GateRow] = (),
        marks: Iterable[MarkRow] = (),
        resends: Iterable[ResendRow] = (),
    ) -> "Records":
        by_delivery: dict[str, list[AttemptRow]] = defaultdict(list)
        for attempt in sorted(attempts, key=lambda row: row.number):  # PostgreSQL keeps no order
            by_delivery[attempt.delivery_id].append(attempt)
        return cls(
            {row.id: row for row in deliveries},
            dict(by_delivery),
            {gate.endpoint_id: gate for gate in gates},
            list(resends),
            next((mark.at for mark in marks if mark.name == RETENTION), None),
        )

    def may_lack(self, event_at: datetime) -> bool:
        """Whether retention may have taken the deliveries of an event."""
        return self.forgotten is not None and event_at <= self.forgotten


def check_owed(
    facts: Facts,
    endpoints: Endpoints,
    records: Records,
    queues: UnderWay,
    *,
    fidelity: Fidelity,
    findings: Findings,
) -> None:
    """Every fact that was matched has a delivery for each endpoint that wanted it all that while, unless
    it is so old that retention may have taken it."""
    bounds = _matched_by(facts, records, queues)
    by_org: dict[str, list[Folded[Endpoint, EndpointFact]]] = defaultdict(list)
    for endpoint in endpoints.values():
        by_org[endpoint.facts[0][0].stamp.org].append(endpoint)
    known = records.deliveries.keys() | queues.owed.keys()
    for fact in facts:
        event = place(fact.fact.type, fact.sequence)
        if fact.sequence > queues.matched_up_to[event[0]] or records.may_lack(fact.stamp.at):
            continue
        for endpoint in by_org[fact.stamp.org]:
            if _wanted(endpoint, fact, bounds[event], fidelity):
                endpoint_id = endpoint.facts[0][0].stamp.id
                expected = object_id(fact.stamp.at, fact.id, endpoint_id)
                problem = f"{fact.fact.type} at {fact.sequence} was not owed to {endpoint_id}"
                findings.hold("owed deliveries", expected in known, problem)


def _matched_by(facts: Facts, records: Records, queues: UnderWay) -> dict[Place, datetime]:
    """Answer for each fact a moment by which it had been matched: matching keeps a log's order."""
    seen = dict(queues.owed.values())
    for row in records.deliveries.values():
        if _is_test(row):
            continue
        event = place(row.event_type, row.event_sequence)
        seen[event] = min(seen.get(event, row.matched_at), row.matched_at)
    now = datetime.now(UTC)
    bounds: dict[Place, datetime] = {}
    latest: dict[str, datetime] = {}
    for fact in sorted(facts, key=lambda each: each.sequence, reverse=True):
        event = place(fact.fact.type, fact.sequence)
        bound = latest.get(event[0], now)
        bounds[event] = latest[event[0]] = min(bound, seen.get(event, bound))
    return bounds


def _wanted(
    endpoint: Folded[Endpoint, EndpointFact],
    fact: Recorded[Any, Any],
    matched: datetime,
    fidelity: Fidelity,
) -> bool:
    states = list(_states_during(endpoint, fact.stored_at, matched + _SKEW))
    return bool(states) and all(
        isinstance(state, Active) and wants(state, fact.fact.type, fidelity) for state in states
    )


def _states_during(
    endpoint: Folded[Endpoint, EndpointFact], start: datetime, end: datetime
) -> Iterator[Endpoint | None]:
    """Yield the states an endpoint had between two moments; None stands for not yet existing."""
    before: Endpoint | None = None
    for recorded, state in endpoint.facts:
        if recorded.stored_at > end:
            break
        if recorded.stored_at > start:
            yield before
        before = state
    yield before


def check_records(
    facts: Facts, endpoints: Endpoints, records: Records, findings: Findings
) -> None:
    """Every record stands for a fact and an endpoint, and its attempts tell the same story."""
    by_id: dict[str, Recorded[Any, Any]] = {fact.id: fact for fact in facts}
    by_id |= {each.id: each for endpoint in endpoints.values() for each, _ in endpoint.facts}
    for row in records.deliveries.values():
        fact = by_id.get(row.event_id)
        known = fact is not None or _is_without_a_fact(row)
        good = known and row.endpoint_id in endpoints
        findings.hold("delivery records", good, f"{row.id} stands for nothing in the log")
        if fact:
            same = (fact.sequence, fact.fact.type) == (row.event_sequence, row.event_type)
            findings.hold("delivery records", same, f"{row.id} names another event than the log")
        _check_attempts(row, records.attempts.get(row.id, []), findings)
    for stray in records.attempts.keys() - records.deliveries.keys():
        findings.hold("attempts", False, f"attempts of {stray}, which has no record")


def _is_without_a_fact(row: DeliveryRow) -> bool:
    """Whether it tells of no fact in a log: of an attempt, whose news is not kept for ever, or a test."""
    of_an_attempt = row.event_type in OPERATIONAL_TYPES and row.event_type.startswith("delivery.")
    return of_an_attempt or _is_test(row)


def _is_test(row: DeliveryRow) -> bool:
    """Whether it was sent to try the endpoint out, and stands for nothing that has happened."""
    return row.trigger == "test"


def _check_attempts(row: DeliveryRow, attempts: list[AttemptRow], findings: Findings) -> None:
    made = [each for each in attempts if each.trigger != "repeat"]
    numbers = [each.number for each in made]
    resent = [each for each in made if each.trigger == "resend"]
    counted = (len(numbers), len(resent)) == (row.attempts, row.resent)
    unused = len(set(range(1, row.next)) - set(numbers))
    findings.hold(
        "attempts",
        counted and len(set(numbers)) == len(numbers) and unused in _unused(row, made),
        f"{row.id} has attempts {numbers}, not {row.attempts} before number {row.next}",
    )
    for each in made:
        problem = f"{row.id} has attempt {each.number} as {each.trigger}, which it cannot be"
        findings.hold("attempts", _has_a_reason(row, each), problem)
    if any(each.error is None for each in made if _is_aside(each)):
        right = row.state == "succeeded"
        findings.hold("outcomes", right, f"{row.id} is {row.state}, a resend succeeded")
        return
    chain = [each for each in made if not _is_aside(each)]
    good = [each.error is None for each in chain]
    ends = {"succeeded": True, "exhausted": False, "postponed": False, "parked": False}
    if row.state in ends and good:
        right = good[-1] is ends[row.state] and not any(good[:-1])
        findings.hold("outcomes", right, f"{row.id} is {row.state}, its attempts say {good}")
    if row.state == "postponed" and chain:
        last = chain[-1]
        asked = "retry_after" in {row.reason, last.next_reason}
        same = last.next_at == row.next_at and (not asked or last.next_reason == row.reason)
        findings.hold(
            "outcomes", same, f"{row.id} waits for {row.next_at}, its last attempt differs"
        )


def _has_a_reason(row: DeliveryRow, attempt: AttemptRow) -> bool:
    """Whether an attempt can have been made for the reason that it gives."""
    match attempt.trigger:
        case "first":
            return attempt.number == 1 and row.trigger == "first"
        case "retry":
            return attempt.number > 1
        case "test":
            return row.trigger == "test"
        case trigger:
            return trigger in {"resend", "replay", "probe"}


def _is_aside(attempt: AttemptRow) -> bool:
    """Whether an attempt was asked for behind others; a replay of what was never owed begins a chain."""
    return attempt.trigger == "resend" or (attempt.trigger == "replay" and attempt.number > 1)


def _unused(row: DeliveryRow, made: list[AttemptRow]) -> set[int]:
    """Answer how many numbers may stand for no attempt: a discard uses one up, resends come after."""
    if row.state == "discarded":
        return {1}
    return {0, 1} if row.state == "succeeded" and any(map(_is_aside, made)) else {0}

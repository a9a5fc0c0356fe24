"""Deliveries that wait: each has what will let it go, so that none waits in vain."""

from telecine.delivery.gates import SERVICE
from telecine.delivery.standing import ENDED
from telecine.delivery.tables import DeliveryRow, ResendRow
from telecine.shared.aggregates.endpoint import Active
from telecine.simulations.verify.deliveries import Endpoints, Records
from telecine.simulations.verify.findings import Findings
from telecine.simulations.verify.queues import UnderWay


def check_waiting(
    records: Records, endpoints: Endpoints, queues: UnderWay, findings: Findings
) -> None:
    """A postponed delivery has its timer; a parked one its predecessor, an endpoint that is off, or its
    endpoint's timer; a resend one of the last two."""
    for row in records.deliveries.values():
        if row.state == "postponed":
            held = ("delivery", row.id, row.next) in queues.timers
            problem = f"delivery {row.id} waits for attempt {row.next} in vain"
            findings.hold("timers", held, problem)
        elif row.state == "parked":
            good = _will_go(row, records, endpoints, queues)
            problem = f"delivery {row.id} is parked ({row.reason}) in vain"
            findings.hold("parked deliveries", good, problem)
    for resend in records.resends:
        good = _waits_its_turn(resend, records, endpoints, queues)
        problem = f"a resend of {resend.delivery_id} waits in vain"
        findings.hold("resends", good, problem)


def _will_go(row: DeliveryRow, records: Records, endpoints: Endpoints, queues: UnderWay) -> bool:
    match row.reason:
        case "ordering":
            return _has_not_ended(row.predecessor, records, queues)
        case "disabled" | "replay":
            return _waits_its_turn(row, records, endpoints, queues)
        case "breaker" | "rate_limit" | "in_flight":
            return _is_fetched(row, records, queues)
        case _:
            return False  # nobody knows what for


def _has_not_ended(predecessor: str | None, records: Records, queues: UnderWay) -> bool:
    before = records.deliveries.get(predecessor or "")
    return before.state not in ENDED if before else predecessor in queues.owed


def _is_off(endpoint_id: str, endpoints: Endpoints) -> bool:
    known = endpoints.get(endpoint_id)
    return known is not None and not isinstance(known.state, Active)


def _waits_its_turn(
    row: DeliveryRow | ResendRow, records: Records, endpoints: Endpoints, queues: UnderWay
) -> bool:
    return _is_off(row.endpoint_id, endpoints) or _is_fetched(row, records, queues)


def _is_fetched(row: DeliveryRow | ResendRow, records: Records, queues: UnderWay) -> bool:
    """Whether the endpoint's timer is held, has fired, or is being worked on."""
    gate = records.gates.get(row.endpoint_id)
    if gate is None or gate.due is None:
        return False
    return (SERVICE, row.endpoint_id, gate.generation) in queues.timers

"""The log itself: versions without gaps, time that never runs back, and states that are the fold."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from telecine.shared.events import Fact
from telecine.shared.log.envelope import Kind, Recorded
from telecine.shared.log.eventlog import EventLog
from telecine.simulations.verify.findings import Findings

S = TypeVar("S")
F = TypeVar("F", bound=Fact)


@dataclass
class Folded(Generic[S, F]):
    """One aggregate: its state by folding every fact, and the facts with the state after each."""

    state: S
    facts: list[tuple[Recorded[S, F], S]] = field(default_factory=list)

    @property
    def sequence(self) -> int:
        """Answer the position of its last fact."""
        return self.facts[-1][0].sequence


async def fold(log: EventLog[S, F], findings: Findings) -> dict[str, Folded[S, F]]:
    """Fold the whole log of a kind, by aggregate id, checking each fact against the one before."""
    found: dict[str, Folded[S, F]] = {}
    async for recorded in log.read(f"{log.kind.name}.>"):
        aggregate = found.setdefault(recorded.stamp.id, Folded(log.kind.initial))
        _check(log.kind, aggregate, recorded, findings)
        aggregate.state = log.kind.evolve(aggregate.state, recorded.fact, recorded.stamp)
        aggregate.facts.append((recorded, aggregate.state))
        _check_carried(log.kind, aggregate.state, recorded, findings)
    return found


def _check(
    kind: Kind[S, F], before: Folded[S, F], recorded: Recorded[S, F], findings: Findings
) -> None:
    place = f"{kind.name} {recorded.stamp.id} at {recorded.sequence}"
    expected = len(before.facts) + 1
    findings.hold(
        "versions", recorded.version == expected, f"{place} is {recorded.version}, not {expected}"
    )
    if before.facts:
        last = before.facts[-1][0].stamp.at
        findings.hold(
            "time", recorded.stamp.at >= last, f"{place} happened before its predecessor"
        )


def _check_carried(
    kind: Kind[S, F], state: S, recorded: Recorded[S, F], findings: Findings
) -> None:
    if recorded.state is not None:
        place = f"{kind.name} {recorded.stamp.id} at {recorded.sequence}"
        same = recorded.state == state
        findings.hold("carried states", same, f"{place} carries another state than the fold's")


def check_view(
    kind: Kind[S, F],
    folded: dict[str, Folded[S, F]],
    rows: dict[str, tuple[int, str]],
    findings: Findings,
) -> None:
    """Hold a view's rows (by id: last position, stored state) against the fold."""
    name = f"{kind.name} view"
    for aggregate_id, aggregate in folded.items():
        sequence, stored = rows.get(aggregate_id, (0, ""))
        good = (
            sequence == aggregate.sequence and kind.state.validate_json(stored) == aggregate.state
        )
        findings.hold(
            name, good, f"{aggregate_id} is at {sequence}, the log at {aggregate.sequence}"
        )
    for extra in rows.keys() - folded.keys():
        findings.hold(name, False, f"{extra} has a row and no facts")

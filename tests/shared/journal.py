"""An aggregate's log in memory, written and read through the real envelope: bytes in, bytes out."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Generic, TypeVar

from telecine.shared.aggregates.verdicts import Refused, Unchanged
from telecine.shared.events import Fact, Stamp
from telecine.shared.ids import hex_of
from telecine.shared.log import envelope
from telecine.shared.log.envelope import Kind, Recorded, Trace
from telecine.shared.log.eventlog import Loaded

S = TypeVar("S")
F = TypeVar("F", bound=Fact)

STORED_AT = datetime(2026, 3, 1, tzinfo=UTC)


class Journal(Generic[S, F]):
    """One aggregate's facts as they would lie on a stream."""

    def __init__(self, kind: Kind[S, F], org: str, aggregate_id: str) -> None:
        self._kind = kind
        self._org, self._id = org, aggregate_id
        self._history: list[Recorded[S, F]] = []

    def read(self) -> list[Recorded[S, F]]:
        """Answer everything, as it was read from its bytes."""
        return [*self._history]

    def load(self) -> Loaded[S, F]:
        """Answer the aggregate as the event log does: from the state that its last fact carries."""
        if not self._history:
            return Loaded(self._kind.initial, 0, 0, None)
        last = self._history[-1]
        assert last.state is not None
        return Loaded(last.state, last.version, last.sequence, last)

    def fold(self) -> S:
        """Answer the state that follows from the facts alone: the truth."""
        state = self._kind.initial
        for recorded in self._history:
            state = self._kind.evolve(state, recorded.fact, recorded.stamp)
        return state

    def obey(
        self, decide: Callable[[S, datetime], F | Refused | Unchanged], now: datetime
    ) -> F | Refused | Unchanged:
        """Load, decide, append; as `decisions.obey` does on the real log."""
        loaded = self.load()
        at = loaded.time(now)
        decision = decide(loaded.state, at)
        if not isinstance(decision, Refused | Unchanged):
            self._append(loaded, decision, Stamp(self._org, self._id, at))
        return decision

    def _append(self, loaded: Loaded[S, F], fact: F, stamp: Stamp) -> None:
        version = loaded.version + 1
        state = self._kind.evolve(loaded.state, fact, stamp)
        trace = Trace("cause", "chain")
        recorded = envelope.parse(
            self._kind,
            envelope.subject(fact, stamp),
            envelope.headers(self._kind, hex_of(stamp.id, version), fact, stamp, trace),
            envelope.body(self._kind, fact, version, state),
            sequence=loaded.sequence + 1,
            stored_at=STORED_AT,
        )
        assert (recorded.fact, recorded.stamp, recorded.trace) == (fact, stamp, trace)
        self._history.append(recorded)

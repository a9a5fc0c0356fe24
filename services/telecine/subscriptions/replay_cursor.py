"""Where a replay or a recovery goes on: text on record, so that any copy can. Pure but for `begin`."""

from dataclasses import dataclass, replace

from telecine.shared.contracts.replays import ReplayKind
from telecine.shared.errors import BrokenLog
from telecine.shared.log.eventlog import last_position
from telecine.shared.wire.bus import Bus
from telecine.subscriptions.matching import MATCHED

#: The logs that a replay reads, one after the other.
LOGS = tuple(MATCHED.values())
#: What a recovery looks for, one after the other.
STATES = ("exhausted", "discarded")


@dataclass(frozen=True)
class InLogs:
    """A replay has read `log` up to `after`; `ends`: how far the logs were when it began."""

    log: int
    after: int
    ends: tuple[int, ...]

    @property
    def is_at_end(self) -> bool:
        return self.log >= len(LOGS)

    @property
    def text(self) -> str:
        if self.is_at_end:
            return "log:end"
        ends = ",".join(map(str, self.ends))
        return f"log:{LOGS[self.log].name} {self.after} of {ends}"

    def read(self, up_to: int | None) -> "InLogs":
        """Answer the cursor behind a page up to a position, or behind a whole log (None)."""
        if up_to is None or up_to >= self.ends[self.log]:
            return replace(self, log=self.log + 1, after=0)
        return replace(self, after=up_to)


@dataclass(frozen=True)
class InRecords:
    """A recovery looks for deliveries in a state, behind `cursor` of delivery's list."""

    state: int
    cursor: str | None

    @property
    def is_at_end(self) -> bool:
        return self.state >= len(STATES)

    @property
    def text(self) -> str:
        if self.is_at_end:
            return "records:end"
        return f"records:{STATES[self.state]} {self.cursor or ''}".rstrip()

    def read(self, cursor: str | None) -> "InRecords":
        """Answer the cursor behind a page, or behind all of a state (None)."""
        return InRecords(self.state, cursor) if cursor else InRecords(self.state + 1, None)


Cursor = InLogs | InRecords


async def begin(bus: Bus, kind: ReplayKind) -> Cursor:
    """Answer the cursor that one begins with: what happens from now on is not part of it."""
    if kind == "recover":
        return InRecords(0, None)
    ends = [await last_position(bus, log.stream) for log in LOGS]
    return InLogs(0, 0, tuple(ends))


def parse(text: str) -> Cursor:
    """Read a cursor as it was kept. Raises BrokenLog."""
    where, _, rest = text.partition(":")
    try:
        if where == "records":
            if rest == "end":
                return InRecords(len(STATES), None)
            state, _, cursor = rest.partition(" ")
            return InRecords(STATES.index(state), cursor or None)
        if rest == "end":
            return InLogs(len(LOGS), 0, ())
        name, after, _, ends = rest.split(" ")
        number = [log.name for log in LOGS].index(name)
        return InLogs(number, int(after), tuple(map(int, ends.split(","))))
    except ValueError as error:
        raise BrokenLog(f"{text!r} is no cursor of a replay") from error

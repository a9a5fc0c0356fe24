"""What may be wished of a live stream."""

from dataclasses import dataclass

from telecine.shared.events.live import LiveOpening, LivePlan, Trim


@dataclass(frozen=True)
class Create:
    opening: LiveOpening


@dataclass(frozen=True)
class Start:
    """Have the server started."""


@dataclass(frozen=True)
class Serve:
    """Begin to start the server, with the plan of all that follows."""

    plan: LivePlan


@dataclass(frozen=True)
class Step:
    """The timer of this generation has fired: go one state on."""

    generation: int


@dataclass(frozen=True)
class Stop:
    """End it. `trim`: what shall be kept, in seconds from the beginning or as Unix times."""

    trim: Trim | None


@dataclass(frozen=True)
class Move:
    folder: str | None


@dataclass(frozen=True)
class Delete:
    pass


Command = Create | Start | Serve | Step | Stop | Move | Delete

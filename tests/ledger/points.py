"""Every effect of delivery between any two of which it may be struck: attempts, parking and draining."""

from telecine.delivery import draining, fetching, gates, parking, records
from telecine.delivery.draining import Draining
from telecine.delivery.parking import ParkingLot
from tests.delivery import effects
from tests.failpoints import Effect

#: By name. Of an attempt, all that `tests/delivery/effects.py` names.
ATTEMPT = {name: each for name, each in vars(effects).items() if isinstance(each, Effect)}
#: Of what cannot be sent now, and of fetching it again.
PARKING = {
    "PARKED": Effect(ParkingLot, "park"),
    "PARKING_LOCKED": Effect(parking, "locked"),
    "PARKING_ARMED": Effect(parking, "arm"),
    "GATE_TIMER_SET": Effect(parking, "set_timer"),
    "RELEASED": Effect(records, "release"),
    "BREAKER_ARMED": Effect(gates, "arm"),
    "DRAINED": Effect(Draining, "_drain"),  # the service has bound `take` since its start
    "DRAIN_LOCKED": Effect(fetching, "locked"),
    "DRAIN_RESERVED": Effect(draining, "reserve"),
    "DRAIN_ARMED": Effect(fetching, "arm"),
    "DRAIN_KEPT": Effect(fetching, "keep"),
}
EFFECTS = ATTEMPT | PARKING
#: Within a transaction nobody can stand still: SQLite has one writer. A crash there takes it back.
WITHIN = {name for name in PARKING if name.endswith(("_LOCKED", "_ARMED", "_KEPT", "RELEASED"))}

"""What an endpoint's settings mean together with the house's. Pure."""

from dataclasses import dataclass
from typing import cast

from telecine.delivery.schedule import Retries
from telecine.shared.aggregates.endpoint import Profile
from telecine.shared.randomness import rng
from telecine.shared.sending.owed import Owed


@dataclass(frozen=True)
class Policy:
    """The house's defaults. `in_flight`: attempts side by side at one endpoint, of each worker.
    `jitter`: the part of itself (0 to 1) by which a delay may be longer or shorter."""

    retries: Retries
    in_flight: int
    jitter: float
    seed: int

    def retries_of(self, owed: Owed, profile: Profile) -> Retries:
        """Answer the schedule of a delivery; a test has no retries."""
        if owed.trigger == "test":
            return "none"
        wanted = profile.subscription.settings.retries
        return self.retries if wanted is None else cast("Retries", wanted)

    def cap_of(self, profile: Profile) -> int:
        """Answer how many attempts may be under way at an endpoint."""
        return profile.subscription.settings.in_flight or self.in_flight

    def unit(self, delivery_id: str, number: int) -> float:
        """Answer the chance that stretches the delay behind an attempt: 0 to 1, 0.5 leaves it."""
        if not self.jitter:
            return 0.5
        return rng(self.seed, delivery_id, f"jitter-{number}").random()

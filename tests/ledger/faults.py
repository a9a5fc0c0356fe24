"""What a seed decides: endpoints, how their receivers misbehave, and how much happens. Pure."""

from dataclasses import dataclass
from random import Random
from typing import Literal

Fault = Literal["reset", "hang"]

#: Failures of one delivery in a row; the schedule of the house has more attempts.
MOST = 3
TYPES = ("video.uploaded", "video.process_succeeded")
_STATUSES = (500, 503, 404, 302, 429, 502, 504)


@dataclass(frozen=True)
class Answer:
    """What a request is answered: a status and its headers, or nothing at all."""

    status: int | None
    headers: tuple[tuple[str, str], ...] = ()
    fault: Fault | None = None
    delay: float = 0.0


@dataclass(frozen=True)
class Character:
    """A receiver: how often it fails, and how often it breaks the connection or hangs when it does."""

    seed: str
    fails: float
    resets: float
    hangs: float
    types: tuple[str, ...]

    def answer(self, delivery: int, request: int) -> Answer:
        """Answer what the n-th request of its n-th delivery gets, both from 1."""
        random = Random(f"{self.seed} {delivery} {request}")
        if request > MOST or random.random() >= self.fails:
            return Answer(random.choice((200, 201, 204)), delay=random.choice((0, 0, 0, 0.02)))
        kind = random.random()
        if kind < self.resets:
            return Answer(None, fault="reset")
        if kind < self.resets + self.hangs:
            return Answer(None, fault="hang")
        status = random.choice(_STATUSES)
        after = (("Retry-After", str(random.randint(1, 300))),) if random.random() < 0.3 else ()
        return Answer(status, after)


@dataclass(frozen=True)
class Plan:
    """One seed's run: so many uploads, and a receiver for each endpoint."""

    seed: int
    uploads: int
    receivers: tuple[Character, ...]


def plan(seed: int) -> Plan:
    """Answer the plan of a seed."""
    random = Random(f"ledger {seed}")
    receivers = [
        Character(
            seed=f"{seed} {number}",
            fails=random.choice((0.0, 0.3, 0.6)),
            resets=0.2,
            hangs=random.choice((0.0, 0.0, 0.1)),
            types=random.choice((TYPES, TYPES, TYPES[:1], TYPES[1:])),
        )
        for number in range(random.randint(2, 4))
    ]
    return Plan(seed, random.randint(2, 3), tuple(receivers))

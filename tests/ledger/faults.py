"""What a seed decides: endpoints, how their receivers misbehave, and how much happens. Pure."""

from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal

Fault = Literal["reset", "hang"]

#: Failures of one delivery in a row; the schedule of the house has more attempts.
MOST = 3
#: Deliveries a (virtual) second of an endpoint that is limited: so few that some have to wait.
RATE = 0.002
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
    """A receiver: how often it fails, and how often it breaks the connection or hangs when it does.

    `dead`: it never takes anything. `gone`: to the first request of its n-th delivery it says 410.
    `settings` are those of its endpoint, as `/v1` takes them.
    """

    seed: str
    fails: float
    resets: float
    hangs: float
    types: tuple[str, ...]
    dead: bool = False
    gone: int | None = None
    settings: dict[str, Any] = field(default_factory=dict)

    def answer(self, delivery: int, request: int) -> Answer:
        """Answer what the n-th request of its n-th delivery gets, both from 1."""
        random = Random(f"{self.seed} {delivery} {request}")
        if self.gone == delivery and request == 1:
            return Answer(410)
        if not self.dead and (request > MOST or random.random() >= self.fails):
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


def _character(seed: str, random: Random) -> Character:
    kind = random.choice(("well", "well", "well", "well", "dead", "gone"))
    settings: dict[str, Any] = {"ordering": random.choice(("none", "none", "video", "endpoint"))}
    if random.random() < 0.3:
        settings["rate_limit"] = RATE
    if random.random() < 0.2:
        settings["in_flight"] = 1
    if kind == "dead":
        settings["retries"] = [0, 5, 60]
    return Character(
        seed=seed,
        fails=random.choice((0.0, 0.3, 0.6)),
        resets=0.2,
        hangs=0.0 if kind == "dead" else random.choice((0.0, 0.0, 0.1)),
        types=random.choice((TYPES, TYPES, TYPES[:1], TYPES[1:])),
        dead=kind == "dead",
        gone=random.randint(1, 3) if kind == "gone" else None,
        settings=settings,
    )


def plan(seed: int) -> Plan:
    """Answer the plan of a seed."""
    random = Random(f"ledger {seed}")
    receivers = [_character(f"{seed} {number}", random) for number in range(random.randint(2, 4))]
    return Plan(seed, random.randint(2, 3), tuple(receivers))

"""What server, broadcaster and recorder of a live stream will do: a function of seed, stream, preset.

That a server takes 20 to 30 seconds is documented; that somebody then broadcasts at all, how often
the connection breaks and how long a recording takes is invented, and labelled so in the docs.
"""

import random

from telecine.shared.aggregates.live import Card
from telecine.shared.events.live import Drop, LivePlan
from telecine.shared.randomness import rng
from telecine.transcoder.plan import Preset, wished_failure

_SIZES = (((1280, 720), 0.6), ((1920, 1080), 0.3), ((854, 480), 0.1))
#: How often a connection breaks: mostly never.
_DROPS = ((0, 0.5), (1, 0.35), (2, 0.15))
_BITS_PER_PIXEL_SECOND = 1.8


def live_plan(seed: int, card: Card, preset: Preset) -> LivePlan:
    """Answer how long each step takes; the same stream gets the same plan.

    `sim=fail:<code>` in its title makes the server's start fail. With preset `instant` nothing
    takes any time; what happens is the same.
    """
    pace = 0.0 if preset == "instant" else 1.0
    chance, look = rng(seed, card.id, "waits"), rng(seed, card.id, "media")
    size, *_ = look.choices([size for size, _ in _SIZES], [share for _, share in _SIZES])
    return LivePlan(
        server=pace * _between(chance, 20, 30),
        publish=pace * _between(chance, 2, 5),
        drops=_drops(chance, pace),
        record=pace * _between(chance, 1, 2),
        transcode=pace * _between(chance, 3, 6),
        width=size[0],
        height=size[1],
        bytes_per_second=int(size[0] * size[1] * _BITS_PER_PIXEL_SECOND / 8),
        entity_tag=f"{look.getrandbits(128):032x}-1",
        failure=wished_failure(card.opening.title, None),
    )


def _drops(chance: random.Random, pace: float) -> tuple[Drop, ...]:
    (count,) = chance.choices([count for count, _ in _DROPS], [share for _, share in _DROPS])
    return tuple(
        Drop(after=pace * _between(chance, 20, 60), back=pace * _between(chance, 2, 8))
        for _ in range(count)
    )


def _between(chance: random.Random, least: float, most: float) -> float:
    return round(chance.uniform(least, most), 3)

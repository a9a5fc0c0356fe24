"""What the encoder will do with one transcoding job: as with a video that was uploaded by link."""

from telecine.shared.aggregates.job import Card
from telecine.shared.events.job import JobPlan
from telecine.shared.randomness import rng
from telecine.transcoder.plan import Preset, drawn_media, wished_failure

#: Seconds (virtual) until the work starts, and until it is done: those of a video, least and most.
_WAITS = ((0.4, 0.6), (1.6, 2.0))


def job_plan(seed: int, card: Card, preset: Preset) -> JobPlan:
    """Answer how long each step takes and how it ends; the same job gets the same plan.

    `sim=fail:<code>` in its input makes it fail, as it does in a video's link.
    """
    failure = wished_failure("", card.opening.input)
    chance = rng(seed, card.id, "waits")
    start, work = (round(chance.uniform(*between), 3) for between in _WAITS)
    media = None if failure else drawn_media(rng(seed, card.id, "media"))
    waits = (0.0, 0.0) if preset == "instant" else (start, work)
    return JobPlan(waits=waits, media=media, failure=failure)

"""What the encoder will do with a video: a pure function of seed, video and preset.

Sources: failure codes and lengths from the research in DESIGN's references; the resolution shares
are api.video's (half of all uploads 1080p or more). They are labelled invented in the docs.
"""

import math
import random
import re
from typing import Literal
from urllib.parse import unquote

from telecine.shared.aggregates.video import Card, Upload
from telecine.shared.events.video import Failure, Media, Plan
from telecine.shared.randomness import rng

Preset = Literal["quick", "instant"]

_WISH = re.compile(r"sim=fail:([A-Za-z0-9_.-]{1,64})")
_SIZES = (((1920, 1080), 0.45), ((1280, 720), 0.30), ((854, 480), 0.20), ((3840, 2160), 0.05))
_BITS_PER_PIXEL_SECOND = 1.8
_PART = 5 * 1024 * 1024

#: Known codes and what they say to people.
FAILURES = {
    "source_404": "the source answered 404 Not Found",
    "source_403": "AccessDenied: Access Denied\n\tstatus code: 403",
    "source_timeout": "the source did not answer in time",
    "not_a_video": "the file is not a video",
    "zero_bytes": "the file is empty",
    "corrupt": "the file is damaged",
    "unsupported_codec": "the video's codec is not supported",
    "decode_error": "a frame could not be decoded",
    "worker_lost": "nats: invalid connection",
}


def plan(seed: int, card: Card, upload: Upload, preset: Preset) -> Plan:
    """Answer how long each step takes and how it ends; the same video gets the same plan."""
    failure = upload.defect or wished_failure(card.title, upload.source.url)
    media = upload.media or drawn_media(rng(seed, card.id, "media"))
    return Plan(
        waits=_waits(rng(seed, card.id, "waits"), preset),
        media=None if failure else media,
        failure=failure,
    )


def wished_failure(title: str, url: str | None) -> Failure | None:
    """Answer the failure that `sim=fail:<code>` in a title or link asks for."""
    for text in (title, unquote(url or "")):
        if found := _WISH.search(text):
            code = found[1]
            return Failure(code=code, reason=FAILURES.get(code, f"simulated failure: {code}"))
    return None


def drawn_media(chance: random.Random) -> Media:
    """Answer facts for a video that nobody has fetched: lengths log-normal, median four minutes."""
    (width, height), *_ = chance.choices(
        [size for size, _ in _SIZES], [share for _, share in _SIZES]
    )
    duration = round(min(chance.lognormvariate(math.log(240), 1.0), 4 * 3600), 3)
    bits = width * height * _BITS_PER_PIXEL_SECOND * chance.uniform(0.7, 1.3)
    size = max(1, int(duration * bits / 8))
    parts = math.ceil(size / _PART)
    tag = f"{chance.getrandbits(128):032x}-{parts}"
    return Media(width=width, height=height, duration=duration, size=size, entity_tag=tag)


def _waits(chance: random.Random, preset: Preset) -> tuple[float, float, float, float]:
    """Answer the seconds before each step; `quick` is ready after about three."""
    if preset == "instant":
        return (0.0, 0.0, 0.0, 0.0)
    return (
        round(chance.uniform(0.4, 0.6), 3),
        round(chance.uniform(1.6, 2.0), 3),
        round(chance.uniform(0.3, 0.5), 3),
        round(chance.uniform(0.2, 0.3), 3),
    )

"""What TPStreams was asked to make of a video; its own defaults where another platform was asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from telecine.platforms.tpstreams.links import stored
from telecine.platforms.tpstreams.name import NAME
from telecine.shared.aggregates.video import Created, Known, Succeeded, Watchable
from telecine.shared.events.video import Media

#: The resolutions of every documented sample.
DEFAULT_RESOLUTIONS = ("240p", "360p", "480p", "720p")


@dataclass(frozen=True)
class Wishes:
    """The options of one video; `protection` is drm, aes or disable."""

    resolutions: tuple[str, ...]
    protection: str
    generate_subtitle: bool
    inputs: tuple[Mapping[str, str], ...]


def wishes_of(video: Known) -> Wishes:
    """Answer a video's options. Another platform's wishes say nothing to us."""
    wishes: dict[str, Any] = video.card.wishes if video.card.platform == NAME else {}
    return Wishes(
        resolutions=tuple(wishes.get("resolutions", _default_resolutions(video))),
        protection=wishes.get("content_protection_type", "disable"),
        generate_subtitle=wishes.get("generate_subtitle", False),
        inputs=tuple(wishes.get("inputs", _inputs(video))),
    )


def _default_resolutions(video: Known) -> tuple[str, ...]:
    """A default is never above the source; before the source is known it is as documented."""
    media = _source(video)
    if media is None:
        return DEFAULT_RESOLUTIONS
    lines = min(media.width, media.height)  # the shorter side: phones film upright
    return tuple(each for each in DEFAULT_RESOLUTIONS if int(each[:-1]) <= lines)


def _source(video: Known) -> Media | None:
    if isinstance(video, Created):
        return None
    return video.media if isinstance(video, Succeeded | Watchable) else video.upload.media


def _inputs(video: Known) -> tuple[Mapping[str, str], ...]:
    if isinstance(video, Created):
        return ()
    return ({"url": video.upload.source.url or stored(video.card.id)},)

"""What the platforms' clients answer: a video, an endpoint, and what a webhook says."""

from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit


@dataclass(frozen=True)
class Video:
    """A video by its uuid, which is its id everywhere but in OmegaStream's `id`."""

    id: str
    title: str
    platform: str


@dataclass(frozen=True)
class Endpoint:
    """A receiver's URL as the house knows it. `token`: what TPStreams sends along."""

    id: str
    url: str
    platform: str
    token: str | None = field(default=None, repr=False)

    @property
    def path(self) -> str:
        """The path of its URL: its name at a receiver, and in everything that is printed."""
        return urlsplit(self.url).path


@dataclass(frozen=True)
class Notice:
    """What a webhook says of which video: an event's type (OmegaStream) or a status (TPStreams)."""

    video_id: str
    says: str


def link_to(title: str) -> str:
    """Answer a link that stands for a file elsewhere; the house never fetches it."""
    return f"https://media.example/{quote(title, safe='')}.mp4"

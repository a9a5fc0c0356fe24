"""What the demo shows while it runs: a row for each video, read through the public API."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from telecine.simulations.clients.customer import Customer
from telecine.simulations.clients.things import Video


@dataclass(frozen=True)
class Row:
    """One video. `webhooks`: those that were sent; `taken`: those that a receiver took."""

    title: str
    platform: str
    state: str
    webhooks: int = 0
    taken: int = 0
    attempts: int = 0

    def line(self) -> str:
        """Answer it as a line of text."""
        tries = "1 attempt" if self.attempts == 1 else f"{self.attempts} attempts"
        return (
            f"{self.title} ({self.platform}): {self.state}, "
            f"{self.taken} of {self.webhooks} webhooks taken, {tries}"
        )


def row(video: Video, state: str, deliveries: Sequence[dict[str, Any]]) -> Row:
    """Answer a video's row from what the house says of it; `deliveries` may be of other videos too."""
    own = [each for each in deliveries if each["video_id"] == video.id]
    return Row(
        title=video.title,
        platform=video.platform,
        state=state,
        webhooks=len(own),
        taken=sum(each["state"] == "succeeded" for each in own),
        attempts=sum(each["attempts"] for each in own),
    )


def news(before: Sequence[Row], now: Sequence[Row]) -> list[str]:
    """Answer a line for every row that is new or has changed."""
    return [each.line() for each in now if each not in before]


async def read(customers: Sequence[Customer]) -> list[Row]:
    """Ask the house for every video of its customers."""
    rows = []
    for customer in customers:
        videos = list(customer.ledger.videos.values())
        deliveries = await customer.control.deliveries()
        rows += [row(each, await customer.status(each), deliveries) for each in videos]
    return rows

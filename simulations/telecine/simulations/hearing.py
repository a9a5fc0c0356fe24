"""What an endpoint's receiver was told, request by request, put together to webhooks."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from telecine.simulations.clients import omega, tpstreams
from telecine.simulations.clients.things import Endpoint, Notice
from telecine.simulations.expectations import ExpectationFailed
from telecine.simulations.receiver import Received, Receiver

_SHOWN = 500
_READERS = {omega.NAME: omega.notice, tpstreams.NAME: tpstreams.notice}


@dataclass(frozen=True)
class Webhook:
    """Every request that came with one `webhook-id`, in the order of arrival."""

    id: str
    notice: Notice
    requests: tuple[Received, ...]


class Hearing:
    """Listens at one endpoint's path; each request is read once, however often one asks."""

    def __init__(self, receiver: Receiver, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._receiver = receiver
        self._notices: dict[str, Notice] = {}
        self._requests: dict[str, list[Received]] = {}
        self._read = 0

    def webhooks(self, videos: Collection[str]) -> list[Webhook]:
        """Answer the webhooks about these videos, in the order of their first requests.

        Raises ExpectationFailed if something came that is no webhook of the platform.
        """
        self._listen()
        return [
            Webhook(webhook_id, notice, tuple(self._requests[webhook_id]))
            for webhook_id, notice in self._notices.items()
            if notice.video_id in videos
        ]

    def _listen(self) -> None:
        for received in self._receiver.at(self.endpoint.path)[self._read :]:
            self._read += 1
            try:
                self._take(received)
            except (KeyError, TypeError, ValueError) as error:
                fact = f"what comes to {received.path} is a webhook of {self.endpoint.platform}"
                seen = f"{dict(received.headers)} {received.body[:_SHOWN]!r}"
                raise ExpectationFailed(fact, seen) from error

    def _take(self, received: Received) -> None:
        webhook_id = received.headers["webhook-id"]
        if webhook_id not in self._notices:
            self._notices[webhook_id] = _READERS[self.endpoint.platform](received.json())
            self._requests[webhook_id] = []
        self._requests[webhook_id].append(received)


def said_of(webhooks: Collection[Webhook]) -> Mapping[str, list[str]]:
    """Answer what was said of each video, by its id, sorted: deliveries may overtake each other."""
    said: dict[str, list[str]] = {}
    for webhook in webhooks:
        said.setdefault(webhook.notice.video_id, []).append(webhook.notice.says)
    return {video_id: sorted(words) for video_id, words in said.items()}

"""What one run has asked for: the keys of its wishes, and what it got for them."""

from telecine.shared.ids import hex_of
from telecine.simulations.clients.things import Endpoint, Video


class Ledger:
    """Gives out idempotency keys, and remembers the run's own videos and endpoints.

    A key is the same for the same wish in the same run, so that ids are reproducible; the n-th
    wish for the same thing is another one, however many others come in between.
    """

    def __init__(self, run: str) -> None:
        self.videos: dict[str, Video] = {}
        self.endpoints: dict[str, Endpoint] = {}
        self._run = run
        self._times: dict[tuple[str, str], int] = {}

    def key(self, wish: str, name: str) -> str:
        """Answer the key of a wish (such as `omega.video`) for something with a name."""
        number = self._times[wish, name] = self._times.get((wish, name), 0) + 1
        return hex_of(self._run, wish, name, number)

    def video(self, video: Video) -> Video:
        """Enter a video of ours."""
        self.videos[video.id] = video
        return video

    def endpoint(self, endpoint: Endpoint) -> Endpoint:
        """Enter an endpoint of ours."""
        self.endpoints[endpoint.id] = endpoint
        return endpoint

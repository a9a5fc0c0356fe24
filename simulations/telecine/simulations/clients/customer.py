"""One organisation and everything that it can ask of a house with its key."""

from dataclasses import dataclass

import httpx

from telecine.simulations.clients import omega
from telecine.simulations.clients.api import Api
from telecine.simulations.clients.control import Control
from telecine.simulations.clients.ledger import Ledger
from telecine.simulations.clients.omega import Omega
from telecine.simulations.clients.things import Endpoint, Video
from telecine.simulations.clients.tpstreams import TPStreams


@dataclass(frozen=True)
class Customer:
    """The two platforms' APIs, the control API, and what was made through them."""

    omega: Omega
    tpstreams: TPStreams
    control: Control
    ledger: Ledger

    @classmethod
    def of(cls, http: httpx.AsyncClient, org: str, key: str, run: str) -> "Customer":
        """Answer the clients of an organisation; `http` is bound to the house's address.

        Two runs with the same name have the same wishes: the second gets what the first got.
        """
        bearer, ledger = Api(http, f"Bearer {key}"), Ledger(run)
        return cls(
            Omega(bearer, key, ledger),
            TPStreams(Api(http, f"Token {key}"), org, ledger),
            Control(bearer),
            ledger,
        )

    async def status(self, video: Video) -> str:
        """Answer a video's status in the words of the platform that took it."""
        platform = self.omega if video.platform == omega.NAME else self.tpstreams
        return await platform.status(video)

    async def delete_endpoint(self, endpoint: Endpoint) -> None:
        """Have nothing more sent to an endpoint of either platform."""
        platform = self.omega if endpoint.platform == omega.NAME else self.tpstreams
        await platform.delete_endpoint(endpoint)

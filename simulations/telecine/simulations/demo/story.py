"""The demo's story: two organisations, three endpoints, five uploads, and one impatient clock."""

from contextlib import suppress
from dataclasses import dataclass

from telecine.simulations.clients.customer import Customer
from telecine.simulations.clients.things import Endpoint, Video
from telecine.simulations.demo.board import read
from telecine.simulations.demo.promises import Promise
from telecine.simulations.demo.screen import Screen
from telecine.simulations.hearing import Hearing
from telecine.simulations.media import CLIP
from telecine.simulations.receiver import Answer, Receiver

#: The organisations and their keys. An endpoint hears of all videos of its organisation, so the
#: one whose receiver fails has an organisation of its own.
ORGS = {"demo": ["demo-key"], "shaky": ["shaky-key"]}
SPEED = 60
#: A link or title with `sim=fail:<code>` fails in processing, and says why.
BAD_LINK = "https://media.example/bad.mp4?sim=fail:unsupported_codec"
#: Standard Webhooks' schedule: virtual seconds before the second and the third attempt.
DELAYS = (5, 300)
TOKEN = "the demo's shared secret"  # noqa: S105 - of a receiver that lives for seconds


@dataclass(frozen=True)
class Endpoints:
    """Who listens: every type, every status, and a receiver that answers 500 twice."""

    omega: Endpoint
    tpstreams: Endpoint
    shaky: Endpoint


@dataclass(frozen=True)
class Story:
    """The demo as it is told at one house. `patience`: wall seconds for each of its two waits."""

    demo: Customer
    shaky: Customer
    receiver: Receiver
    screen: Screen
    patience: float

    async def tell(self) -> list[Promise]:
        """Play it all; answer what the endpoints were promised, kept or not."""
        endpoints = await self._open()
        async with self.screen.watching(lambda: read([self.demo, self.shaky])):
            promises = await self._upload(endpoints)
            self.screen.say(
                "waiting: the encoder takes about 3 s, the first retry comes after 5 s"
            )
            await self._heard(promises, attempts=2)
            self.screen.say(
                f"the second retry is due after five minutes: PUT /v1/clock speed={SPEED}, "
                "and they pass in five seconds"
            )
            async with self.demo.control.clock(SPEED):
                await self._heard(promises, attempts=1 + len(DELAYS))
            self.screen.say(f"the clock is back at speed {await self.demo.control.speed():g}")
        return promises

    async def _open(self) -> Endpoints:
        on, say = self.receiver.on, self.screen.say
        found = Endpoints(
            omega=await self.demo.omega.create_endpoint(on("/omega")),
            tpstreams=await self.demo.tpstreams.create_endpoint(on("/tpstreams"), TOKEN),
            shaky=await self.shaky.omega.create_endpoint(
                on("/shaky", Answer(500, "not today\n"), Answer(500, "not yet\n"), Answer(200))
            ),
        )
        say(f"endpoint {found.omega.url} takes OmegaStream's events")
        say(f"endpoint {found.tpstreams.url} takes TPStreams' changes of status")
        say(f"endpoint {found.shaky.url} answers 500 twice before it answers 200")
        return found

    async def _upload(self, endpoints: Endpoints) -> list[Promise]:
        demo = self.demo
        file = await demo.omega.upload_file("A real MP4 over tus", CLIP)
        link = await demo.omega.upload_link("A link")
        asset = await demo.tpstreams.upload_link("An asset")
        bad = await demo.omega.upload_link("A bad file", BAD_LINK)
        self.screen.say("the bad file's link ends in ?sim=fail:unsupported_codec, so it will fail")
        shaky = await self.shaky.omega.upload_link("To a shaky receiver")
        good = [file, link, asset]
        return [
            Promise(endpoints.omega, omega_tells(good, [bad])),
            Promise(endpoints.tpstreams, tpstreams_tells(good, [bad])),
            Promise(endpoints.shaky, omega_tells([shaky], []), DELAYS),
        ]

    async def _heard(self, promises: list[Promise], attempts: int) -> None:
        """Wait until every endpoint has heard so often; what never comes, the verdict will name."""
        hearings = [(each, Hearing(self.receiver, each.endpoint)) for each in promises]

        def all_heard(_: Receiver) -> bool:
            return all(
                each.heard(hearing.webhooks(self.videos()), min(attempts, each.attempts))
                for each, hearing in hearings
            )

        with suppress(TimeoutError):
            await self.receiver.wait(all_heard, self.patience)

    def videos(self) -> dict[str, Video]:
        """Answer every video of the story so far, by its id."""
        return {**self.demo.ledger.videos, **self.shaky.ledger.videos}

    def owner(self, endpoint: Endpoint) -> Customer:
        """Answer whose endpoint it is."""
        return self.shaky if endpoint.id in self.shaky.ledger.endpoints else self.demo


def omega_tells(good: list[Video], bad: list[Video]) -> list[tuple[Video, str]]:
    """Answer what OmegaStream's documents let an endpoint with every type expect."""
    return [
        *((video, "video.uploaded") for video in [*good, *bad]),
        *((video, "video.process_succeeded") for video in good),
        *((video, "video.process_failed") for video in bad),
    ]


def tpstreams_tells(good: list[Video], bad: list[Video]) -> list[tuple[Video, str]]:
    """Answer TPStreams' changes of status."""
    return [
        *((video, says) for video in [*good, *bad] for says in ("Queued", "Transcoding")),
        *((video, "Completed") for video in good),
        *((video, "Error") for video in bad),
    ]

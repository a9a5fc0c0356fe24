"""`telecine demo`: real uploads to a house of its own, documented webhooks out, everything judged."""

import sys

import httpx
from rich.console import Console

from telecine.shared.observing import logging
from telecine.shared.settings import Settings
from telecine.simulations import judges
from telecine.simulations.clients.api import PATIENCE
from telecine.simulations.clients.customer import Customer
from telecine.simulations.demo.screen import Screen
from telecine.simulations.demo.story import ORGS, Story
from telecine.simulations.demo.verdict import Verdict, judge
from telecine.simulations.interrupting import unless_stopped
from telecine.simulations.own_house import own_house
from telecine.simulations.receiver import Receiver

#: Wall seconds for each of the story's two waits, so that a demo that fails ends within a minute.
_PATIENCE = 20.0


async def run() -> int:
    """Answer 0 if every webhook came as documented and well signed, else 1. Raises JudgesMissing."""
    judges.require()
    logging.configure("warning")
    console = Console(file=sys.stdout)
    return await unless_stopped(perform(Screen(console), Receiver(), _PATIENCE))


async def perform(
    screen: Screen, receiver: Receiver, patience: float, settings: Settings | None = None
) -> int:
    """Perform the demo on a screen, with a receiver that is not open yet, at a house of its own.

    `settings`: other ones than the embedded defaults; they must have the story's organisations.
    """
    screen.say("starting a house of our own: six services, a NATS server, SQLite …")
    chosen = settings or Settings.model_construct(orgs=ORGS)
    async with (
        own_house(chosen) as house,
        receiver,
        httpx.AsyncClient(base_url=house.url, trust_env=False, timeout=PATIENCE) as http,
    ):
        screen.say(f"the house is up at {house.url}")
        demo, shaky = (Customer.of(http, org, keys[0], "demo") for org, keys in ORGS.items())
        story = Story(demo, shaky, receiver, screen, patience)
        promises = await story.tell()
        verdicts = [
            await judge(each, story.owner(each.endpoint), receiver, story.videos(), patience / 4)
            for each in promises
        ]
    return _ended(screen, verdicts)


def _ended(screen: Screen, verdicts: list[Verdict]) -> int:
    screen.lines(["", "What each receiver got"])
    wrong = 0
    for verdict in verdicts:
        screen.lines(verdict.lines)
        screen.lines([f"    WRONG: {each}" for each in verdict.problems])
        wrong += len(verdict.problems)
    screen.lines([""])
    if wrong:
        screen.say(f"{wrong} things are missing or wrong")
        return 1
    screen.say("nothing is missing, and every signature is good. Your turn: telecine up")
    return 0

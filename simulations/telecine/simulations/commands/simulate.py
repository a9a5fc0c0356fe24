"""`telecine simulate FILE`: run a scenario against a house, a running one or one of its own."""

import sys
import time
import traceback
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from pathlib import Path
from uuid import uuid4

from telecine.shared.errors import TelecineError
from telecine.shared.observing import logging
from telecine.shared.settings import DEFAULT_ORGS, Settings
from telecine.simulations.clients.api import HouseUnreachable, UnexpectedAnswer
from telecine.simulations.expectations import ExpectationFailed
from telecine.simulations.interrupting import unless_stopped
from telecine.simulations.judges import JudgesMissing
from telecine.simulations.own_house import own_house
from telecine.simulations.receiver import Receiver
from telecine.simulations.scenario import Scenario
from telecine.simulations.script import InvalidScenario, Option, Script, chosen, load
from telecine.simulations.visiting import visiting

PASSED, FAILED, INVALID, UNREACHABLE = 0, 1, 2, 3
#: What only a house of one's own can be given.
_OF_THE_HOUSE = ("preset", "seed")


async def run(settings: Settings, given: Namespace) -> int:
    """Answer 0 passed, 1 an expectation failed, 2 no good scenario, 3 no house."""
    if "log_level" not in settings.model_fields_set:
        logging.configure("warning")
    return await unless_stopped(_judged(settings, given))


async def _judged(settings: Settings, given: Namespace) -> int:
    try:
        await _simulate(settings, given)
    except (ExpectationFailed, UnexpectedAnswer) as error:
        return _ended(FAILED, f"FAILED   {error}")
    except (AssertionError, TimeoutError) as error:
        return _ended(FAILED, f"FAILED   {type(error).__name__}: {error}")
    except (InvalidScenario, JudgesMissing) as error:
        return _ended(INVALID, f"INVALID  {error}")
    except HouseUnreachable as error:
        return _ended(UNREACHABLE, f"NO HOUSE {error}")
    return PASSED


def _ended(status: int, message: str) -> int:
    print(message, file=sys.stderr, flush=True)
    return status


async def _simulate(settings: Settings, given: Namespace) -> None:
    script = load(Path(given.file))
    options = chosen(script, given.option)
    say = Narrator().say
    say(f"{given.file}: {script.shows}")
    async with (
        _place(settings, given) as (url, org, key, run_name),
        visiting(
            url, org, key, run=run_name, say=say, receiver=_receiver(given.receiver_host)
        ) as scenario,
    ):
        say(f"at {url}, organisation {org}")
        try:
            async with _speed(scenario, settings, given):
                await _play(script, scenario, options)
        finally:
            _summarise(scenario)
    print(f"PASSED   {len(scenario.expectations.held)} expectations held", flush=True)


class Narrator:
    """Prints lines with the wall seconds since the start."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def say(self, text: str) -> None:
        print(f"{time.monotonic() - self._start:6.1f} s  {text}", flush=True)


@asynccontextmanager
async def _place(settings: Settings, given: Namespace) -> AsyncIterator[tuple[str, str, str, str]]:
    """Where it is played: address, organisation, key, and the name of the run.

    A house of one's own has no past, so every run of a scenario can have the same name and the
    same ids. A house that goes on would answer a second run what it answered the first.
    """
    org, (key, *_) = next(iter(DEFAULT_ORGS.items()))
    if given.url:
        for name in _OF_THE_HOUSE:
            if getattr(given, name) is not None:
                raise InvalidScenario(f"--{name} is for a house of its own; drop it or --url")
        yield given.url, given.org or org, given.key or key, uuid4().hex
        return
    if given.org or given.key or given.receiver_host:
        message = "--org, --key and --receiver-host are for a house that is running; add --url"
        raise InvalidScenario(message)
    async with own_house(settings.model_copy(update={"orgs": DEFAULT_ORGS})) as house:
        yield house.url, org, key, "simulate"


def _receiver(name: str | None) -> Receiver:
    """One that a house elsewhere can reach listens on every address; without a name, on loopback."""
    return Receiver("0.0.0.0", name=name) if name else Receiver()  # noqa: S104 - as asked for


def _speed(
    scenario: Scenario, settings: Settings, given: Namespace
) -> AbstractAsyncContextManager[None]:
    """A house of one's own starts at its speed; one that is running is asked for it."""
    if given.url and given.speed is not None:
        return scenario.clock(settings.speed)
    return nullcontext()


async def _play(script: Script, scenario: Scenario, options: dict[str, Option]) -> None:
    try:
        await script.run(scenario, **options)
    except (AssertionError, TimeoutError, TelecineError):
        raise
    except Exception as error:
        traceback.print_exc()
        message = f"the scenario itself broke: {type(error).__name__}: {error}"
        raise InvalidScenario(message) from error
    scenario.expectations.must_have_stated()


def _summarise(scenario: Scenario) -> None:
    for endpoint in scenario.endpoints():
        requests = scenario.receiver.at(endpoint.path)
        webhooks = {each.headers.get("webhook-id") for each in requests}
        counted = f"{len(webhooks)} webhooks in {len(requests)} requests"
        print(f"  {endpoint.path:<12} {endpoint.platform:<12} {counted}", flush=True)

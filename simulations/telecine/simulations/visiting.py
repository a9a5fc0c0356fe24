"""Being at a house for one scenario: knock, hand over what it needs, tidy up behind it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx

from telecine.simulations.clients.api import PATIENCE, HouseUnreachable, UnexpectedAnswer
from telecine.simulations.clients.customer import Customer
from telecine.simulations.receiver import Receiver
from telecine.simulations.scenario import Scenario


@asynccontextmanager
async def visiting(
    url: str,
    org: str,
    key: str,
    *,
    run: str,
    say: Callable[[str], None],
    receiver: Receiver | None = None,
) -> AsyncIterator[Scenario]:
    """Answer a scenario for an organisation of a house; `run` names the run, see `Customer.of`.

    `receiver` is one that is not open yet; without it, it is one on the loopback.
    Its endpoints are deleted at the end, so that a house that goes on owes them nothing more.
    Raises HouseUnreachable if nobody answers there, or the key is nobody's.
    """
    async with receiver or Receiver() as open_receiver, _calling(url) as http:
        customer = Customer.of(http, org, key, run)
        await _knock(customer, url)
        try:
            yield Scenario(customer, open_receiver, say)
        finally:
            await _leave(customer, say)


def _calling(url: str) -> httpx.AsyncClient:
    try:
        return httpx.AsyncClient(base_url=url, trust_env=False, timeout=PATIENCE)
    except httpx.InvalidURL as error:
        raise HouseUnreachable(f"{url!r} is no address: {error}") from error


async def _knock(customer: Customer, url: str) -> None:
    try:
        await customer.control.speed()
    except UnexpectedAnswer as error:
        raise HouseUnreachable(f"the house at {url} does not let us in: {error}") from error
    except (KeyError, TypeError) as error:
        raise HouseUnreachable(f"what answers at {url} is no house of Telecine") from error


async def _leave(customer: Customer, say: Callable[[str], None]) -> None:
    try:
        for endpoint in customer.ledger.endpoints.values():
            await customer.delete_endpoint(endpoint)
    except (HouseUnreachable, UnexpectedAnswer) as error:
        say(f"the scenario's endpoints could not be deleted: {error}")

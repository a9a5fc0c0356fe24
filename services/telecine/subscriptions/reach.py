"""Whether a receiver's URL leads where the egress policy lets nothing go; asked before it is kept.

Delivery asks again, of every address that it connects to: a name may lead elsewhere by then. Here it
is for its owner, who reads at once what would otherwise stand in every attempt.
"""

import asyncio
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from telecine.shared.errors import Refusal
from telecine.shared.sending.addresses import Address, literal
from telecine.shared.sending.egress import OPEN, Egress
from telecine.shared.sending.names import Resolver

#: Seconds that a name server may take, while a client waits for its endpoint.
PATIENCE = 2.0
#: Look-ups side by side. Each has a thread of its own, for as long as its name server is silent.
ABREAST = 16

#: Raises Refusal if webhooks may not go to a URL.
Ensure = Callable[[str], Awaitable[None]]


async def ensure_reachable(url: str, *, egress: Egress, resolve: Resolver) -> None:
    """Raise Refusal if a URL's host is, or leads to, an address that the policy forbids.

    A name that does not resolve (yet, or in time) is taken: whoever registers an endpoint may well
    be about to start the receiver behind it.
    """
    if egress == OPEN:
        return
    host = urlsplit(url).hostname or ""
    spelled = literal(host)
    for address in [spelled] if spelled else await _addresses(host, resolve):
        if why := egress.refuses(address):
            message = (
                f"The host is or leads to an address {why}, and this house sends nothing there; "
                f"use another URL, or have its operator change TELECINE_EGRESS ({egress.name})."
            )
            raise Refusal("invalid", message, "url")


async def _addresses(host: str, resolve: Resolver) -> list[Address]:
    try:
        async with asyncio.timeout(PATIENCE):
            return [ip_address(each.partition("%")[0]) for each in await resolve(host)]
    except (OSError, UnicodeError):  # TimeoutError is an OSError
        return []

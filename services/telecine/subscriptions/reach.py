"""Whether a receiver's URL leads where the egress policy lets nothing go; asked before it is kept.

Delivery asks again, of every address that it connects to: a name may lead elsewhere by then. Here it
is for its owner, who reads at once what would otherwise stand in every attempt.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from telecine.shared.errors import Refusal
from telecine.shared.sending.addresses import Address, literal
from telecine.shared.sending.egress import OPEN, Egress

#: Seconds that a name server may take, while a client waits for its endpoint.
PATIENCE = 2.0

Resolve = Callable[[str], Awaitable[list[Address]]]


async def resolved(host: str) -> list[Address]:
    """Answer every address of a host name, as delivery would be given them. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(
        host, None, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
    )
    return [ip_address(str(info[4][0]).partition("%")[0]) for info in found]


async def ensure_reachable(url: str, egress: Egress, resolve: Resolve = resolved) -> None:
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


async def _addresses(host: str, resolve: Resolve) -> list[Address]:
    try:
        async with asyncio.timeout(PATIENCE):
            return await resolve(host)
    except (OSError, UnicodeError):  # TimeoutError is an OSError
        return []

"""Keeps the sender within its egress policy: what a name resolves to, and every socket it opens.

The resolver that vets is the one that aiohttp connects with, so no second answer of a name server
(rebinding) can come in between; and whatever was resolved, by whom and when, each address is vetted
once more as its socket is opened. That is also where IP addresses written in URLs are caught.
"""

import socket
from collections.abc import Callable
from ipaddress import ip_address

import structlog
from aiohttp import AddrInfoType
from aiohttp.abc import AbstractResolver, ResolveResult

from telecine.shared.egress import Egress

log = structlog.get_logger()


class Forbidden(OSError):
    """The egress policy lets nothing go there. An OSError, since aiohttp lets only these through."""


class VettingResolver(AbstractResolver):
    """A resolver whose answer is refused as a whole if one address in it is forbidden."""

    def __init__(self, inner: AbstractResolver, egress: Egress) -> None:
        self._inner = inner
        self._egress = egress

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        for each in found:
            _vet(self._egress, each["host"], f"{host} leads to an address")
        return found

    async def close(self) -> None:
        await self._inner.close()


def vetted(
    egress: Egress, open_socket: Callable[[AddrInfoType], socket.socket]
) -> Callable[[AddrInfoType], socket.socket]:
    """Answer how sockets are opened: not at all to a forbidden address."""

    def open_vetted(info: AddrInfoType) -> socket.socket:
        address = str(info[4][0])
        _vet(egress, address, f"{address} is an address")
        return open_socket(info)

    return open_vetted


def _vet(egress: Egress, address: str, subject: str) -> None:
    """Raises Forbidden. Its words name no address that a name stands for: the endpoint's owner reads
    them, and would learn how a network is built that is not theirs."""
    why = egress.refuses(ip_address(address.partition("%")[0]))
    if why is not None:
        log.warning("egress.refused", address=address, policy=egress.name)
        raise Forbidden(f"{subject} {why}, and the egress policy ({egress.name}) forbids it")

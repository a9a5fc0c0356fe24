"""Where webhooks may go: which addresses an egress policy lets through. Pure.

An address is judged by all that it may lead to: an IPv6 one may carry an IPv4 one inside. Sources:
IANA's two special-purpose address registries, and the clouds' own pages on instance metadata.
"""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from telecine.shared.sending.addresses import Address, readings

Network = IPv4Network | IPv6Network

POLICIES = ("open", "private", "public")


def _networks(*texts: str) -> tuple[Network, ...]:
    return tuple(ip_network(text) for text in texts)


#: Link-local, and where clouds hand credentials to whoever asks: only `open` reaches them.
NEVER = _networks(
    "169.254.0.0/16",  # with the metadata service of nearly every cloud
    "224.0.0.0/24",
    "fe80::/10",
    "ff02::/16",
    "100.100.100.200/32",  # Alibaba
    "168.63.129.16/32",  # Azure
    "192.0.0.192/32",  # Oracle
    "fd00:c1::/32",  # Oracle
    "fd00:ec2::/32",  # Amazon: metadata at ::254, pods' credentials at ::23
    "fd20:ce::254/128",  # Google
    "fd00:42::42/128",  # Scaleway
)

#: What there is of global addresses: all of IPv4, IPv6's global unicast, IPv4 by way of NAT64 …
_GLOBAL = _networks("0.0.0.0/0", "2000::/3", "64:ff9b::/96")
#: … but for these, which are for one network or machine, many receivers at once, or nobody.
_NOT_GLOBAL = _networks(
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
    *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"),
    *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
)


@dataclass(frozen=True)
class Egress:
    """A policy: one of `POLICIES`, or `networks` alone. Make one with `policy`."""

    name: str
    networks: tuple[Network, ...] = ()

    def refuses(self, address: Address) -> str | None:
        """Answer why nothing is sent to an address, as what "an address" is; None if it may be."""
        if self.name == "open":
            return None
        targets = list(readings(address))
        if any(_within(target, NEVER) for target in targets):
            return "that is link-local or a cloud's metadata service"
        if self.name == "public" and not all(map(is_global, targets)):
            return "that is not a global one"
        if self.networks and not all(_within(target, self.networks) for target in targets):
            return "that is in none of the allowed networks"
        return None


OPEN = Egress("open")


def policy(text: str) -> Egress:
    """Read a policy: `open`, `private`, `public`, or networks with commas between.

    Raises ValueError, which says what to write instead.
    """
    if text in POLICIES:
        return Egress(text)
    return Egress("networks", tuple(_network(part.strip()) for part in text.split(",")))


def _network(text: str) -> Network:
    try:
        network = ip_network(text)
    except ValueError as error:
        raise ValueError(
            f"{text!r} is neither {', '.join(POLICIES)} nor a network ({error}); "
            "write one of these, or networks such as 10.0.0.0/8,2001:db8::/32"
        ) from error
    if _within(network.network_address, NEVER) and _within(network.broadcast_address, NEVER):
        raise ValueError(f"{text} is link-local or a metadata service; only `open` goes there")
    return network


def is_global(address: Address) -> bool:
    """Whether the whole internet means the same host by it. What it carries is not looked at."""
    return _within(address, _GLOBAL) and not _within(address, _NOT_GLOBAL)


def _within(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks)

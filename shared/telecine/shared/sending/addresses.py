"""What an address means: which others it may lead to, and how else it can be written. Pure.

Sources: RFC 4291 (v4-mapped, v4-compatible), 2765 (translated), 6052 and 8215 (NAT64), 3056 (6to4),
4380 (Teredo), inet_aton(3).
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

_COMPATIBLE, _TRANSLATED = IPv6Network("::/96"), IPv6Network("::ffff:0:0:0/96")
_NAT64, _LOCAL_NAT64 = IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48")


def readings(address: Address) -> Iterator[Address]:
    """Answer every address that this one may lead to: itself, and those that it carries."""
    if isinstance(address, IPv4Address):
        yield address
    elif address.ipv4_mapped is not None:  # the system takes it for the IPv4 address that it is
        yield address.ipv4_mapped
    else:
        yield address
        yield from map(IPv4Address, _carried(address))


def _carried(address: IPv6Address) -> Iterator[int]:
    number = int(address)
    low = number & 0xFFFF_FFFF
    if address in _NAT64 or address in _TRANSLATED or (address in _COMPATIBLE and low > 1):
        yield low
    if address.sixtofour is not None:
        yield int(address.sixtofour)
    if address.teredo is not None:
        yield from map(int, address.teredo)
    if (
        address in _LOCAL_NAT64
    ):  # its prefix may have 48, 56, 64 or 96 bits; bits 64 to 71 are void
        without_void = (number >> 64 << 56) | (number & ((1 << 56) - 1))
        yield from ((without_void >> shift) & 0xFFFF_FFFF for shift in (40, 32, 24))
        yield low


def literal(host: str) -> Address | None:
    """Answer the address that a URL's host spells out; None if it is a name.

    Also what a resolver takes for one: IPv4 in one to four decimal, octal or hexadecimal parts, IPv6
    with a zone, either in brackets.
    """
    bare = host.strip("[]").partition("%")[0]
    try:
        return ip_address(bare)
    except ValueError:
        return _old_spelling(bare.rstrip("."))


def _old_spelling(text: str) -> IPv4Address | None:
    """Read IPv4 as inet_aton(3) does: the last part fills what the ones before it leave."""
    try:
        *first, last = [_part(part) for part in text.split(".")]
    except ValueError:
        return None
    room = 4 - len(first)
    if room < 1 or any(part > 255 for part in first) or last >= 256**room:
        return None
    return IPv4Address(int.from_bytes(bytes(first), "big") * 256**room + last)


def _part(text: str) -> int:
    if not (text.isascii() and text.isalnum()):
        raise ValueError(text)
    if text[:2].lower() == "0x":
        return int(text[2:] or "0", 16)
    return int(text, 8 if text.startswith("0") else 10)

"""The host of a URL, as a request names it: one rule for whoever takes a URL and whoever calls it. Pure."""

import re
from ipaddress import ip_address

import idna

from telecine.shared.sending.addresses import literal

_NAME = re.compile(r"(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?")
#: Characters of a name, with the dot at its end.
_MOST = 254


class NoHost(ValueError):
    """Nobody can be called by that; says why."""


def host_of(text: str) -> tuple[str, bool]:
    """Answer a URL's host in ASCII, and whether it is a name; an IPv6 address loses its brackets.

    Raises NoHost, also for addresses in the spellings of inet_aton(3): what they mean differs.
    """
    bare = text.strip("[]").replace("%25", "%") if text.startswith("[") else text
    try:
        ip_address(bare)
    except ValueError:
        pass
    else:
        if (":" in bare) == text.startswith("["):
            return bare.lower(), False
    if text.startswith("[") or literal(text) is not None:
        raise NoHost(f"write the address {text} as 192.0.2.1 or as [2001:db8::1]")
    name = text.lower() if text.isascii() else _in_ascii(text)
    if len(name) > _MOST or not _NAME.fullmatch(name):
        raise NoHost(f"{text} is not a host name")
    return name, True


def _in_ascii(name: str) -> str:
    try:
        return idna.encode(name, uts46=True).decode()
    except idna.IDNAError as error:
        try:
            return name.encode("idna").decode()  # of 2003: it knows names with symbols in them
        except UnicodeError:
            raise NoHost(f"{name} is not a host name: {error}") from error

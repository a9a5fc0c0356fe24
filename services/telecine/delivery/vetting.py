"""Keeps the sender within its egress policy: what a name resolves to, and every socket and reuse.

An answer of DNS is vetted as a whole, and connections are made to the addresses in it: no second
answer of a name server (rebinding) can come in between. Whatever was resolved, by whom and when,
each address is vetted once more as its socket is opened, and when its connection is used again.
"""

from collections.abc import Sequence
from ipaddress import ip_address

import structlog

from telecine.shared.sending.egress import Egress

log = structlog.get_logger()

_KNOWN_CAP = 4096
_UNKNOWN = "not looked at yet"


class Forbidden(Exception):
    """The egress policy lets nothing go there."""


class Vetting:
    """One policy, with its verdicts of late: there are fewer addresses than requests."""

    def __init__(self, egress: Egress) -> None:
        self._egress = egress
        self._verdicts: dict[str, str | None] = {}

    def answer(self, host: str, addresses: Sequence[str]) -> None:
        """Vet all that a name leads to. Raises Forbidden if one address of it is forbidden.

        Its words name no address that a name stands for: the endpoint's owner reads them, and
        would learn how a network is built that is not theirs.
        """
        for address in addresses:
            self._vet(address, f"{host} leads to an address")

    def socket(self, address: str) -> None:
        """Vet what a socket is about to be opened to. Raises Forbidden."""
        self._vet(address, f"{address} is an address")

    def allows(self, address: str) -> bool:
        """Whether the policy lets webhooks go to an address."""
        return self._verdicts.get(address, _UNKNOWN) is None or self._verdict(address) is None

    def _vet(self, address: str, subject: str) -> None:
        why = self._verdict(address)
        if why is not None:
            log.warning("egress.refused", address=address, policy=self._egress.name)
            raise Forbidden(
                f"{subject} {why}, and the egress policy ({self._egress.name}) forbids it"
            )

    def _verdict(self, address: str) -> str | None:
        try:
            return self._verdicts[address]
        except KeyError:
            why = self._egress.refuses(ip_address(address.partition("%")[0]))
        if len(self._verdicts) >= _KNOWN_CAP:
            self._verdicts.clear()
        self._verdicts[address] = why
        return why

"""What goes out to an endpoint, prepared once for many webhooks: the head as it is sent and as it is kept
on record, with gaps for what differs from one to the next. Pure.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson

from telecine.delivery.keyring import Keys
from telecine.delivery.signing import Signer, signature
from telecine.delivery.target import Target, Unsendable, target_of
from telecine.delivery.webhook import form_of
from telecine.platforms.pack import Pack
from telecine.shared.aggregates.endpoint import Profile
from telecine.shared.sending.agent import USER_AGENT
from telecine.shared.sending.owed import Owed

REDACTED = "[redacted]"

#: What differs, in the order of the gaps; the last one is the body's length.
_GAPS = ("telecine-time", "webhook-id", "webhook-timestamp", "webhook-signature")
_ID = re.compile(r"[\w.:~-]+", re.ASCII)


@dataclass(slots=True)
class Moment:
    """When an attempt began, in virtual time and on the wall."""

    virtual: datetime
    wall: datetime


@dataclass(frozen=True, slots=True)
class Stencil:
    """`target` and `head` (a printf form) make up the request, `record` (the same) its headers in JSON.

    `fault`: why no request can be made of it; else empty. `by_wall`: whether signatures tell the wall's
    time. `timeout` in seconds.
    """

    url: str
    timeout: float
    by_wall: bool
    signers: tuple[Signer, ...]
    key_ids: str
    record: str
    target: Target | None
    head: str
    fault: str

    def fill(self, owed: Owed, moment: Moment) -> "Webhook":
        """Answer the webhook of what is owed, signed at this moment."""
        signed_at = moment.wall if self.by_wall else moment.virtual
        timestamp = int(signed_at.timestamp())
        signed = signature(self.signers, owed.delivery_id, timestamp, owed.body)
        size = len(owed.body)
        gaps = (moment.virtual.isoformat(), owed.delivery_id, timestamp, signed, size)
        if self.fault or not _ID.fullmatch(owed.delivery_id):
            fault = self.fault or f"{owed.delivery_id!r} is no id of a delivery"
            quoted = [orjson.dumps(str(gap)).decode()[1:-1] for gap in gaps]
            return Webhook(self, self.record % tuple(quoted), b"", fault)
        head = self.head % gaps
        return Webhook(self, self.record % gaps, head.encode() + owed.body, "")


@dataclass(slots=True)  # not frozen, since one is made for each attempt
class Webhook:
    """One webhook as it goes out: `record` is its headers for the record, in JSON, secrets redacted;
    `message` its bytes."""

    stencil: Stencil
    record: str
    message: bytes
    fault: str

    @property
    def timeout(self) -> float:
        return self.stencil.timeout

    def wire(self) -> tuple[Target, bytes]:
        """Answer where it goes, and its bytes. Raises Unsendable."""
        target = self.stencil.target
        if target is None or self.fault:
            raise Unsendable(self.fault)
        return target, self.message


def stencil_of(
    profile: Profile,
    pack: Pack,
    keys: Keys,
    timeout: float,
    carried: Mapping[str, str] | None = None,
) -> Stencil:
    """Answer the stencil of an endpoint as it is now, with its owner's and the platform's headers.

    `timeout` is the house's, in seconds; the endpoint may have its own. `carried`: headers beside these.
    """
    wanted, url = profile.subscription.settings, profile.subscription.url
    headers = {
        **{name: keys.secrets[key] for name, key in wanted.headers},
        "content-type": "application/json",
        "user-agent": USER_AGENT,
        **dict.fromkeys(_GAPS, ""),
        **pack.headers(profile, keys.secrets),
        **(carried or {}),
    }
    target, head, fault = None, "", ""
    try:
        target = target_of(url)
        head = form_of(target, headers, _GAPS)
    except Unsendable as error:
        fault = str(error)
    secret = pack.secret_headers.union(name.lower() for name, _ in wanted.headers)
    shown = [
        (name.replace("%", "%%"), "%s" if name in _GAPS else value.replace("%", "%%"))
        for name, value in redacted(headers, secret)
    ]
    if target:
        shown = [("host", target.host.replace("%", "%%")), *shown]
        if target.authorization and "authorization" not in map(str.lower, headers):
            shown.append(("authorization", REDACTED))
    shown.append(("content-length", "%s"))
    return Stencil(
        url,
        wanted.timeout or timeout,
        wanted.timestamps == "wall",
        keys.signers,
        orjson.dumps([each.id for each in keys.signers]).decode(),
        orjson.dumps(shown).decode(),
        target,
        head,
        fault,
    )


def redacted(headers: Mapping[str, str], secret: frozenset[str]) -> list[tuple[str, str]]:
    """Answer headers for the record; one that is secret (by its name in lower case) keeps its name only."""
    return [
        (name, REDACTED if name.lower() in secret else value) for name, value in headers.items()
    ]

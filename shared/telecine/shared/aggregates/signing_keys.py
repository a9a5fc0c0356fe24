"""The keys that sign an endpoint's webhooks, by name: one is current, older ones sign along. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime

from telecine.shared.events.endpoint import SignatureKind

#: Old keys of a kind that are remembered; the oldest is dropped for one more.
MOST_OLD = 10


@dataclass(frozen=True)
class SigningKey:
    """A key's name; `until` is when it stops to sign (virtual), None for the current one of its kind."""

    id: str
    kind: SignatureKind
    until: datetime | None = None

    def signs_at(self, now: datetime) -> bool:
        """Whether it signs what goes out at a virtual moment."""
        return self.until is None or now < self.until


Keys = tuple[SigningKey, ...]


def rotated(keys: Keys, new: SigningKey, until: datetime) -> Keys:
    """Answer keys, newest first, with a new current one: those before it sign until then at most."""
    older = [_ending(key, until) for key in keys if key.kind == new.kind]
    others = [key for key in keys if key.kind != new.kind]
    return (new, *older[:MOST_OLD], *others)


def _ending(key: SigningKey, until: datetime) -> SigningKey:
    return replace(key, until=min(key.until, until) if key.until else until)

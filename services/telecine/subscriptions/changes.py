"""What changes of an endpoint's subscription, said once and applied to it as it is by then. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from telecine.shared.aggregates.event_types import after_platforms_update
from telecine.shared.events.endpoint import EndpointSettings, Subscription


@dataclass(frozen=True)
class Changes:
    """`subscription` and `settings` by field, of these None is the default; `headers` by name, each with
    its value's key id or None, which takes it away. `headers` None takes all of them away.

    `choices`: None if `/v1` says so; else it is said through a platform's own API, and these are the
    types that it has words for (none: it has no choice of types).
    """

    subscription: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str | None] | None = field(default_factory=dict)
    choices: tuple[str, ...] | None = None

    def applied(self, before: Subscription) -> Subscription:
        """Answer the subscription after the changes."""
        changed = dict(self.subscription)
        if self.choices is not None and "types" in changed:
            changed["types"] = self._types(before, changed["types"], self.choices)
        settings = {
            **before.settings.model_dump(),
            **self.settings,
            "headers": self._headers(before),
        }
        said = {name: value for name, value in settings.items() if value is not None}
        changed["settings"] = EndpointSettings.model_validate(said)
        return before.model_copy(update=changed)

    def _headers(self, before: Subscription) -> tuple[tuple[str, str], ...]:
        if self.headers is None:
            return ()
        headers = {**dict(before.settings.headers), **self.headers}
        return tuple((name, key) for name, key in headers.items() if key is not None)

    def _types(
        self, before: Subscription, asked: tuple[str, ...], choices: tuple[str, ...]
    ) -> tuple[str, ...]:
        if before.narrowed and not choices:
            return before.types
        return after_platforms_update(before.types, asked, choices)

"""What came of an attempt: news for whoever listens, the record is delivery's."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from telecine.shared.events import Fact, Upcast, Wire


def _about_nothing_known(told: dict[str, Any]) -> dict[str, Any]:
    """Version 1 did not say what the event was about."""
    return {**told, "video_id": ""}


class AttemptMade(Fact):
    """One HTTP try of a delivery ended, and not well. `video_id` is what its event was about."""

    schema_version: ClassVar[int] = 2
    upcasts: ClassVar[Mapping[int, Upcast]] = {1: _about_nothing_known}
    delivery_id: str
    event_type: str
    video_id: str
    number: int
    status: int | None
    error: str | None


class Success(Wire):
    """A delivery's attempt that the receiver has answered with 2xx."""

    endpoint_id: str = ""
    delivery_id: str
    event_type: str
    video_id: str = ""
    number: int
    status: int | None


def _one_of_several(told: dict[str, Any]) -> dict[str, Any]:
    """Version 1 was published for each attempt, on its endpoint's own subject."""
    return {"attempts": [{name: told[name] for name in told if name != "error"}]}


class AttemptSucceeded(Fact):
    """Attempts of one organisation that went well: those that were put on record together.

    Told in groups, on `attempt.succeeded.<org>._`, since most attempts go well: a message for each
    would cost as much as its webhook.
    """

    type: ClassVar[str] = "attempt.succeeded"
    schema_version: ClassVar[int] = 2
    upcasts: ClassVar[Mapping[int, Upcast]] = {1: _one_of_several}
    attempts: tuple[Success, ...]


class AttemptFailed(AttemptMade):
    """It failed and another will follow at `next_at` (virtual)."""

    type: ClassVar[str] = "attempt.failed"
    next_at: datetime


class AttemptFailing(AttemptMade):
    """A delivery has failed several times by now, and another attempt will follow at `next_at`.

    Told once of a delivery, beside the `attempt.failed` of its schedule's fourth attempt: resends are
    not counted.
    """

    type: ClassVar[str] = "attempt.failing"
    schema_version: ClassVar[int] = 1
    upcasts: ClassVar[Mapping[int, Upcast]] = {}
    next_at: datetime


class AttemptGone(AttemptMade):
    """The receiver answered 410: there is no endpoint any more, and it wants nothing (Standard
    Webhooks 1.0.0). `endpoint_sequence` is the endpoint's last fact that the attempt knew of."""

    type: ClassVar[str] = "attempt.gone"
    schema_version: ClassVar[int] = 1
    upcasts: ClassVar[Mapping[int, Upcast]] = {}
    endpoint_sequence: int


class AttemptResendFailed(AttemptMade):
    """It was made on request (a test, or again on a delivery that had ended), and failed; nothing follows
    from it."""

    type: ClassVar[str] = "attempt.resend_failed"


class AttemptExhausted(AttemptMade):
    """It failed and was the last."""

    type: ClassVar[str] = "attempt.exhausted"

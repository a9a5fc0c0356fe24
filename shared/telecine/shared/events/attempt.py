"""What came of an attempt: news for whoever listens, the record is delivery's."""

from datetime import datetime
from typing import ClassVar

from telecine.shared.events import Fact


class AttemptMade(Fact):
    """One HTTP try ended. The record of it is delivery's; this is the news for whoever listens."""

    delivery_id: str
    event_type: str
    number: int
    status: int | None
    error: str | None


class AttemptSucceeded(AttemptMade):
    type: ClassVar[str] = "attempt.succeeded"


class AttemptFailed(AttemptMade):
    """It failed and another will follow at `next_at` (virtual)."""

    type: ClassVar[str] = "attempt.failed"
    next_at: datetime


class AttemptResendFailed(AttemptMade):
    """It was made by hand on a delivery that had ended, and failed; nothing follows from it."""

    type: ClassVar[str] = "attempt.resend_failed"


class AttemptExhausted(AttemptMade):
    """It failed and was the last."""

    type: ClassVar[str] = "attempt.exhausted"

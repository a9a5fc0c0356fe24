"""The one tree of errors that the house raises.

TelecineError
├── Refusal            a wish that cannot be granted: the caller's to mend
├── Unavailable        a part of the house does not answer: try again
├── Conflict           somebody else wrote first: load and decide again
├── BrokenLog          the log says what cannot be: a defect of ours
└── BrokenMessage      bytes that no handler can read: never to be tried again
"""

from typing import Literal

RefusalCode = Literal["invalid", "not_found", "conflict", "timeout"]


class TelecineError(Exception):
    """The base of all."""


class Refusal(TelecineError):
    """A command or query that was understood and refused; `field` names what is wrong."""

    def __init__(self, code: RefusalCode, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field


class Unavailable(TelecineError):
    """A service did not answer in time, or there is none; the wish may or may not have happened."""


class Conflict(TelecineError):
    """The aggregate has moved on since it was loaded."""


class BrokenLog(TelecineError):
    """A fact that cannot follow the facts before it."""


class BrokenMessage(TelecineError):
    """A message that cannot be understood, however often it is read."""


def surprise(error: Exception) -> Exception | None:
    """Answer the error if its traceback is worth a place in the log: an outage's is not."""
    return None if isinstance(error, Unavailable) else error

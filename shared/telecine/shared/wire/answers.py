"""What the server answers to a message for a stream, and what that means to whoever has sent it."""

from dataclasses import dataclass
from typing import NamedTuple

from nats.js.errors import APIError

from telecine.shared.errors import Unavailable

#: Both mean that the expected last sequence was wrong; the second comes from clusters.
WRONG_LAST_SEQUENCE = frozenset({10071, 10164})
#: The subject holds its one message already.
SUBJECT_FULL = 10077


class WrongSequence(Exception):
    """The stream's last sequence under the filter is not the expected one."""


class SubjectTaken(Exception):
    """The subject holds a message and takes no second one."""


@dataclass(frozen=True)
class Expect:
    """Append only if `sequence` is the last one under `subject` (a filter); 0: if there is none."""

    sequence: int
    subject: str


class Stored(NamedTuple):
    """Where the server put a message; `duplicate` if its id had been stored before."""

    stream: str
    sequence: int
    duplicate: bool


def meaning_of(error: APIError) -> Exception:
    """Answer what is raised where the server has refused a message."""
    if error.err_code in WRONG_LAST_SEQUENCE:
        return WrongSequence(str(error))
    if error.err_code == SUBJECT_FULL:
        return SubjectTaken(str(error))
    return Unavailable(f"JetStream refused: {error}")

"""Whether what we publish is stored: a server whose disk was full answers, but stores nothing."""

from collections.abc import Callable
from time import monotonic

#: Seconds after which a stream that did not store is worth another try, if nobody has tried since.
FORGOTTEN = 10.0


class Storing:
    """What one connection has seen of the streams, by the first token of their subjects."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._failed: dict[str, float] = {}

    def stored(self, subject: str) -> None:
        """Note that a message was stored."""
        self._failed.pop(_kind(subject), None)

    def not_stored(self, subject: str) -> None:
        """Note that a message was not confirmed, though we were connected."""
        self._failed[_kind(subject)] = self._now()

    def begin_anew(self) -> None:
        """Forget what another connection, perhaps another server, has done."""
        self._failed.clear()

    @property
    def is_in_vain(self) -> bool:
        """Whether some stream has stored nothing since it last failed, and that is not long ago."""
        return any(self._now() - at < FORGOTTEN for at in self._failed.values())


def _kind(subject: str) -> str:
    return subject.partition(".")[0]

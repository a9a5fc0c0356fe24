"""What must be true at the end of a scenario: stated as a fact, and loud when it is not."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from telecine.shared.errors import TelecineError

T = TypeVar("T")

_SHOWN = 3


class ExpectationFailed(TelecineError):
    """A fact that does not hold, with what was seen instead."""

    def __init__(self, fact: str, seen: str) -> None:
        super().__init__(f"expected: {fact}\n    seen: {seen}")
        self.fact = fact
        self.seen = seen


class Expectations:
    """States facts and remembers those that held. `say` is given a line for each of them."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self.held: list[str] = []

    def must(self, fact: str, holds: bool, seen: str) -> None:
        """State a fact. Raises ExpectationFailed with what was seen, unless it holds."""
        if not holds:
            raise ExpectationFailed(fact, seen)
        self.held.append(fact)
        self._say(f"ok: {fact}")

    def must_each(
        self,
        fact: str,
        things: Sequence[T],
        holds: Callable[[T], bool],
        seen: Callable[[T], str] = str,
    ) -> None:
        """State a fact of each of some things; of no things at all nothing can be stated.

        `seen` says of one thing what it is like instead. Raises ExpectationFailed.
        """
        if not things:
            raise ExpectationFailed(fact, "there is nothing that it could be said of")
        wrong = [thing for thing in things if not holds(thing)]
        few = "; ".join(seen(thing) for thing in wrong[:_SHOWN])
        more = "; …" if len(wrong) > _SHOWN else ""
        self.must(fact, not wrong, f"not so for {len(wrong)} of {len(things)}: {few}{more}")

    def must_have_stated(self) -> None:
        """Raise ExpectationFailed if no fact was ever stated: such a scenario shows nothing."""
        if not self.held:
            raise ExpectationFailed("the scenario states what must be true", "it stated nothing")

"""Which types of events there are for an endpoint, and which of them its own list means. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence

#: What the house tells of an endpoint and its deliveries; nobody gets these without naming them.
OPERATIONAL_TYPES = (
    "endpoint.disabled",
    "endpoint.recovered",
    "delivery.failing",
    "delivery.exhausted",
)
#: Everything that the platform sends.
EVERYTHING = "*"
#: Types and patterns that a list may have; no platform has as many.
MAX_TYPES = 64


def wanted(types: Iterable[str], event_type: str) -> bool:
    """Whether a list of types means a type: by its name, by `video.*`, or by `*`.

    `*` is what the platform sends; operational types are meant by their names, `endpoint.*` and
    `delivery.*` only.
    """
    chosen = set(types)
    return (
        event_type in chosen
        or f"{_room(event_type)}.*" in chosen
        or (EVERYTHING in chosen and event_type not in OPERATIONAL_TYPES)
    )


def problem(types: Sequence[str], known: Sequence[str]) -> str | None:
    """Answer what is wrong with a list of types, as a sentence without a subject; or None.

    `known` are the types of the endpoint's platform; operational ones are everybody's.
    """
    every = (*known, *OPERATIONAL_TYPES)
    patterns = (EVERYTHING, *dict.fromkeys(f"{_room(each)}.*" for each in every))
    if not types:
        return f"is empty; name at least one type, or all of the platform's by {EVERYTHING!r}"
    if len(types) > MAX_TYPES:
        return f"has {len(types)} types; name {MAX_TYPES} at most, or several by patterns"
    twice = next((each for each, count in Counter(types).items() if count > 1), None)
    if twice is not None:
        return f"names {twice[:64]!r} more than once; name each type once"
    wrong = next((each for each in types if each not in every and each not in patterns), None)
    if wrong is not None:
        choice = f"{', '.join(every)}; or several by {', '.join(patterns)}"
        return f"has no type {wrong[:64]!r}; known are {choice}"
    return None


def expanded(types: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """Answer the types of `known` that a list means: those named, in its order, then the others."""
    named = [each for each in types if each in known]
    return (*named, *(each for each in known if each not in named and wanted(types, each)))


def after_platforms_update(
    before: Sequence[str], asked: Sequence[str], known: Sequence[str]
) -> tuple[str, ...]:
    """Answer an endpoint's types after its platform's own API, which knows no wildcard, set them.

    Who sends back what it was shown changes nothing, and operational types are not its to take away.
    """
    if tuple(asked) == expanded(before, known):
        return tuple(before)
    operational = [each for each in before if _is_operational(each) and each not in asked]
    return (*asked, *operational)


def _is_operational(pattern: str) -> bool:
    return any(pattern in {each, f"{_room(each)}.*"} for each in OPERATIONAL_TYPES)


def _room(event_type: str) -> str:
    return event_type.partition(".")[0]

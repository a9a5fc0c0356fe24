"""Where what a platform does here comes from: documented, inferred or invented, thing by thing.

A pack keeps a table of it; `docs/fidelity.md` is written from the tables, and tests hold them against
what the house really answers.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

Origin = Literal["documented", "inferred", "invented"]

Kind = Literal[
    "call", "parameter", "field", "status", "event", "header", "error", "timing", "rule"
]


@dataclass(frozen=True)
class Claim:
    """One thing by its name, where the knowledge of it comes from, and what is to be said of it.

    `source` has tags that `docs/fidelity.md` explains, such as `S0`, `O:video/get_video.md`, `INFER`,
    `DESIGN §6` or `decision 11`, with commas between. `note` also says what of it is ours: a field can
    be documented and its value invented.
    """

    name: str
    origin: Origin
    source: str
    note: str = ""


@dataclass(frozen=True)
class Call(Claim):
    """A method and a path, and its good answer, which has an origin of its own.

    An entrance for uploads is a call too; `status` is that of a finished one.
    """

    status: int = 200
    status_origin: Origin = "documented"


@dataclass(frozen=True)
class Word(Claim):
    """A value of a status field, and the states of ours that it stands for, by their kinds."""

    states: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """Claims of one kind about one thing.

    Of fields: `shape` is the type of the object, or of the request's body; `made_up` are those whose
    values are invented here, with what is inside of them, wherever the field comes from. Of
    parameters: `of` names the routes' functions that read them, as in `Saying.routes`.
    """

    title: str
    kind: Kind
    claims: tuple[Claim, ...]
    shape: Any = None
    of: tuple[str, ...] = ()
    made_up: tuple[str, ...] = ()

    def is_made_up(self, claim: Claim) -> bool:
        """Whether the value of a field is invented here."""
        return any(f"{claim.name}.".startswith(f"{name}.") for name in self.made_up)

    def names(self) -> tuple[str, ...]:
        """Answer what the table speaks of, in its order."""
        return tuple(claim.name for claim in self.claims)


@dataclass(frozen=True)
class Provenance:
    """Everything that is known about where a platform's behaviour here comes from.

    `sources` explains the tags of its claims' sources, by how such a tag is written.
    `missing` are documented calls that are not served, each with where it is documented.
    """

    title: str
    about: str
    sources: Mapping[str, str]
    missing: Mapping[str, str]
    tables: tuple[Table, ...]

    def count(self, kind: Kind, origin: Origin) -> int:
        """Answer how many claims of a kind have an origin."""
        tables = [table for table in self.tables if table.kind == kind]
        return sum(claim.origin == origin for table in tables for claim in table.claims)

    def count_made_up(self, kind: Kind) -> int:
        """Answer of how many claims of a kind the value is invented."""
        tables = [table for table in self.tables if table.kind == kind]
        return sum(table.is_made_up(claim) for table in tables for claim in table.claims)


def kept_in(module: str) -> Callable[[], Provenance]:
    """Answer what imports a module's `PROVENANCE` when it is asked for, so that no start pays for it."""

    def load() -> Provenance:
        found: Provenance = import_module(module).PROVENANCE
        return found

    return load


def documented(source: str, /, *names: str, **notes: str) -> tuple[Claim, ...]:
    """Answer claims of what the documents say; `notes` are further names, each with its note."""
    return _claims("documented", source, names, notes)


def inferred(source: str, /, *names: str, **notes: str) -> tuple[Claim, ...]:
    """Answer claims of what follows from the documents, and is not said in them."""
    return _claims("inferred", source, names, notes)


def invented(source: str, /, *names: str, **notes: str) -> tuple[Claim, ...]:
    """Answer claims of what is ours, because the documents say nothing."""
    return _claims("invented", source, names, notes)


def below(field: str, claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """Answer claims about the fields of an object that is a field itself: `response.status`."""
    return tuple(
        Claim(f"{field}.{claim.name}", claim.origin, claim.source, claim.note) for claim in claims
    )


def _claims(
    origin: Origin, source: str, names: Iterable[str], notes: Mapping[str, str]
) -> tuple[Claim, ...]:
    told = {**dict.fromkeys(names, ""), **notes}
    return tuple(Claim(name, origin, source, note) for name, note in told.items())

"""`docs/fidelity.md`: where what the house does comes from, written from the packs' own tables."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args, get_type_hints

from pydantic import BaseModel

from telecine.platforms import packs
from telecine.platforms.fidelity import Call, Claim, Kind, Origin, Provenance, Table, Word
from telecine.simulations.spec import house_fidelity

_DECISIONS = Path(__file__).parents[4] / "docs/decisions"
_ORIGINS: tuple[Origin, ...] = get_args(Origin)
#: A kind, what the summary calls it, and the part of a platform's section that it stands in.
_PARTS: dict[str, tuple[Kind, ...]] = {
    "Calls": ("call",),
    "What calls take": ("parameter",),
    "Objects and bodies": ("field",),
    "Statuses and events": ("status", "event"),
    "Headers and errors": ("header", "error"),
    "Times and rules": ("timing", "rule"),
}
_PLURALS: dict[Kind, str] = {
    "call": "calls",
    "parameter": "parameters",
    "field": "fields",
    "status": "statuses",
    "event": "events",
    "header": "headers",
    "error": "errors",
    "timing": "times",
    "rule": "rules",
}

_INTRODUCTION = """\
# Fidelity

Where every call, field, status, event and time of this house comes from. It is written from the
packs' own tables by `telecine spec fidelity` (`make docs`); tests hold the tables against the routes, and
against what a running house answers and sends.

- **documented**: a public document of the platform says or shows it.
- **inferred**: none says it, but it follows from what they say.
- **invented**: nothing is known and the house must do something. Do not rely on it in production.

The origin of a field is that of its name, its place and its type. Where its value is made up here it
says "value invented", and the summary counts those apart. Of a call the answer's status has an origin of
its own, given where it is another one.
"""


def document() -> str:
    """Answer the whole page."""
    known = [pack.provenance() for pack in packs().values()]
    all_of_them = [*known, house_fidelity.PROVENANCE]
    lines = [_INTRODUCTION, *_summary(all_of_them), "", *_legend(all_of_them)]
    for each in all_of_them:
        lines += ["", *_platform(each)]
    return "\n".join(lines) + "\n"


def _legend(known: list[Provenance]) -> Iterator[str]:
    yield "| source | what it is |"
    yield "|---|---|"
    for each in known:
        for tag, meaning in each.sources.items():
            whose = each.title if tag not in house_fidelity.PROVENANCE.sources else ""
            yield f"| {tag} | {f'{whose}: ' if whose else ''}{meaning} |"


def _summary(known: list[Provenance]) -> Iterator[str]:
    yield f"| | | {' | '.join(_ORIGINS)} | value invented |"
    yield "|---|---|---|---|---|---|"
    for each in known:
        title = f"[{each.title}](#{each.title.lower().replace(' ', '-')})"
        for kind, plural in _PLURALS.items():
            counts = [each.count(kind, origin) for origin in _ORIGINS]
            if any(counts):
                made_up = f"{each.count_made_up(kind) or ''}"
                yield f"| {title} | {plural} | {' | '.join(map(str, counts))} | {made_up} |"


def _platform(known: Provenance) -> Iterator[str]:
    yield f"## {known.title}"
    yield ""
    yield known.about
    for part, kinds in _PARTS.items():
        tables = [table for table in known.tables if table.kind in kinds]
        if tables:
            yield from ("", f"### {known.title}: {part[0].lower()}{part[1:]}")
        for table in tables:
            yield from ("", f"**{table.title}**", "")
            yield from _table(table)
        if "call" in kinds and known.missing:
            yield from ("", "**Documented, and not served here**", "")
            yield from _missing(known)


def _missing(known: Provenance) -> Iterator[str]:
    yield "| call | source |"
    yield "|---|---|"
    for call, source in known.missing.items():
        yield f"| `{call}` | {_linked(source)} |"


def _table(table: Table) -> Iterator[str]:
    more = {"call": " answer |", "status": " states of ours |"}.get(table.kind, "")
    yield f"| {table.kind} |{more} origin | source | note |"
    yield "|---|" + ("---|" if more else "") + "---|---|---|"
    for claim in in_order(table):
        yield _row(claim, table)


def in_order(table: Table) -> list[Claim]:
    """Answer a table's claims as the object has its fields; those of an object in it behind it."""
    names = list(_hints(table.shape))
    if not names:
        return list(table.claims)
    # Python's sort is stable: fields below a field stay as they were told.
    return sorted(table.claims, key=lambda claim: names.index(claim.name.partition(".")[0]))


def _hints(shape: object) -> dict[str, object]:
    if isinstance(shape, type) and issubclass(shape, BaseModel):
        return dict(shape.model_fields)
    return get_type_hints(shape) if shape else {}


def _row(claim: Claim, table: Table) -> str:
    # The names of what has a name on the wire; times and rules are named in words.
    name = claim.name if table.kind in {"timing", "rule", "error"} else f"`{claim.name}`"
    origin = f"{claim.origin}{', value invented' if table.is_made_up(claim) else ''}"
    source = claim.source.replace("*", r"\*")
    cells = [name, *_more(claim), origin, _linked(source), _linked(claim.note)]
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def _more(claim: Claim) -> list[str]:
    match claim:
        case Call(status=status, status_origin=origin):
            return [f"{status}" if origin == "documented" else f"{status} ({origin})"]
        case Word(states=states):
            return [", ".join(f"`{state}`" for state in states)]
        case _:
            return []


def _linked(text: str) -> str:
    """Answer a text whose decisions are links to their pages."""
    return re.sub(r"decision (\d+)", lambda found: _decision(int(found[1])), text)


def _decision(number: int) -> str:
    (page,) = _DECISIONS.glob(f"{number:04}-*.md")
    return f"[decision {number}](decisions/{page.name})"

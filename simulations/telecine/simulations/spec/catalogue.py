"""What the code knows of messages: every kind of aggregate, fact and question, found and not listed."""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any, TypeVar

from pydantic import BaseModel

from telecine.shared import contracts, events
from telecine.shared.contracts import Request
from telecine.shared.events import Fact
from telecine.shared.log import kinds as aggregates
from telecine.shared.log.envelope import Kind

M = TypeVar("M", bound=BaseModel)


def kinds() -> list[Kind[Any, Any]]:
    """Answer every kind of aggregate that has a log."""
    found = [value for value in vars(aggregates).values() if isinstance(value, Kind)]
    return sorted(found, key=lambda kind: kind.name)


def facts() -> dict[str, type[Fact]]:
    """Answer every fact by its type: those of the kinds, and those that have no aggregate."""
    _import_all(events)
    loose = [fact for fact in _below(Fact) if "type" in vars(fact)]
    found = {fact.type: fact for fact in loose}
    for kind in kinds():  # of several versions of a fact the kind has the one that is written
        found |= kind.facts
    return dict(sorted(found.items()))


def questions() -> list[type[Request[Any]]]:
    """Answer every command and query that some service answers."""
    _import_all(contracts)
    found = {q for q in _below(Request) if hasattr(q, "name") and hasattr(q, "service")}
    concrete = [question for question in found if "[" not in question.__name__]
    return sorted(concrete, key=lambda question: question.subject())


def _import_all(package: ModuleType) -> None:
    for module in iter_modules(package.__path__):
        import_module(f"{package.__name__}.{module.name}")


def _below(model: type[M]) -> list[type[M]]:
    """Answer every class of ours below one; a test may have made others."""
    found = [each for child in model.__subclasses__() for each in (child, *_below(child))]
    return [each for each in found if each.__module__.startswith("telecine.")]

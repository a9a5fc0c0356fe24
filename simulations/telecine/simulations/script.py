"""A scenario's file: reading it, and the options that its `run` function takes."""

import importlib.util
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from telecine.shared.errors import TelecineError

Option = int | float | str | bool
_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class InvalidScenario(TelecineError):
    """A file that is no scenario, or an option that it does not take."""


@dataclass(frozen=True)
class Script:
    """A scenario as its file has it. `options`: the names that `run` takes, with their defaults."""

    shows: str
    run: Callable[..., Awaitable[None]]
    options: Mapping[str, Option]


def load(path: Path) -> Script:
    """Read a scenario. Raises InvalidScenario, which says what is missing."""
    module = _module(path)
    run = getattr(module, "run", None)
    if not inspect.iscoroutinefunction(run):
        raise InvalidScenario(f"{path} has no `async def run(scenario)`")
    parameters = list(inspect.signature(run).parameters.values())
    if not parameters or parameters[0].kind is inspect.Parameter.KEYWORD_ONLY:
        raise InvalidScenario(f"{path}: `run` must take the scenario as its first parameter")
    for each in parameters[1:]:
        if not isinstance(each.default, Option):
            message = f"{path}: give the option {each.name!r} a default: a number, text or bool"
            raise InvalidScenario(message)
    shows = inspect.getdoc(module) or path.name
    options = {each.name: each.default for each in parameters[1:]}
    return Script(shows.partition("\n")[0], run, options)


def _module(path: Path) -> ModuleType:
    if not path.is_file():
        raise InvalidScenario(f"there is no file {path}")
    found = importlib.util.spec_from_file_location(path.stem, path)
    if found is None or found.loader is None:
        raise InvalidScenario(f"{path} is not a Python file: its name must end in .py")
    module = importlib.util.module_from_spec(found)
    try:
        found.loader.exec_module(module)
    except Exception as error:
        raise InvalidScenario(f"{path} cannot be read: {type(error).__name__}: {error}") from error
    return module


def chosen(script: Script, given: Sequence[str]) -> dict[str, Option]:
    """Read `name=value` words, each as the type of its default. Raises InvalidScenario."""
    return dict(_option(script, word) for word in given)


def _option(script: Script, word: str) -> tuple[str, Option]:
    name, equals, text = word.partition("=")
    if not equals or name not in script.options:
        known = ", ".join(f"{name}={value}" for name, value in script.options.items())
        raise InvalidScenario(f"{word!r} is no option of it; it takes {known or 'none'}")
    default = script.options[name]
    try:
        if isinstance(default, bool):
            return name, _TRUTH[text.lower()]
        return name, type(default)(text)
    except (ValueError, KeyError):
        raise InvalidScenario(
            f"{word!r}: {text!r} is no {type(default).__name__}, as its default {default} is"
        ) from None

"""The documents say what the code does: commands, settings, events, schedules, paths and decisions."""

import argparse
import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from telecine.platforms import packs
from telecine.shared.events import DOCUMENTED_TYPES
from telecine.shared.settings import Settings
from telecine.simulations.arguments import parser

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]


def commands() -> set[str]:
    found = re.search(r"\{([a-z,]+)\}", parser().format_usage()) or re.findall(
        r"^    ([a-z]+) ", parser().format_help(), re.MULTILINE
    )
    return set(found if isinstance(found, list) else found[1].split(","))


def test_the_running_thing_stands_by_line_15() -> None:
    first = "\n".join(README.split("\n")[:15])

    assert "make demo" in first
    assert "make test" in first
    assert "telecine up" in first


def test_every_command_is_documented_and_every_documented_command_exists() -> None:
    documented = set(re.findall(r"^\| `telecine ([a-z]+)", README, re.MULTILINE))

    assert documented == commands()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_option_and_setting_that_a_page_names_exists(page: Path) -> None:
    text = page.read_text()
    settings = {f"TELECINE_{name.upper()}" for name in Settings.model_fields}
    help_texts = "".join(helps(parser()))

    assert set(re.findall(r"TELECINE_[A-Z_]+", text)) - settings - {"TELECINE_"} == set()
    ours = set(re.findall(r"`(--[a-z-]+)", text))
    assert {flag for flag in ours if flag not in help_texts} - {"--help"} == set()


def test_the_table_of_settings_is_what_the_code_says() -> None:
    operating = (ROOT / "docs/operating.md").read_text()
    rows = re.findall(r"^\| `TELECINE_.*", operating, re.MULTILINE)

    assert rows == [
        f"| `TELECINE_{name.upper()}` | {default_of(field.default)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]


def default_of(value: object) -> str:
    """Answer a default as somebody would write it into the environment."""
    if value is None:
        return "empty"
    if isinstance(value, bool | dict):
        return f"`{json.dumps(value)}`"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def helps(command: argparse.ArgumentParser) -> Iterator[str]:
    """Answer the help of a command, and of those below it."""
    yield command.format_help()
    for action in command._actions:  # argparse offers no other way
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from helps(below)


def test_every_documented_type_stands_in_the_readme() -> None:
    for name in DOCUMENTED_TYPES:
        assert f"`{name}`" in README


@pytest.mark.parametrize("name", DOCUMENTED_TYPES)
def test_the_table_of_events_says_what_the_packs_send(name: str) -> None:
    (row,) = [line for line in README.split("\n") if line.startswith("|") and f"`{name}`" in line]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    omega, tpstreams = packs()["omega"], packs()["tpstreams"]

    assert (cells[1] == "yes") == omega.sends(name, "documented")
    assert omega.sends(name, "extended")
    assert bool(cells[3]) == tpstreams.sends(name, "documented")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text())

    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    named = set(
        re.findall(r"`((?:shared|services|simulations|tests|docs)/[\w./*-]+)`", page.read_text())
    )

    assert [name for name in named if not list(ROOT.glob(name))] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_test_that_a_page_names_exists(page: Path) -> None:
    named = set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)", page.read_text()))

    assert [f"{file}::{name}" for file, name in named if name not in functions(ROOT / file)] == []


def functions(path: Path) -> set[str]:
    """Answer the names of a file's functions."""
    found = ast.parse(path.read_text()).body if path.exists() else []
    return {
        each.name for each in found if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_every_promise_names_a_test_that_holds_it() -> None:
    promised = (ROOT / "docs/guarantees.md").read_text().partition("## Not promised")[0]
    rows = [line for line in promised.split("\n") if line.startswith("| ")][1:]

    assert rows
    assert [row for row in rows if not re.search(r"`tests/[\w/]+\.py::\w+`", row)] == []


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs/decisions").glob("*.md"))

    assert numbers == list(range(1, len(numbers) + 1))


def test_the_changelog_has_an_unreleased_section() -> None:
    assert "## Unreleased" in (ROOT / "CHANGELOG.md").read_text()

"""The list of sabotages cannot rot: each still fits the code, its tests exist, and the docs show it."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sabotage.act import ROOT, Act, Edit
from tests.sabotage.acts import ACTS, table
from tests.sabotage.judging import caught, not_green
from tests.sabotage.workshop import Result

TEST = "tests/delivery/test_guard.py::test_it"


@pytest.mark.parametrize("act", ACTS.values(), ids=lambda act: act.name)
def test_a_sabotage_fits_the_code_and_leaves_a_program(act: Act, tmp_path: Path) -> None:
    for edit in act.edits:
        copy = tmp_path / edit.file
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text((ROOT / edit.file).read_text())

        edit.apply(tmp_path)

        assert copy.read_text() != (ROOT / edit.file).read_text()
        ast.parse(copy.read_text())


def test_every_test_that_a_sabotage_names_exists(request: pytest.FixtureRequest) -> None:
    named = {test for act in ACTS.values() for test in act.tests}
    missing = named - {item.nodeid for item in request.session.items}
    if not missing:  # the whole suite runs
        return
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    plain = {**os.environ, "PYTEST_ADDOPTS": ""}  # who runs us may want other words

    collected = subprocess.run(
        [*command, *sorted(missing)],
        cwd=ROOT,
        env=plain,
        capture_output=True,
        text=True,
        check=False,
    )

    assert collected.returncode == 0, collected.stdout + collected.stderr
    assert missing == {line for line in collected.stdout.splitlines() if "::" in line}


def test_every_sabotage_names_a_test_and_has_a_name_of_its_own() -> None:
    assert all(act.tests and act.edits for act in ACTS.values())
    assert all(name == act.name for name, act in ACTS.items())
    promises = [act.breaks for act in ACTS.values()]
    assert len(promises) == len(set(promises))


def test_the_documents_show_every_sabotage_and_what_catches_it() -> None:
    """Printed by `python -m tests.sabotage --table`."""
    assert table() in (ROOT / "docs/testing.md").read_text()


@pytest.mark.parametrize("text", ["no such text\n", "\n"])
def test_a_text_that_is_not_there_exactly_once_is_refused_loudly(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / "code.py").write_text("a = 1\nb = 1\n")

    with pytest.raises(ValueError, match="not found exactly once"):
        Edit("code.py", text, "").apply(tmp_path)


@pytest.mark.parametrize(
    ("results", "verdict"),
    [
        ([Result(TEST, "FAILED", "AssertionError: assert 2 == 1")], None),
        ([Result(TEST, "FAILED", "")], None),
        ([Result(TEST, "PASSED", "")], "survived"),
        ([Result(TEST, "ERROR", "AssertionError")], "broke the program"),
        ([Result(TEST, "FAILED", "NameError: name 'x' is not defined")], "broke the program"),
        ([], "did not run"),
    ],
)
def test_a_sabotage_is_caught_by_a_red_test_and_by_nothing_else(
    results: list[Result], verdict: str | None
) -> None:
    found = caught([TEST], results)

    assert (found is None) if verdict is None else (found or "").startswith(verdict)


def test_one_red_test_of_two_is_not_enough() -> None:
    other = f"{TEST}_too"
    results = [Result(TEST, "FAILED", ""), Result(other, "PASSED", "")]

    assert caught([TEST, other], results) == f"survived {other}"


def test_without_sabotage_every_test_must_be_green() -> None:
    other = f"{TEST}_too"
    results = [Result(TEST, "PASSED", ""), Result(other, "FAILED", "")]

    assert not_green([TEST, other, "never ran"], results) == [other, "never ran"]

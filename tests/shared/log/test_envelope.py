"""How facts travel: golden files hold what was ever written, and the code reads and writes them."""

import json
from pathlib import Path

import pytest

from telecine.shared.events import Fact
from telecine.shared.events.attempt import (
    AttemptExhausted,
    AttemptFailed,
    AttemptFailing,
    AttemptGone,
    AttemptResendFailed,
    AttemptSucceeded,
)
from telecine.shared.log import envelope
from telecine.shared.log.envelope import Recorded
from telecine.shared.time.virtual_time import parse_clock_fact
from tests.shared.golden_cases import CLOCK_FACTS, EVENT_ID, TRACE, Case, cases, written
from tests.shared.goldens import SUMS, kept, line, paths
from tests.shared.journal import STORED_AT

CASES, WRITTEN = cases(), written()
NEWS = (
    AttemptSucceeded,
    AttemptFailed,
    AttemptFailing,
    AttemptGone,
    AttemptResendFailed,
    AttemptExhausted,
)


def fact_types(parent: type[Fact] = Fact) -> set[type[Fact]]:
    """Answer every fact that has a type of its own."""
    found = {parent} if "type" in vars(parent) else set()
    return found.union(*(fact_types(child) for child in parent.__subclasses__()))


def read(case: Case, path: Path) -> Recorded[object, Fact]:
    golden = kept(path)
    return envelope.parse(
        case.kind,
        golden.subject,
        golden.headers,
        json.dumps(golden.body).encode(),
        sequence=7,
        stored_at=STORED_AT,
    )


def case_of(path: Path) -> Case | None:
    """Answer today's case of a golden file's type, whatever its versions."""
    kept_type = kept(path).headers["ce-type"]
    named = CASES.get(path.stem)
    return named or next((c for c in CASES.values() if c.fact.type == kept_type), None)


def test_every_fact_type_has_a_golden_file_in_its_versions_of_today() -> None:
    """Missing one? `python -m tests.shared.goldens` writes it; read it, then commit it."""
    golden = {path.stem for path in paths()}

    assert set(WRITTEN) <= golden
    assert {message.headers["ce-type"] for message in WRITTEN.values()} == {
        fact.type for fact in fact_types()
    }
    for fact in fact_types():
        assert any(name.startswith(f"{fact.type}.schema{fact.schema_version}") for name in golden)


def test_golden_files_are_what_they_were_when_they_were_added() -> None:
    """Never edit or remove one: a new version is a new file."""
    assert sorted(SUMS.read_text("utf-8").splitlines(keepends=True)) == sorted(
        line(path) for path in paths()
    )


@pytest.mark.parametrize("name", WRITTEN)
def test_fact_is_written_as_its_golden_file_has_it(name: str) -> None:
    golden = kept(next(path for path in paths() if path.stem == name))

    assert golden == WRITTEN[name]


@pytest.mark.parametrize("path", paths(), ids=lambda path: path.stem)
def test_golden_file_is_read_as_the_fact_that_it_was(path: Path) -> None:
    case = case_of(path)
    if case is None:
        assert kept(path).headers["ce-type"] in {fact.type for fact in (*CLOCK_FACTS, *NEWS)}
        return

    recorded = read(case, path)

    assert recorded.fact.type == case.fact.type
    trusted = kept(path).body["state_version"] == case.kind.state_version
    assert (recorded.state is not None) == trusted
    if path.stem in CASES:
        assert recorded == Recorded(
            EVENT_ID, case.fact, case.stamp, case.version, case.state, TRACE, 7, STORED_AT
        )


@pytest.mark.parametrize("fact", CLOCK_FACTS, ids=lambda fact: fact.type)
def test_golden_file_of_the_clock_is_read_as_the_fact_that_it_was(fact: Fact) -> None:
    golden = WRITTEN[f"{fact.type}.schema1"]

    assert parse_clock_fact(golden.subject, json.dumps(golden.body).encode()) == fact


@pytest.mark.parametrize("path", [p for p in paths() if p.stem.startswith("attempt.")])
def test_golden_file_of_an_attempt_is_read_as_news(path: Path) -> None:
    golden = kept(path)
    news = next(news for news in NEWS if news.type == golden.headers["ce-type"])

    fact = news.read(int(golden.headers["telecine-schema"]), dict(golden.body))

    assert golden.subject.startswith(f"{news.type}.")
    if path.stem in WRITTEN:
        assert fact.model_dump(mode="json") == golden.body

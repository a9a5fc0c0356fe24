"""A fact of an earlier schema version is read as today's; nothing in the log is ever rewritten."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from telecine.shared.events import Fact
from telecine.shared.events.video import VideoProcessFailed
from telecine.shared.log import envelope
from telecine.shared.log.kinds import ENDPOINT, FOLDER, JOB, LIVE, VIDEO
from tests.shared.goldens import FOLDER as GOLDEN
from tests.shared.goldens import kept

FACTS = [fact for kind in (VIDEO, FOLDER, LIVE, JOB, ENDPOINT) for fact in kind.facts.values()]
AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.type)
def test_every_earlier_version_of_every_fact_has_its_upcast(fact: type[Fact]) -> None:
    assert set(fact.upcasts) == set(range(1, fact.schema_version))


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.type)
def test_every_version_of_every_fact_has_a_golden_file(fact: type[Fact]) -> None:
    for version in range(1, fact.schema_version + 1):
        assert list(GOLDEN.glob(f"{fact.type}.schema{version}.*json"))


@pytest.mark.parametrize(
    ("code", "stage"),
    [("probe.not_a_video", "probe"), ("probe.corrupt", "probe"), ("corrupt", "encode")],
)
def test_first_version_of_a_failure_told_its_stage_by_the_code(code: str, stage: str) -> None:
    golden = kept(GOLDEN / "video.process_failed.schema1.state1.json")
    data: dict[str, Any] = {"failure": {"code": code, "reason": "why"}}
    body = json.dumps({**golden.body, "data": data}).encode()

    recorded = envelope.parse(
        VIDEO, golden.subject, golden.headers, body, sequence=1, stored_at=AT
    )

    assert isinstance(recorded.fact, VideoProcessFailed)
    assert (recorded.fact.stage, recorded.fact.failure.code) == (stage, code)
    assert recorded.state is None  # it was carried in a version of its own; the fold decides


def test_upcast_leaves_what_it_was_given_as_it_was() -> None:
    data = {"failure": {"code": "corrupt", "reason": "why"}}

    VideoProcessFailed.read(1, data)

    assert data == {"failure": {"code": "corrupt", "reason": "why"}}

"""The plans of live streams and jobs: reproducible, plausible, and failing when it was wished."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from telecine.shared.events.live import LivePlan
from telecine.transcoder.job_plan import job_plan
from telecine.transcoder.live_plan import live_plan
from telecine.transcoder.plan import FAILURES
from tests.shared import jobs, lives

seeds = st.integers(-(2**63), 2**63)
ids = st.uuids().map(str)


def live(live_id: str = "l", seed: int = 0, preset: str = "quick", title: str = "a") -> LivePlan:
    opening = lives.OPENING.model_copy(update={"title": title})
    card = replace(lives.card(1, opening=opening), id=live_id)
    return live_plan(seed, card, preset)  # type: ignore[arg-type]  # one of the two


@given(seed=seeds, live_id=ids)
def test_a_server_takes_twenty_to_thirty_seconds(seed: int, live_id: str) -> None:
    plan = live(live_id, seed)

    assert 20 <= plan.server <= 30
    assert 2 <= plan.publish <= 5
    assert all(20 <= drop.after <= 60 and 2 <= drop.back <= 8 for drop in plan.drops)
    assert plan == live(live_id, seed)


def test_connections_break_never_once_or_twice_and_mostly_never() -> None:
    counts = [len(live(str(number)).drops) for number in range(500)]

    assert set(counts) == {0, 1, 2}
    assert counts.count(0) > counts.count(1) > counts.count(2)


def test_instant_shortens_every_wait_and_changes_nothing_else() -> None:
    for number in range(20):
        quick, instant = live(str(number)), live(str(number), preset="instant")
        assert (instant.server, instant.publish, instant.record, instant.transcode) == (0,) * 4
        assert [(drop.after, drop.back) for drop in instant.drops] == [(0, 0)] * len(quick.drops)
        kept = {"width", "height", "bytes_per_second", "entity_tag", "failure"}
        assert instant.model_dump(include=kept) == quick.model_dump(include=kept)


def test_a_stream_whose_title_asks_for_it_fails() -> None:
    failure = live(title="sim=fail:worker_lost").failure

    assert failure
    assert (failure.code, failure.reason) == ("worker_lost", FAILURES["worker_lost"])


def job(url: str = "https://media.example/a.mp4", seed: int = 0, preset: str = "quick") -> object:
    opening = jobs.OPENING.model_copy(update={"input": url})
    card = replace(jobs.card(1), opening=opening)
    return job_plan(seed, card, preset)  # type: ignore[arg-type]  # one of the two


def test_a_job_fails_as_a_video_does_whose_link_asks_for_it() -> None:
    for url in ("https://a.example/?sim=fail:corrupt", "s3://bucket/a%20sim%3Dfail:corrupt.mp4"):
        plan = job(url)
        assert getattr(plan, "failure", None)
        assert getattr(plan, "media", None) is None


@given(seed=seeds)
def test_a_jobs_plan_is_its_own_and_the_same_each_time(seed: int) -> None:
    assert job(seed=seed) == job(seed=seed)
    assert getattr(job(seed=seed, preset="instant"), "waits", None) == (0.0, 0.0)
    assert getattr(job(seed=seed), "media", None)

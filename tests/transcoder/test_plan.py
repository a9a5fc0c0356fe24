"""The encoder's plan: reproducible, plausible, and failing when and as it was wished."""

import random
from dataclasses import replace
from datetime import UTC, datetime
from statistics import median
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telecine.shared.aggregates.video import Card, Upload
from telecine.shared.events.video import Failure, Media, Source
from telecine.transcoder.plan import FAILURES, drawn_media, plan, wished_failure

BORN = datetime(2026, 3, 1, tzinfo=UTC)
PROBED = Media(width=640, height=360, duration=12.5, size=345_678, entity_tag="e-1")
DEFECT = Failure(code="not_a_video", reason="the file is not a video")

seeds = st.integers(-(2**63), 2**63)
video_ids = st.uuids().map(str)
codes = st.from_regex(r"[A-Za-z0-9_.-]{1,64}", fullmatch=True)


def card(video_id: str = "v1", title: str = "A day at sea") -> Card:
    return Card(
        org="demo",
        id=video_id,
        version=1,
        title=title,
        platform="omega",
        request_key="k",
        collection=None,
        wishes={},
        created_at=BORN,
        updated_at=BORN,
    )


def link(url: str = "https://media.example/sea.mp4") -> Upload:
    return Upload("k", Source(kind="link", url=url), None, None)


def file(media: Media | None = PROBED, defect: Failure | None = None) -> Upload:
    return Upload("u", Source(kind="file", filename="sea.mp4"), media, defect)


@given(seed=seeds, video_id=video_ids)
@settings(deadline=None)
def test_same_arguments_give_the_same_plan(seed: int, video_id: str) -> None:
    first = plan(seed, card(video_id), link(), "quick")

    random.seed(1)  # the process's own chance has no part in it
    assert plan(seed, card(video_id), link(), "quick") == first


@given(seed=seeds, one=video_ids, others=st.lists(video_ids, min_size=1, max_size=5))
@settings(deadline=None)
def test_another_video_changes_no_plan(seed: int, one: str, others: list[str]) -> None:
    alone = plan(seed, card(one), link(), "quick")

    among = {each: plan(seed, card(each), link(), "quick") for each in (*others, one)}

    assert among[one] == alone


def test_videos_and_seeds_have_plans_of_their_own() -> None:
    plans = [
        plan(seed, card(video_id), link(), "quick") for seed in (0, 1) for video_id in ("a", "b")
    ]

    assert len({each.waits for each in plans}) == 4
    assert len({each.media for each in plans}) == 4


def test_preset_changes_the_waits_and_nothing_else() -> None:
    quick, instant = plan(7, card(), link(), "quick"), plan(7, card(), link(), "instant")

    assert quick.media == instant.media
    assert quick.waits != instant.waits


@given(seed=seeds, video_id=video_ids)
@settings(deadline=None)
def test_quick_is_ready_after_about_three_seconds(seed: int, video_id: str) -> None:
    waits = plan(seed, card(video_id), link(), "quick").waits

    assert 2.5 <= sum(waits) <= 3.4
    assert all(each > 0 for each in waits)


@given(seed=seeds, video_id=video_ids)
@settings(deadline=None)
def test_instant_waits_for_nothing(seed: int, video_id: str) -> None:
    assert plan(seed, card(video_id), link(), "instant").waits == (0, 0, 0, 0)


@given(code=codes)
@settings(deadline=None)
def test_failure_is_wished_for_in_title_or_link(code: str) -> None:
    wish = f"sim=fail:{code}"
    urls = (
        f"https://media.example/sea.mp4?{wish}",
        f"https://media.example/sea.mp4?x=1&{quote(wish, safe='')}&y=2",
    )

    wished = [wished_failure(f"Sea ({wish})", None), wished_failure(f"Sea {wish}", urls[0])]
    wished += [wished_failure("Sea", url) for url in urls]

    assert [each.code for each in wished if each] == [code] * 4


@pytest.mark.parametrize("code", FAILURES)
def test_known_code_says_its_reason_to_people(code: str) -> None:
    assert wished_failure(f"sim=fail:{code}", None) == Failure(code=code, reason=FAILURES[code])


def test_unknown_code_says_that_it_is_simulated() -> None:
    failure = wished_failure("sim=fail:comet", None)

    assert failure == Failure(code="comet", reason="simulated failure: comet")


@pytest.mark.parametrize("title", ["Sea", "sim=fail", "sim=fail:", "sim=fail: corrupt", ""])
def test_title_without_a_whole_wish_lets_the_video_succeed(title: str) -> None:
    planned = plan(0, card(title=title), link(), "quick")

    assert planned.failure is None
    assert planned.media is not None


def test_wish_in_the_title_comes_before_the_one_in_the_link() -> None:
    failure = wished_failure("sim=fail:corrupt", "https://x.example/?sim=fail:zero_bytes")

    assert failure
    assert failure.code == "corrupt"


def test_probed_media_comes_before_drawn_media() -> None:
    assert plan(0, card(), file(), "quick").media == PROBED


def test_defect_of_the_file_comes_before_wish_and_media() -> None:
    wishing = replace(card(), title="sim=fail:corrupt")

    planned = plan(0, wishing, file(PROBED, DEFECT), "quick")

    assert planned.failure == DEFECT
    assert planned.media is None


@given(seed=seeds)
@settings(deadline=None)
def test_drawn_media_could_be_a_video(seed: int) -> None:
    media = drawn_media(random.Random(seed))

    assert (media.width, media.height) in {(1920, 1080), (1280, 720), (854, 480), (3840, 2160)}
    assert 0 < media.duration <= 4 * 3600
    bits_of_a_pixel_second = media.size * 8 / (media.width * media.height * media.duration)
    assert 1 < bits_of_a_pixel_second < 3
    digest, _, parts = media.entity_tag.partition("-")
    assert len(bytes.fromhex(digest)) == 16
    assert (int(parts) - 1) * 5 * 1024**2 < media.size <= int(parts) * 5 * 1024**2


def test_half_of_drawn_videos_are_full_hd_or_more_and_last_four_minutes() -> None:
    chance = random.Random(0)

    drawn = [drawn_media(chance) for _ in range(2000)]

    assert 0.45 < sum(each.height >= 1080 for each in drawn) / 2000 < 0.55
    assert 220 < median(each.duration for each in drawn) < 260

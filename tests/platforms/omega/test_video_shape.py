"""A video looks as the documented samples do: keys, their order, types, nulls."""

from dataclasses import replace
from typing import Any

import pytest

from telecine.platforms.omega.video_shape import STATUSES, item, kinds, whole
from tests.platforms.omega import samples
from tests.platforms.omega.states import (
    AT,
    BY_FILE,
    CARD,
    LATER,
    LINK,
    MEDIA,
    UUID,
    every_state,
    watchable,
)

KEYS = [
    *("id", "created_at", "updated_at", "deleted_at", "title", "uuid", "coid", "collection_id"),
    *("status", "privacy", "entity_tag", "playback", "playback_v2", "input", "duration", "size"),
    *("ready_to_stream", "thumbnail", "thumbnail_timestamp_pct", "storage", "meta"),
]


def only(keys: list[str], shape: dict[str, Any]) -> list[str]:
    """Answer the shape's keys that are among these, in the shape's order."""
    return [key for key in shape if key in keys]


@pytest.mark.parametrize(
    "sample",
    [samples.EVENT["data"]["video"], samples.CREATED_VIDEO, samples.LINKED_VIDEO],
    ids=["webhook 2022", "create 2023", "link 2022"],
)
def test_every_documented_key_is_there_in_the_documented_order(sample: dict[str, Any]) -> None:
    # when
    shape = whole(watchable(), 3)

    # then
    assert list(shape) == KEYS
    assert only(list(sample), shape) == list(sample)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("created", "ready-to-upload"),
        ("uploaded", "uploaded"),
        ("queued", "in-progress"),
        ("in_progress", "in-progress"),
        ("completed", "in-progress"),
        ("succeeded", "process-completed"),
        ("watchable", "process-completed"),
        ("failed", "process-failed"),
    ],
)
def test_each_state_has_omegas_word(kind: str, status: str) -> None:
    # given
    video = every_state()[kind]

    # then
    assert whole(video, 3)["status"] == status
    assert item(video)["status"] == status
    assert kind in kinds(status)


def test_every_state_is_found_by_exactly_one_status() -> None:
    found = [kind for status in set(STATUSES.values()) for kind in kinds(status)]

    assert sorted(found) == sorted(every_state())
    assert kinds("deleted") == ()


def test_a_created_video_is_the_create_sample() -> None:
    # given
    card = replace(CARD, title="new video title", collection="collection_id")

    # when
    shape = whole(every_state(card=card)["created"], 6)

    # then
    same = {key: shape[key] for key in samples.CREATED_VIDEO if key not in IDENTITY}
    assert same == {k: v for k, v in samples.CREATED_VIDEO.items() if k not in IDENTITY}
    assert shape["entity_tag"] is None


def test_a_video_by_link_is_the_link_sample() -> None:
    # when
    shape = whole(every_state(card=replace(CARD, title="video"))["uploaded"], 6)

    # then
    same = {key: shape[key] for key in samples.LINKED_VIDEO if key not in IDENTITY}
    expected = {k: v for k, v in samples.LINKED_VIDEO.items() if k not in IDENTITY}
    assert same == {**expected, "meta": {"downloaded_from": LINK}}
    assert list(shape["storage"]) == list(samples.LINKED_VIDEO["storage"])


def test_a_failed_video_is_the_failure_sample() -> None:
    # when
    shape = whole(every_state(card=replace(CARD, title="video title"))["failed"], 3)

    # then
    same = {key: shape[key] for key in samples.FAILED_VIDEO if key not in IDENTITY}
    expected = {k: v for k, v in samples.FAILED_VIDEO.items() if k not in IDENTITY}
    failure = "nats: invalid connection"
    assert same == {**expected, "meta": {"downloaded_from": LINK, "failure": failure}}
    assert list(shape) == [key for key in KEYS if key != "storage"]
    assert list(shape["meta"]) == ["downloaded_from", "failure"]


def test_a_processed_video_is_the_webhook_sample() -> None:
    # when
    shape = whole(watchable(), 3)

    # then
    sample = samples.EVENT["data"]["video"]
    differ = {*IDENTITY, "playback", "thumbnail", "storage"}  # the storage code is another's
    assert {k: shape[k] for k in sample if k not in differ} == {
        k: v for k, v in sample.items() if k not in differ
    }
    assert (shape["uuid"], shape["created_at"]) == (sample["uuid"], sample["created_at"])


@pytest.mark.parametrize("kind", ["created", "uploaded", "queued", "in_progress", "completed"])
def test_what_a_video_is_stays_null_until_it_is_processed_even_if_its_file_was_probed(
    kind: str,
) -> None:
    # when
    shape = whole(every_state(upload=BY_FILE)[kind], 3)

    # then
    hidden = ("entity_tag", "playback", "playback_v2", "input", "duration", "size", "thumbnail")
    assert [shape[key] for key in hidden] == [None] * len(hidden)
    assert shape["ready_to_stream"] is False
    assert shape["meta"] is None


@pytest.mark.parametrize("kind", ["succeeded", "watchable"])
def test_a_processed_video_can_be_streamed(kind: str) -> None:
    assert whole(every_state()[kind], 3)["ready_to_stream"] is True
    assert item(every_state()[kind])["ready_to_stream"] is True


def test_a_failed_file_says_why_and_names_no_link() -> None:
    shape = whole(every_state(upload=BY_FILE)["failed"], 3)

    assert shape["meta"] == {"failure": "nats: invalid connection"}


def test_the_id_is_24_hex_digits_that_begin_with_the_time_of_creation() -> None:
    # when
    shape = whole(watchable(), 3)

    # then
    assert len(shape["id"]) == 24
    assert int(shape["id"][:8], 16) == int(AT.timestamp())
    assert shape["id"] == item(watchable())["id"]
    assert shape["uuid"] == UUID


def test_times_have_six_digits_in_a_creations_answer_and_three_later() -> None:
    assert whole(watchable(), 6)["created_at"] == "2022-09-15T10:08:22.972345Z"
    assert whole(watchable(), 3)["created_at"] == "2022-09-15T10:08:22.972Z"
    assert whole(watchable(), 3)["updated_at"] == "2022-09-15T10:13:22.972Z"


def test_marked_for_deletion_is_a_time_and_not_a_status() -> None:
    # given
    video = every_state(card=replace(CARD, deleted_at=LATER))["watchable"]

    # then
    assert whole(video, 3)["deleted_at"] == "2022-09-15T10:13:22.972Z"
    assert item(video)["deleted_at"] == "2022-09-15T10:13:22.972Z"
    assert whole(video, 3)["status"] == "process-completed"


def test_a_lists_item_is_the_list_sample() -> None:
    # given
    created, processed = samples.PAGE["data"]

    # when
    empty = item(every_state(card=replace(CARD, title="my new video"))["created"])
    full = item(watchable(duration=15.9, size=10767949))

    # then
    assert list(empty) == list(created)
    assert list(full) == list(processed)
    assert {k: v for k, v in empty.items() if k not in IDENTITY} == {
        k: v for k, v in created.items() if k not in IDENTITY
    }
    assert (full["duration"], full["size"]) == (processed["duration"], processed["size"])
    assert full["thumbnail"].endswith(f"/{UUID}/thumbnail.jpg")


def test_a_lists_item_with_bytes_but_not_processed_has_no_size_yet() -> None:
    assert item(every_state()["uploaded"])["size"] is None


def test_duration_is_whole_seconds() -> None:
    shape = whole(watchable(duration=47.99), 3)

    assert shape["duration"] == 47
    assert isinstance(shape["duration"], int)
    assert shape["size"] == MEDIA.size


IDENTITY = ("id", "created_at", "updated_at", "deleted_at", "uuid", "coid")

"""Deleting videos and taking it back: by the rule of the platform that is asked, each fact once."""

import asyncio
from collections.abc import Awaitable

import pytest

from telecine.shared.contracts.ingest import DeleteVideo, RevertDeletion, SetPrivacy
from telecine.shared.errors import Refusal
from telecine.shared.events.video import VideoFact
from tests.ingest.desk import NOBODY, Desk
from tests.shared.videos import FACTS

#: From created to watchable, and to failed.
PROCESSED = [
    FACTS[name]
    for name in (
        "uploaded_by_file",
        "ready_for_processing",
        "in_progress",
        "completed_processing",
        "process_succeeded",
        "ready_to_watch",
    )
]
FAILED = [*PROCESSED[:3], FACTS["process_failed"]]


async def refused(asked: Awaitable[object]) -> tuple[str, str]:
    with pytest.raises(Refusal) as refusal:
        await asked
    return refusal.value.code, refusal.value.message


async def video(desk: Desk, facts: list[VideoFact]) -> str:
    video_id = (await desk.video()).card.id
    await desk.append(video_id, *facts)
    return video_id


def delete(video_id: str, platform: str = "omega") -> DeleteVideo:
    return DeleteVideo(**NOBODY, video_id=video_id, platform=platform)


def revert(video_id: str) -> RevertDeletion:
    return RevertDeletion(**NOBODY, video_id=video_id)


async def test_a_processed_video_is_deleted_and_leaves_the_list_for_the_other_one(
    desk: Desk,
) -> None:
    video_id = await video(desk, PROCESSED)

    answer = await desk.videos.delete(delete(video_id))

    assert answer.video.card.deleted_at is not None
    assert answer.video.kind == "watchable"
    assert await desk.listed() == []
    assert await desk.listed(deleted="only") == [video_id]


@pytest.mark.parametrize("facts", [[], PROCESSED[:3], FAILED], ids=["created", "busy", "failed"])
async def test_what_the_platform_does_not_let_delete_is_refused_and_the_refusal_is_a_fact(
    desk: Desk, facts: list[VideoFact]
) -> None:
    video_id = await video(desk, facts)

    code, why = await refused(desk.videos.delete(delete(video_id)))

    assert code == "conflict"
    assert "4 hours" in why
    assert (await desk.facts(video_id))[-1] == "video.failed_to_delete"
    assert (await desk.state(video_id)).card.deleted_at is None
    assert await desk.listed() == [video_id]


async def test_of_many_deletions_at_once_one_deletes(desk: Desk) -> None:
    video_id = await video(desk, PROCESSED)

    wishes = (
        delete(video_id).model_copy(update={"request_id": f"request {n}"}) for n in range(10)
    )
    answers = await asyncio.gather(*map(desk.videos.delete, wishes), return_exceptions=True)

    refusals = [each for each in answers if isinstance(each, Refusal)]
    assert len(refusals) == 9
    assert {each.message for each in refusals} == {"this video is deleted already"}
    assert (await desk.facts(video_id))[7:] == ["video.deleted"]


async def test_another_platform_has_another_rule(desk: Desk) -> None:
    video_id = (await desk.video()).card.id

    await desk.videos.delete(delete(video_id, "tpstreams"))

    assert await desk.facts(video_id) == ["video.created", "video.deleted"]


async def test_what_was_done_or_never_was_is_refused_without_a_fact(desk: Desk) -> None:
    video_id = await video(desk, PROCESSED)

    assert (await refused(desk.videos.revert_deletion(revert(video_id))))[0] == "conflict"
    await desk.videos.delete(delete(video_id))
    assert await refused(desk.videos.delete(delete(video_id))) == (
        "conflict",
        "this video is deleted already",
    )
    public = SetPrivacy(**NOBODY, video_id=video_id, privacy="public")
    assert (await refused(desk.videos.set_privacy(public)))[0] == "conflict"
    for asked in (desk.videos.delete(delete("no")), desk.videos.revert_deletion(revert("no"))):
        assert await refused(asked) == ("not_found", "no such video")
    assert (await desk.facts(video_id))[7:] == ["video.deleted"]


async def test_a_deletion_is_taken_back_as_if_it_had_not_been(desk: Desk) -> None:
    video_id = await video(desk, PROCESSED)
    before = (await desk.state(video_id)).card

    await desk.videos.delete(delete(video_id))
    answer = await desk.videos.revert_deletion(revert(video_id))

    assert (answer.video.card.deleted_at, answer.video.card.updated_at) == (
        None,
        before.updated_at,
    )
    assert await desk.listed() == [video_id]
    assert await desk.listed(deleted="only") == []
    await desk.videos.delete(delete(video_id))
    assert (await desk.facts(video_id))[7:] == [
        "video.deleted",
        "video.deletion_reverted",
        "video.deleted",
    ]


async def test_a_failed_delete_and_a_deletion_do_not_prolong_the_four_hours(desk: Desk) -> None:
    """They count from when processing failed, whatever happened to the video since."""
    video_id = await video(desk, FAILED)
    state = await desk.state(video_id)

    await refused(desk.videos.delete(delete(video_id)))
    public = SetPrivacy(**NOBODY, video_id=video_id, privacy="public")
    await desk.videos.set_privacy(public)

    after = await desk.state(video_id)
    assert state.kind == after.kind == "failed"
    assert after.failed_at == state.failed_at
    assert after.card.updated_at > state.card.updated_at


async def test_privacy_that_is_set_already_is_no_new_fact(desk: Desk) -> None:
    video_id = (await desk.video()).card.id

    for privacy in ("private", "public", "public"):
        command = SetPrivacy(**NOBODY, video_id=video_id, privacy=privacy)
        assert (await desk.videos.set_privacy(command)).video.card.privacy == privacy

    assert await desk.facts(video_id) == ["video.created", "video.privacy_changed"]

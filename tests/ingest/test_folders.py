"""Folders: what lies where, what becomes of it when a folder goes, and that nothing is left behind."""

from collections.abc import Awaitable

import pytest

from telecine.ingest.service import ARRIVALS
from telecine.shared.contracts.folders import (
    DeleteFolder,
    GetFolder,
    MoveFolder,
    RenameFolder,
)
from telecine.shared.contracts.ingest import DeleteVideo, MoveVideos, RevertDeletion
from telecine.shared.errors import Refusal
from telecine.shared.events.folder import Contents, FolderDeleted, FolderMoved
from telecine.shared.events.video import VideoDeletionReverted, VideoMoved
from telecine.shared.wire.bus import Bus
from telecine.shared.wire.pull import Pull, singly
from tests.ingest.desk import NOBODY, Desk
from tests.shared.videos import ORG
from tests.waiting import until

NOBODYS = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed"


async def refused(asked: Awaitable[object]) -> tuple[str, str | None]:
    with pytest.raises(Refusal) as refusal:
        await asked
    return refusal.value.code, refusal.value.field


def delete(folder: str, contents: Contents = "deleted") -> DeleteFolder:
    return DeleteFolder(**NOBODY, folder_id=folder, contents=contents)


def move(*videos: str, folder: str | None) -> MoveVideos:
    return MoveVideos(**NOBODY, video_ids=videos, folder_id=folder)


async def test_the_same_request_makes_one_folder_even_if_its_parent_is_gone_since(
    desk: Desk,
) -> None:
    parent = (await desk.folder("Parent")).card.id
    made = await desk.folder("Child", parent=parent)
    await desk.folders.delete(delete(parent, "released"))

    again = await desk.folder("Child", parent=parent)

    assert again.card.id == made.card.id
    assert await desk.titles() == ["Child"]


async def test_a_folder_that_is_none_is_refused_by_name(desk: Desk) -> None:
    gone, video = (await desk.folder("Gone")).card.id, (await desk.video()).card.id
    await desk.folders.delete(delete(gone))

    for none in (gone, NOBODYS, "*", ""):
        assert await refused(desk.folder("New", parent=none)) == ("not_found", "parent")
        assert await refused(desk.video("v-2", folder=none)) == ("not_found", "collection")
        assert await refused(desk.videos.move(move(video, folder=none))) == (
            "not_found",
            "folder_id",
        )
        query = GetFolder(org=ORG, folder_id=none)
        assert await refused(desk.folders.get(query)) == ("not_found", None)
        assert (await refused(desk.folders.delete(delete(none))))[0] == "not_found"
        rename = RenameFolder(**NOBODY, folder_id=none, title="x")
        assert (await refused(desk.folders.rename(rename)))[0] == "not_found"
    assert await refused(desk.folder("Gone")) == ("conflict", None)
    assert await desk.facts(video) == ["video.created"]


async def test_a_folder_never_lies_in_itself(desk: Desk) -> None:
    top = (await desk.folder("Top")).card.id
    middle = (await desk.folder("Middle", parent=top)).card.id
    low = (await desk.folder("Low", parent=middle)).card.id

    for into in (top, middle, low):
        command = MoveFolder(**NOBODY, folder_id=top, parent=into)
        assert await refused(desk.folders.move(command)) == ("invalid", "parent")
    await desk.folders.move(MoveFolder(**NOBODY, folder_id=low, parent=None))

    assert await desk.titles(has_parent=False) == ["Low", "Top"]


async def test_folders_are_found_by_a_part_of_their_title_taken_literally(desk: Desk) -> None:
    for title in ("100% Müsik", "100 x", "Talks_a", "TalksXa", "nul\x00nul"):
        await desk.folder(title)

    assert await desk.titles(q="MÜSIK") == ["100% Müsik"]
    assert await desk.titles(q="0%") == ["100% Müsik"]
    assert await desk.titles(q="talks_") == ["Talks_a"]
    assert await desk.titles(q="\x00nuln") == ["nul\x00nul"]
    assert await desk.titles(parent="a\x00b") == []
    assert await desk.titles(ids=("a\x00b",)) == []
    assert len(await desk.titles(q="")) == 5


async def test_videos_are_moved_all_or_none(desk: Desk) -> None:
    folder = (await desk.folder()).card.id
    good, gone = (await desk.video("a")).card.id, (await desk.video("b")).card.id
    await desk.videos.delete(DeleteVideo(**NOBODY, video_id=gone, platform="tpstreams"))

    for wrong, code in ((NOBODYS, "not_found"), (gone, "conflict"), ("*", "not_found")):
        asked = desk.videos.move(move(good, wrong, folder=folder))
        assert await refused(asked) == (code, wrong)
    assert await desk.listed(collection=folder) == []
    await desk.videos.move(move(good, good, folder=folder))
    await desk.videos.move(move(good, folder=folder))

    assert await desk.facts(good) == ["video.created", "video.moved"]
    await desk.videos.move(move(good, folder=None))
    assert await desk.listed(has_collection=False) == [good]


async def test_what_lies_in_a_deleted_folder_is_deleted_with_it_down_to_the_last(
    desk: Desk,
) -> None:
    top = (await desk.folder("Top")).card.id
    low = (await desk.folder("Low", parent=top)).card.id
    other = (await desk.folder("Other")).card.id
    held = [(await desk.video(f"v{n}", folder=top if n % 2 else low)).card.id for n in range(6)]
    spared = (await desk.video("spared", folder=other)).card.id

    await desk.folders.delete(delete(top))

    assert await desk.listed() == [spared]
    assert sorted(await desk.listed(deleted="only")) == sorted(held)
    assert await desk.titles() == ["Other"]
    for video in held:
        assert await desk.facts(video) == ["video.created", "video.deleted"]


async def test_a_deep_heap_of_folders_goes_to_its_ground(desk: Desk) -> None:
    top = inner = (await desk.folder("0")).card.id
    for depth in range(1, 12):
        inner = (await desk.folder(str(depth), parent=inner)).card.id
    video = (await desk.video(folder=inner)).card.id

    await desk.folders.delete(delete(top))

    assert await desk.titles() == []
    assert await desk.listed(deleted="only") == [video]


async def test_a_ring_of_folders_holds_nobody_up(desk: Desk) -> None:
    """Two moves at once can make one, since each looks before the other has happened."""
    one, two = (await desk.folder("One")).card.id, (await desk.folder("Two")).card.id
    other = (await desk.folder("Other")).card.id
    await desk.append_to_folder(one, FolderMoved(parent=two))
    await desk.append_to_folder(two, FolderMoved(parent=one))

    moved = await desk.folders.move(MoveFolder(**NOBODY, folder_id=other, parent=one))
    await desk.folders.delete(delete(one))

    assert moved.folder.card.parent == one
    assert (await refused(desk.folders.get(GetFolder(org=ORG, folder_id=one))))[0] == "not_found"


async def test_what_lies_in_a_released_folder_goes_to_the_top(desk: Desk) -> None:
    top = (await desk.folder("Top")).card.id
    await desk.folder("Low", parent=top)
    video = (await desk.video("v", folder=top)).card.id

    await desk.folders.delete(delete(top, "released"))

    assert await desk.facts(video) == ["video.created", "video.moved"]
    assert await desk.listed(has_collection=False) == [video]
    assert await desk.titles(has_parent=False) == ["Low"]


async def test_a_video_that_comes_back_to_a_folder_that_is_gone_comes_back_at_the_top(
    desk: Desk,
) -> None:
    folder = (await desk.folder()).card.id
    video = (await desk.video("v", folder=folder)).card.id
    await desk.folders.delete(delete(folder))

    answer = await desk.videos.revert_deletion(RevertDeletion(**NOBODY, video_id=video))

    assert (answer.video.card.deleted_at, answer.video.card.collection) == (None, None)
    assert (await desk.facts(video))[2:] == ["video.moved", "video.deletion_reverted"]


def emptied(bus: Bus, desk: Desk) -> list[Pull]:
    """What the service runs beside its answers."""
    work = [
        ("FOLDERS", ["folder.deleted.*.*"], desk.emptying.deleted),
        ("FOLDERS", ["folder.created.*.*", "folder.moved.*.*"], desk.emptying.folder_arrived),
        ("VIDEOS", [f"video.{fact}.*.*" for fact in ARRIVALS], desk.emptying.video_arrived),
    ]
    return [
        Pull(bus, stream, f"test-{number}", filters, singly(take))
        for number, (stream, filters, take) in enumerate(work)
    ]


@pytest.mark.parametrize("contents", ["deleted", "released"])
async def test_a_folder_whose_deletion_was_cut_short_is_emptied_all_the_same(
    bus: Bus, desk: Desk, contents: Contents
) -> None:
    folder = (await desk.folder("Top")).card.id
    await desk.folder("Low", parent=folder)
    videos = {(await desk.video(f"v{n}", folder=folder)).card.id for n in range(60)}
    await desk.append_to_folder(folder, FolderDeleted(contents=contents))  # and nothing more

    async with emptied(bus, desk)[0].running():
        await until(lambda: desk_is_empty(desk, folder), deadline=30)

    last = "video.deleted" if contents == "deleted" else "video.moved"
    for video in videos:
        assert await desk.facts(video) == ["video.created", last]
    assert ("Low" in await desk.titles()) == (contents == "released")


async def desk_is_empty(desk: Desk, folder: str) -> bool:
    return not await desk.listed(collection=folder) and not await desk.titles(parent=folder)


async def test_what_arrives_in_a_folder_while_it_goes_does_not_stay_there(
    bus: Bus, desk: Desk
) -> None:
    """The folder was there when they were let in, and is gone before anybody could see them."""
    gone, low = (await desk.folder("Gone")).card.id, (await desk.folder("Low")).card.id
    moved, back = (await desk.video("a")).card.id, (await desk.video("b", folder=gone)).card.id
    await desk.folders.delete(delete(gone))
    await desk.append(moved, VideoMoved(folder=gone))
    await desk.append(back, VideoDeletionReverted())
    await desk.append_to_folder(low, FolderMoved(parent=gone))

    _, folders, videos = emptied(bus, desk)
    async with folders.running(), videos.running():
        await until(lambda: everything_followed(desk, moved, back))

    assert await desk.titles() == []


async def everything_followed(desk: Desk, *videos: str) -> bool:
    states = [await desk.state(video) for video in videos]
    followed = all(state.card.deleted_at for state in states)
    return followed and not await desk.listed() and not await desk.titles()

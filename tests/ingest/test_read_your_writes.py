"""Read your writes: what was answered is in the lists, whoever keeps the views up."""

from telecine.shared.contracts.folders import DeleteFolder, MoveFolder, RenameFolder
from telecine.shared.contracts.ingest import ListVideos, MoveVideos, Position, UploadVideoFile
from tests.ingest.desk import NOBODY, Desk
from tests.shared.videos import FILE, MEDIA, ORG


async def test_a_video_that_was_answered_is_listed(desk: Desk) -> None:
    video = await desk.video()

    assert await desk.listed() == [video.card.id]


async def test_a_video_whose_bytes_were_taken_is_listed_as_uploaded(desk: Desk) -> None:
    video_id = (await desk.video()).card.id
    command = UploadVideoFile(
        **NOBODY, video_id=video_id, upload_key="u-1", source=FILE, media=MEDIA, defect=None
    )

    await desk.videos.upload_file(command)

    page = await desk.videos.list(ListVideos(org=ORG))
    assert [(each.card.id, each.kind) for each in page.videos] == [(video_id, "uploaded")]


async def test_a_video_that_was_moved_is_listed_where_it_lies(desk: Desk) -> None:
    video, folder = (await desk.video()).card.id, (await desk.folder()).card.id

    await desk.videos.move(MoveVideos(**NOBODY, video_ids=(video,), folder_id=folder))

    assert await desk.listed(collection=folder) == [video]
    assert await desk.listed(has_collection=True) == [video]
    assert await desk.listed(has_collection=False) == []


async def test_a_folder_is_listed_as_it_was_answered(desk: Desk) -> None:
    talks, music = (await desk.folder("Talks")).card.id, (await desk.folder("Music")).card.id
    assert await desk.titles() == ["Music", "Talks"]

    await desk.folders.rename(RenameFolder(**NOBODY, folder_id=talks, title="Speeches"))
    await desk.folders.move(MoveFolder(**NOBODY, folder_id=talks, parent=music))

    assert await desk.titles() == ["Music", "Speeches"]
    assert await desk.titles(parent=music) == ["Speeches"]
    assert await desk.titles(has_parent=False) == ["Music"]


async def test_a_folder_that_was_deleted_is_listed_no_more(desk: Desk) -> None:
    folder = (await desk.folder()).card.id

    await desk.folders.delete(DeleteFolder(**NOBODY, folder_id=folder, contents="deleted"))

    assert await desk.titles() == []


async def test_who_reads_on_behind_the_last_one_misses_none_and_sees_none_twice(
    desk: Desk,
) -> None:
    before = [(await desk.video(f"v{n}")).card for n in range(5)]
    seen = await desk.listed(limit=2)

    await desk.video("a newer one")
    for _ in range(3):
        last = next(card for card in before if card.id == seen[-1])
        behind = Position(created_at=last.created_at, id=last.id)
        seen += await desk.listed(limit=2, behind=behind)

    assert seen == [card.id for card in reversed(before)]

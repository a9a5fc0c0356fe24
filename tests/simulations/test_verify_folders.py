"""What `telecine verify` makes of folders: whatever is alive in one that is gone was left behind."""

from dataclasses import replace

from telecine.shared.aggregates.folder import Folder, Standing
from telecine.shared.aggregates.video import Known
from telecine.simulations.verify.findings import Findings
from telecine.simulations.verify.folders import check_contents
from telecine.simulations.verify.log import Folded
from tests.shared import folders, videos


def problems(folder: Folder, video: Known, child: Folder) -> list[str]:
    found = Findings()
    check_contents(
        {folders.ID: Folded(folder), "child": Folded(child)}, {"v": Folded(video)}, found
    )
    assert found.checked["folders"] > 0
    return found.problems


VIDEO = replace(videos.WATCHABLE, card=replace(videos.card(7), collection=folders.ID))
CHILD = Standing(folders.card(1, parent=folders.ID))


def test_what_lies_in_a_folder_that_stands_is_in_order() -> None:
    assert problems(folders.STANDING, VIDEO, CHILD) == []


def test_what_is_alive_in_a_folder_that_is_gone_was_left_behind() -> None:
    found = problems(folders.DELETED, VIDEO, CHILD)

    assert [each.split(" ")[1:3] for each in found] == [["video", "v"], ["folder", "child"]]


def test_what_is_deleted_or_elsewhere_may_name_a_folder_that_is_gone() -> None:
    elsewhere = videos.WATCHABLE  # in a collection of before there were folders

    assert problems(folders.DELETED, videos.deleted(VIDEO), folders.STANDING) == []
    assert problems(folders.DELETED, elsewhere, folders.STANDING) == []

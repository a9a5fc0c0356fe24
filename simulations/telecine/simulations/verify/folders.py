"""Folders: nothing alive lies in one that is gone."""

from telecine.shared.aggregates.folder import Deleted, Folder, Standing
from telecine.shared.aggregates.video import Known, Video
from telecine.shared.events.folder import FolderFact
from telecine.shared.events.video import VideoFact
from telecine.simulations.verify.findings import Findings
from telecine.simulations.verify.log import Folded


def check_contents(
    folders: dict[str, Folded[Folder, FolderFact]],
    videos: dict[str, Folded[Video, VideoFact]],
    findings: Findings,
) -> None:
    """What lay in a deleted folder has followed it."""
    gone = {key for key, folder in folders.items() if isinstance(folder.state, Deleted)}
    for video_id, video in videos.items():
        if isinstance(video.state, Known) and not video.state.card.deleted_at:
            place = video.state.card.collection
            problem = f"video {video_id} was left behind in {place}, which is deleted"
            findings.hold("folders", place not in gone, problem)
    for folder_id, folder in folders.items():
        if isinstance(folder.state, Standing):
            place = folder.state.card.parent
            problem = f"folder {folder_id} was left behind in {place}, which is deleted"
            findings.hold("folders", place not in gone, problem)

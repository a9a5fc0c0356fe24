"""What tables ingest has: views, and the records of access tokens."""

from pathlib import Path

from telecine.ingest import folder_view, jobs_view, lives_view, view
from telecine.ingest.access_tokens import AccessTokenRow
from telecine.ingest.tables import FolderRow, VideoRow
from telecine.shared.log.kinds import FOLDER, JOB, LIVE, VIDEO
from telecine.shared.tables.schema import Schema, View

SCHEMA = Schema(
    "ingest",
    records=(AccessTokenRow,),
    views=(
        View(VideoRow, VIDEO, view.row),
        View(FolderRow, FOLDER, folder_view.row),
        View(lives_view.LiveRow, LIVE, lives_view.row),
        View(jobs_view.JobRow, JOB, jobs_view.row),
    ),
    migrations=Path(__file__).with_name("migrations"),
)

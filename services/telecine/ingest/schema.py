"""What tables ingest has: views, all of them."""

from telecine.ingest import folder_view, view
from telecine.ingest.tables import FolderRow, VideoRow
from telecine.shared.aggregates import FOLDER, VIDEO
from telecine.shared.schema import Schema, View

SCHEMA = Schema(
    "ingest", views=(View(VideoRow, VIDEO, view.row), View(FolderRow, FOLDER, folder_view.row))
)

"""The video's commands, and the view of all videos."""

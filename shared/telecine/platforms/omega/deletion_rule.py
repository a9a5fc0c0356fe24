"""When Omega lets a video be deleted: processed, or failed for more than four hours.

Source: its page on deleting a video; the sentence there is ambiguous, DESIGN §6 reads it so.
"""

from datetime import datetime, timedelta

from telecine.shared.aggregates.video import Failed, Known, Succeeded, Watchable

#: How long a failed video must have been failed.
FAILED_FOR = timedelta(hours=4)


def may_delete(video: Known, now: datetime) -> str | None:
    """Answer why a video may not be deleted now (virtual time), and from when on; None if it may."""
    match video:
        case Succeeded() | Watchable():
            return None
        case Failed(failed_at=failed_at) if now - failed_at > FAILED_FOR:
            return None
        case Failed(failed_at=failed_at):
            until = (failed_at + FAILED_FOR).strftime("%Y-%m-%dT%H:%M:%SZ")
            return f"the video has failed less than 4 hours ago; delete it after {until}"
        case _:
            return (
                "the video has not completed processing; delete it when it has, "
                "or when it has been failed for more than 4 hours"
            )

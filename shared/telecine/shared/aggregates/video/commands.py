"""What may be wished for of a video."""

from dataclasses import dataclass

from telecine.shared.events.video import Failure, Media, Opening, Plan, Privacy, Source


@dataclass(frozen=True)
class Create:
    """Open a video without bytes."""

    opening: Opening


@dataclass(frozen=True)
class UploadLink:
    """Open a video whose bytes are behind a link."""

    opening: Opening
    source: Source


@dataclass(frozen=True)
class UploadFile:
    """The bytes of an open video have arrived; `key` names the upload."""

    key: str
    source: Source
    media: Media | None
    defect: Failure | None


@dataclass(frozen=True)
class Queue:
    """Take an uploaded video into the encoder, with its plan."""

    plan: Plan


@dataclass(frozen=True)
class Step:
    """The timer of this generation has fired: go one state on."""

    generation: int


@dataclass(frozen=True)
class Delete:
    """Mark as deleted. `refusal`: why the platform does not allow it now, if it does not."""

    refusal: str | None


@dataclass(frozen=True)
class RevertDeletion:
    """Take the mark of deletion away."""


@dataclass(frozen=True)
class SetPrivacy:
    privacy: Privacy


@dataclass(frozen=True)
class Move:
    """Lay into a folder, or into none; a deleted video may be moved, so that it can come back."""

    folder: str | None


Command = (
    Create | UploadLink | UploadFile | Queue | Step | Delete | RevertDeletion | SetPrivacy | Move
)

"""What a live stream is created from, and how it is stopped."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from telecine.platforms.tpstreams.answers import Invalid
from telecine.platforms.tpstreams.fields import Flag, Text, Title, storable, wrong
from telecine.platforms.tpstreams.name import NAME
from telecine.shared.events import Wire
from telecine.shared.events.live import LiveOpening, Trim

_FORM = "%Y-%m-%d %H:%M:%S"
#: From here on a number of seconds is a moment (Unix time) and not a length.
_EPOCH = 1_000_000_000
_MOST = 2**40


def _start(value: str) -> str:
    try:
        moment = datetime.strptime(value, _FORM)
    except ValueError:
        text = "Datetime has wrong format. Use one of these formats instead: YYYY-MM-DD hh:mm:ss."
        raise wrong(text) from None
    return moment.strftime(_FORM)


Latency = Annotated[Literal["Low Latency", "Normal Latency"], BeforeValidator(storable)]


class LiveBody(Wire):
    """The documented fields of `POST assets/live_streams/`. Without `start` it starts at once."""

    title: Title
    start: Annotated[Text, AfterValidator(_start)] | None = None
    enable_drm_for_recording: Flag = False
    latency: Latency = "Normal Latency"
    transcode_recorded_video: Flag = True

    def opening(self, request_key: str) -> LiveOpening:
        """Answer what the house is told."""
        return LiveOpening(
            platform=NAME,
            request_key=request_key,
            title=self.title,
            scheduled=self.start,
            latency="low" if self.latency == "Low Latency" else "normal",
            drm=self.enable_drm_for_recording,
            transcode=self.transcode_recorded_video,
        )


def _whole(value: object) -> object:
    """A whole number that is not negative; `true` is none."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong("A valid integer is required.")
    if value < 0:
        raise wrong("Ensure this value is greater than or equal to 0.")
    if value > _MOST:
        raise wrong(f"Ensure this value is less than or equal to {_MOST}.")
    return value


Seconds = Annotated[int, BeforeValidator(_whole)]


class StopBody(Wire):
    """Which part of the recording shall be kept: both, or none for all of it."""

    start_time: Seconds | None = Field(default=None)
    end_time: Seconds | None = Field(default=None)

    def trim(self) -> Trim | Invalid | None:
        """Answer the part, by the documented rules."""
        if self.start_time is None and self.end_time is None:
            return None
        if self.start_time is None or self.end_time is None:
            missing = "start_time" if self.start_time is None else "end_time"
            return Invalid({missing: ["This field is required."]})
        if (self.start_time >= _EPOCH) != (self.end_time >= _EPOCH):
            text = (
                "start_time and end_time must use the same format (seconds or epoch timestamps)."
            )
            return Invalid({"non_field_errors": [text]})
        if self.start_time >= self.end_time:
            return Invalid({"non_field_errors": ["start_time must be less than end_time."]})
        return Trim(start=self.start_time, end=self.end_time)

"""What an uploaded file is: measured in a limited process, judged here by a pure function."""

import asyncio
import math
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, NonNegativeInt, ValidationError

from telecine.shared.errors import Unavailable
from telecine.shared.events.video import Failure, Media

# -P: a file named like a module in the working folder is not imported in its place.
WORKER = (sys.executable, "-P", "-B", "-m", "telecine.gateway.probe_worker")
OUTPUT_CAP = 64 * 1024  # bytes of the worker's words that are kept
# What Python needs to start and find its packages; our settings, with their keys, stay here.
KEPT_ENVIRONMENT = (
    *("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH"),
    *("PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE"),
)

ZERO_BYTES = Failure(code="probe.zero_bytes", reason="The file is empty.")
NOT_A_VIDEO = Failure(code="probe.not_a_video", reason="The file is not a video.")
NO_VIDEO_TRACK = Failure(
    code="probe.no_video_track", reason="The file holds sound but no moving picture."
)
TRUNCATED = Failure(
    code="probe.corrupt", reason="The file ends too early: a part of the video is missing."
)
UNMEASURABLE = Failure(
    code="probe.corrupt", reason="The video is damaged: its size or its duration cannot be read."
)
CRASHED = Failure(code="probe.corrupt", reason="The video is damaged: reading it failed.")
TIMED_OUT = Failure(code="probe.timeout", reason="Reading the video took too long.")


class Findings(BaseModel):
    """What the worker prints: MediaInfo's words, not yet judged. Durations are milliseconds."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    format: str | None
    truncated: bool
    has_audio: bool
    has_video: bool
    width: NonNegativeInt | None
    height: NonNegativeInt | None
    durations: tuple[float | None, float | None]
    size: int
    entity_tag: str


@dataclass(frozen=True)
class Ended:
    """How the worker ended: its exit code (below 0: killed by that signal) and its words."""

    code: int
    output: bytes
    errors: bytes


async def probe(
    path: Path, deadline: float = 20.0, command: Sequence[str] = WORKER
) -> Media | Failure:
    """Answer what the file at `path` is, or why it is no video that can be processed.

    `deadline` is in seconds of wall time and covers reading every byte once (the entity tag).
    Raises FileNotFoundError without a file and Unavailable when the worker itself cannot work:
    both are ours to mend and say nothing about the file.
    """
    if path.stat().st_size == 0:
        return ZERO_BYTES
    try:
        ended = await _run((*command, str(path), str(math.ceil(deadline))), deadline)
    except TimeoutError:
        return TIMED_OUT
    return judged(ended)


def judged(ended: Ended) -> Media | Failure:
    """Tell the file's faults from our own by how the worker ended."""
    if ended.code == -signal.SIGXCPU:
        return TIMED_OUT
    if ended.code > 0:
        raise Unavailable(f"the probe does not work: {ended.errors.decode(errors='replace')}")
    try:
        return verdict(Findings.model_validate_json(ended.output))
    except ValidationError:  # MediaInfo crashed, or said what it cannot mean
        return CRASHED


def verdict(found: Findings) -> Media | Failure:
    """Decide what the file is.

    Cut short counts where the file itself tells (MP4 and Matroska always do); a recorded stream
    (TS, FLV) that was cut between two packets is a shorter video, and taken as one.
    """
    if not found.has_video and found.has_audio:
        return NO_VIDEO_TRACK
    if found.format and found.truncated:
        return TRUNCATED
    if not found.has_video:
        return NOT_A_VIDEO
    duration = next((round(ms / 1000, 3) for ms in found.durations if ms and ms >= 1), None)
    if not (duration and found.width and found.height):
        return UNMEASURABLE
    return Media(
        width=found.width,
        height=found.height,
        duration=duration,
        size=found.size,
        entity_tag=found.entity_tag,
    )


async def _run(command: Sequence[str], deadline: float) -> Ended:
    """Run the worker in a session of its own; at the deadline nothing of it is left."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
        env={name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ},
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(deadline):
            return await _end(process)
    except BaseException:  # the deadline, or whoever waits for us has gone
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        raise


async def _end(process: Process) -> Ended:
    output, errors = await asyncio.gather(_bounded(process.stdout), _bounded(process.stderr))
    return Ended(await process.wait(), output, errors)


async def _bounded(pipe: asyncio.StreamReader | None) -> bytes:
    """Everything is read, so that the writer never blocks; only the beginning is kept."""
    kept = b""
    while pipe and (chunk := await pipe.read(OUTPUT_CAP)):
        kept += chunk[: OUTPUT_CAP - len(kept)]
    return kept

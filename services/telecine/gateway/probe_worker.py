"""Looks at one uploaded file from a process that can do little else; `probe` starts it.

    python -m telecine.gateway.probe_worker <path> <CPU seconds>

The file is a stranger's and MediaInfo is a large C++ library, so the process first gives up what
it does not need. It prints what it found as one line of JSON, into a pipe (a file it could not
write), and judges nothing. An exit code above 0 says that it could not do its work, which is
never the file's fault.

It imports the standard library and pymediainfo only: it is started once for every upload.
"""

import hashlib
import json
import resource
import sys
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

from pymediainfo import MediaInfo

MEMORY = 1536 * 1024 * 1024  # bytes of address space
# Bytes handed to MediaInfo at once; with more it misses the picture's size in some short TS files.
BUFFER = 16 * 1024
PART = 5 * 1024 * 1024  # bytes of one part, the least that S3 takes in a multipart upload


def main(path: str, seconds: str) -> None:
    """Print the findings about the file at `path`."""
    limit_resources(int(seconds))
    if not MediaInfo.can_parse():  # loads the library, while files may still be opened
        raise RuntimeError("the MediaInfo library cannot be loaded")
    with Path(path).open("rb") as file:
        open_nothing_more()
        print(json.dumps(findings(file)))  # noqa: T201 - the answer


def limit_resources(seconds: int) -> None:
    """From here on: `seconds` of CPU, 1.5 GB, no byte into any file, no core dump."""
    _at_most(resource.RLIMIT_CPU, seconds, grace=1)  # SIGXCPU, which tells why, then SIGKILL
    _at_most(resource.RLIMIT_FSIZE, 0)
    _at_most(resource.RLIMIT_CORE, 0)
    if sys.platform != "darwin":  # there every process maps far more than it uses, and it fails
        _at_most(resource.RLIMIT_AS, MEMORY)


def open_nothing_more() -> None:
    """From here on no file and no socket can be opened, only those already open be used.

    A playlist is a file of addresses, and MediaInfo follows them: without this an upload could
    make it read our other files and call other hosts.
    """
    _at_most(resource.RLIMIT_NOFILE, 0)


def _at_most(limit: int, value: int, grace: int = 0) -> None:
    """Lower a limit for good; one that is lower already stays, as raising it is refused."""
    hard = resource.getrlimit(limit)[1]
    ceiling = value + grace if hard == resource.RLIM_INFINITY else min(value + grace, hard)
    resource.setrlimit(limit, (min(value, ceiling), ceiling))


def findings(file: BinaryIO) -> dict[str, Any]:
    """What MediaInfo says about the file, its size and its entity tag.

    `durations` are milliseconds (the container's own first), None where it says nothing.
    """
    try:
        tracks = MediaInfo.parse(file, encoding_errors="replace", buffer_size=BUFFER).tracks
    except (RuntimeError, ParseError, MemoryError) as error:
        return {"broken": f"{type(error).__name__}: {error}"[:300]}
    general = next(track for track in tracks if track.track_type == "General")
    video = next((track for track in tracks if track.track_type == "Video"), None)
    size, tag = size_and_entity_tag(file)
    return {
        "format": general.format,
        "truncated": general.istruncated == "Yes",
        "has_audio": any(track.track_type == "Audio" for track in tracks),
        "has_video": video is not None,
        "width": video and video.width,
        "height": video and video.height,
        "durations": (general.duration, video and video.duration),
        "size": size,
        "entity_tag": tag,
    }


def size_and_entity_tag(file: BinaryIO) -> tuple[int, str]:
    """The file's bytes, and S3's tag of a multipart upload: the MD5 of the parts' MD5s, `-parts`."""
    file.seek(0)
    whole, parts, size = hashlib.md5(usedforsecurity=False), 0, 0
    while part := file.read(PART):
        whole.update(hashlib.md5(part, usedforsecurity=False).digest())
        parts += 1
        size += len(part)
    return size, f"{whole.hexdigest()}-{parts}"


if __name__ == "__main__":
    main(*sys.argv[1:])

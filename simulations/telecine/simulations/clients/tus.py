"""Sending a file over tus with `tuspy`, somebody else's client of the protocol."""

import asyncio
import os
from pathlib import Path
from urllib.parse import urlsplit

from telecine.simulations.clients.api import HouseUnreachable, UnexpectedAnswer
from telecine.simulations.judges import missing

#: Bytes a request: OmegaStream's documented minimum of all but the last one.
CHUNK = 5 * 1024 * 1024


async def upload(url: str, file: Path, leave: dict[str, str]) -> None:
    """Send a file; `leave` are the headers that let us in.

    Raises JudgesMissing; UnexpectedAnswer if the house refuses it; HouseUnreachable.
    """
    _past_proxies(urlsplit(url).hostname or "")
    await asyncio.to_thread(_upload, url, file, leave)


def _upload(url: str, file: Path, leave: dict[str, str]) -> None:
    try:
        from tusclient.client import TusClient  # noqa: PLC0415 - an optional extra
        from tusclient.exceptions import TusCommunicationError  # noqa: PLC0415 - as above
    except ImportError as error:
        raise missing("tuspy") from error
    with file.open("rb") as stream:
        metadata = {"filename": file.name, "filetype": "video/mp4"}
        uploader = TusClient(url, headers=leave).uploader(
            file_stream=stream, chunk_size=CHUNK, metadata=metadata
        )
        try:
            uploader.upload()
        except TusCommunicationError as error:
            if error.status_code is None:
                raise HouseUnreachable(f"the upload to {url} broke off: {error}") from error
            said = f"{error.status_code} {error.response_content!r}"
            raise UnexpectedAnswer(f"the upload to {url} was answered {said}: {error}") from error


def _past_proxies(host: str) -> None:
    """tuspy asks the environment's proxy for every address, the loopback too, unless told so here."""
    for name in ("NO_PROXY", "no_proxy"):
        known = os.environ.get(name, "")
        if host not in known.split(","):
            os.environ[name] = f"{known},{host}".strip(",")

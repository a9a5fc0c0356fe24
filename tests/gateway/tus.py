"""Uploading over tus in tests: with the `tuspy` client, and by hand where a client would not go."""

import asyncio
import time
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
from tusclient.client import TusClient

AUTHORIZATION = {"authorization": "Bearer demo-key"}
OFFSETS = {"content-type": "application/offset+octet-stream"}


def ticket(video_id: str, key: str = "demo-key", expires_in: int = 3600) -> dict[str, str]:
    """Answer the three headers that let one upload."""
    expiration = str(int(time.time()) + expires_in)
    signature = sha256(f"{key}{expiration}{video_id}".encode()).hexdigest()
    return {"Signature": signature, "Expiration": expiration, "Video-Id": video_id}


async def video(http: httpx.AsyncClient, title: str = "clip") -> str:
    """Open a video. Answers its uuid."""
    answer = await http.post("/company/client/video", json={"title": title}, headers=AUTHORIZATION)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["uuid"])


async def shown(http: httpx.AsyncClient, video_id: str) -> Any:
    """Answer a video as the platform shows it."""
    return (await http.get(f"/company/client/video/{video_id}", headers=AUTHORIZATION)).json()


async def upload(url: str, video_id: str, file: Path, chunk: int = 20_000) -> None:
    """Upload a whole file as a client of the platform does."""
    client = TusClient(f"{url}/tusupload", headers=ticket(video_id))
    metadata = {"filename": file.name, "filetype": "video/mp4"}
    with file.open("rb") as stream:  # given a path, the client leaves its file open
        uploader = client.uploader(file_stream=stream, chunk_size=chunk, metadata=metadata)
        await asyncio.to_thread(uploader.upload)


async def begin(
    http: httpx.AsyncClient, video_id: str, length: int, **headers: str
) -> httpx.Response:
    """Open an upload by hand."""
    metadata = f"fileName {b64encode(b'clip.mp4').decode()}"
    sent = {"tus-resumable": "1.0.0", "upload-length": str(length), "upload-metadata": metadata}
    return await http.post("/tusupload", headers={**sent, **ticket(video_id), **headers})


async def patch(
    http: httpx.AsyncClient, place: str, video_id: str, offset: int, data: bytes
) -> httpx.Response:
    """Send bytes by hand."""
    sent = {"tus-resumable": "1.0.0", "upload-offset": str(offset), **OFFSETS}
    return await http.patch(place, content=data, headers={**sent, **ticket(video_id)})


async def offset(http: httpx.AsyncClient, place: str, video_id: str) -> int:
    """Ask how far an upload has come."""
    answer = await http.head(place, headers={"tus-resumable": "1.0.0", **ticket(video_id)})
    assert answer.status_code == 200, answer.status_code
    return int(answer.headers["upload-offset"])

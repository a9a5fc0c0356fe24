"""Where the tus library keeps bytes: files whose length is trusted only as far as their sidecar says.

The library's own file storage appends to the end of the file, so bytes that were written before a
crash but never accounted for would stand twice after a resume. Here every PATCH begins by cutting
the file to the accounted offset, and a finished upload is durable before anybody is told.
"""

import asyncio
import fcntl
import json
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import structlog
from fastapi import HTTPException
from tuspyserver.storage import TusStorage

log = structlog.get_logger()

#: Seconds that a PATCH waits for another one of the same upload.
_LOCK_PATIENCE = 10.0
#: Beside the bytes of an upload; the one that tells of it goes last, so that a crash is seen.
_SIDECARS = (".lock", ".account", ".info")
_RETRY_AFTER = "5"


class UploadFiles(TusStorage):
    """Files in one folder: `<uid>` the bytes, `<uid>.info` what is accounted for.

    `finished` is called with the uid as soon as an upload's last byte is accounted for.
    """

    def __init__(self, folder: Path, finished: Callable[[str], None]) -> None:
        self._folder = folder
        self._finished = finished
        self._open: dict[str, IO[bytes]] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def location(self, uid: str) -> str:
        return str(self.path(uid))

    def path(self, uid: str) -> Path:
        """Answer the file of an upload; a uid is never a path."""
        if not uid or "/" in uid or uid.startswith("."):
            raise ValueError(f"not an upload id: {uid!r}")
        return self._folder / uid

    def info_path(self, uid: str) -> Path:
        return self.path(uid).with_suffix(".info")

    async def create(self, uid: str) -> None:
        await asyncio.to_thread(self.path(uid).touch)

    async def exists(self, uid: str) -> bool:
        return await asyncio.to_thread(self.path(uid).exists)

    async def size(self, uid: str) -> int:
        info = await self.read_info(uid)
        return int(info["offset"]) if info else 0

    async def append(self, uid: str, chunk: bytes) -> None:
        with _answering():
            if uid not in self._open:
                accounted = await self.size(uid)
                self._open[uid] = await asyncio.to_thread(_open_at, self.path(uid), accounted)
            await asyncio.to_thread(self._open[uid].write, chunk)

    async def flush(self, uid: str) -> None:
        handle = self._open.pop(uid, None)
        if handle:
            with _answering():
                await asyncio.to_thread(_close_durably, handle)

    async def finalize(self, uid: str) -> None:
        """Nothing is left to do: the last write_info said that the upload is whole."""

    async def read(self, uid: str) -> bytes | None:
        path = self.path(uid)
        return await asyncio.to_thread(path.read_bytes) if path.exists() else None

    async def delete(self, uid: str) -> None:
        await asyncio.to_thread(self.remove, uid)

    def remove(self, uid: str) -> None:
        """Remove an upload."""
        path = self.path(uid)
        for each in (path, *(path.with_suffix(suffix) for suffix in _SIDECARS)):
            each.unlink(missing_ok=True)

    async def read_info(self, uid: str) -> dict[str, Any] | None:
        return await asyncio.to_thread(self.info, uid)

    def info(self, uid: str) -> dict[str, Any] | None:
        """Answer the sidecar; the library's HEAD insists on a file name and type, so they are filled in."""
        try:
            found: dict[str, Any] = json.loads(self.info_path(uid).read_bytes())
        except (FileNotFoundError, ValueError):
            return None
        metadata = found["metadata"]
        metadata.setdefault("filename", metadata.get("fileName", uid))
        metadata.setdefault("filetype", "application/octet-stream")
        return found

    async def write_info(self, uid: str, data: dict[str, Any]) -> None:
        size = data["size"]
        if size is not None and data["offset"] > size:
            raise ValueError(f"{data['offset']} bytes of an upload of {size}")
        with _answering():
            accounted = await asyncio.to_thread(_account, self.info_path(uid), data)
        if accounted == size:
            self._finished(uid)

    async def list_uids(self) -> list[str]:
        return [path.stem for path in self._folder.glob("*.info")]

    @asynccontextmanager
    async def lock(  # type: ignore[override]  # the library's own backend is a context manager too
        self, uid: str
    ) -> AsyncIterator[None]:
        """Hold an upload against every other writer, in this process and in others."""
        with self.path(uid).with_suffix(".lock").open("ab") as handle:
            await _locked(handle)
            try:
                yield
            finally:
                forgotten = self._open.pop(uid, None)
                if forgotten:  # the PATCH was refused half-way: what it wrote does not count
                    await asyncio.to_thread(forgotten.close)


@contextmanager
def _answering() -> Iterator[None]:
    """Answer that there is no room, or whatever the disk's trouble is; nothing of it is accounted."""
    try:
        yield
    except OSError as error:
        log.error("upload.not_stored", error=repr(error))
        message = f"the upload cannot be stored at the moment ({error.strerror}); try again"
        raise HTTPException(503, message, {"retry-after": _RETRY_AFTER}) from error


async def _locked(handle: IO[bytes]) -> None:
    async with asyncio.timeout(_LOCK_PATIENCE):
        while True:
            with suppress(BlockingIOError):
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            await asyncio.sleep(0.02)


def _open_at(path: Path, offset: int) -> IO[bytes]:
    handle = path.open("r+b")
    handle.truncate(offset)
    handle.seek(offset)
    return handle


def _close_durably(handle: IO[bytes]) -> None:
    with handle:
        handle.flush()
        os.fsync(handle.fileno())


def _account(path: Path, data: dict[str, Any]) -> int:
    """Write a sidecar whose offset never goes back. Answers the offset that it has now.

    The library writes one more when a PATCH is over, without the upload's lock: by then another
    PATCH, at another gateway, may have come further.
    """
    with path.with_suffix(".account").open("ab") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            so_far = int(json.loads(path.read_bytes())["offset"])
        except (FileNotFoundError, ValueError):
            so_far = 0
        accounted = max(int(data["offset"]), so_far)
        _replace_durably(path, json.dumps({**data, "offset": accounted}).encode())
    return accounted


def _replace_durably(path: Path, content: bytes) -> None:
    temporary = path.with_suffix(".new")
    with temporary.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

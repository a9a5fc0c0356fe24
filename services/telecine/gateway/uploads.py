"""Uploads on disk and what becomes of them: a finished one is probed and told to ingest, then let go.

A claim says whose bytes they are; it is written before the first byte and removed last. So a sweep
finds whatever a killed gateway left behind, and tells ingest under the same key (idempotent).
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import structlog

from telecine.gateway.probe import probe
from telecine.gateway.storage import UploadFiles
from telecine.platforms.house import Call
from telecine.shared.contracts.ingest import UploadVideoFile
from telecine.shared.errors import Refusal, TelecineError, Unavailable
from telecine.shared.events.video import Failure, Media, Source
from telecine.shared.observing.logging import correlation
from telecine.shared.observing.tracing import Tracing

log = structlog.get_logger()

#: Seconds between two sweeps, if nothing calls for one before.
SWEEP = 10.0
_PROBES = 2
_UID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-[0-9a-f]{8}")


def is_upload_id(text: str) -> bool:
    """Whether a text can be the id that `Uploads.claim` gives: a video's, and eight digits more."""
    return _UID.fullmatch(text) is not None


@dataclass(frozen=True)
class Claim:
    """Whose bytes an upload's are, and the context of the trace that it was opened in."""

    org: str
    video_id: str
    correlation_id: str
    trace: Mapping[str, str] = field(default_factory=dict)


class Uploads:
    """The uploads folder. `settle` turns a finished upload into a fact; the sweep does so for the rest."""

    def __init__(
        self, folder: Path, call: Call, *, keep: bool, tracing: Tracing | None = None
    ) -> None:
        self._folder = folder
        self._call = call
        self._keep = keep
        self.tracing = tracing or Tracing()
        self._wake = asyncio.Event()
        self._probing = asyncio.Semaphore(_PROBES)
        self._settling: dict[str, asyncio.Task[None]] = {}
        self.files = UploadFiles(folder, finished=lambda _: self._wake.set())

    @asynccontextmanager
    async def sweeping(self) -> AsyncIterator[None]:
        """Sweep while the block lasts: at once, then whenever an upload is finished."""
        task = asyncio.create_task(self._sweep_for_ever(), name="upload sweep")
        try:
            yield
        finally:
            for each in (task, *self._settling.values()):
                each.cancel()
            await asyncio.gather(task, *self._settling.values(), return_exceptions=True)

    def claim(self, claim: Claim) -> str:
        """Open an upload for a video. Answers its id, which is the upload's key for ever."""
        uid = f"{claim.video_id}-{uuid4().hex[:8]}"
        self._claim_path(uid).write_text(json.dumps(asdict(claim)))
        return uid

    def claimed(self, uid: str) -> Claim | None:
        """Answer whose upload this is; None if there is no such upload (any more)."""
        try:
            return Claim(**json.loads(self._claim_path(uid).read_bytes()))
        except (FileNotFoundError, ValueError):
            return None

    def discard(self, uid: str) -> None:
        """Forget an upload that will never be whole."""
        self.files.remove(uid)
        self._claim_path(uid).unlink(missing_ok=True)

    def kept(self, uid: str) -> Path | None:
        """Answer the bytes of an upload that was settled, if they are kept."""
        if not is_upload_id(uid) or not self._claim_path(uid).with_suffix(".kept").exists():
            return None
        path = self.files.path(uid)
        return path if path.exists() else None

    async def settle(self, uid: str) -> None:
        """Make a fact of a finished upload, once, however many wait for it. Raises Refusal."""
        if uid not in self._settling:
            task = asyncio.create_task(self._settle(uid))
            self._settling[uid] = task
            task.add_done_callback(lambda _: self._settling.pop(uid, None))
        await asyncio.shield(self._settling[uid])

    async def _settle(self, uid: str) -> None:
        claim = self.claimed(uid)
        if claim is None or not _is_finished(self.files.info(uid)):
            return
        with (
            correlation(claim.correlation_id, video_id=claim.video_id),
            self.tracing.continuing(claim.trace),
        ):
            async with self._alone(uid), self._probing:
                info = self.files.info(uid)
                if info and self.claimed(uid):  # else another gateway has settled it meanwhile
                    await self._make_fact(uid, claim, info)

    async def _make_fact(self, uid: str, claim: Claim, info: dict[str, Any]) -> None:
        found = await probe(self.files.path(uid), _probe_deadline(info["size"]))
        try:
            await self._call(_command(uid, claim, info, found))
        except Refusal as error:
            log.warning("upload.refused", upload_id=uid, why=error.message)
            self._let_go(uid)
            raise
        log.info("upload.settled", upload_id=uid)
        self._let_go(uid)

    @asynccontextmanager
    async def _alone(self, uid: str) -> AsyncIterator[None]:
        """Hold an upload against every PATCH and every other gateway. Raises Unavailable."""
        try:
            async with self.files.lock(uid):
                yield
        except TimeoutError as error:
            raise Unavailable(f"another gateway holds upload {uid}") from error
        finally:
            if self.claimed(uid) is None and not self._keep:
                self.files.remove(uid)  # our lock's file, if the upload was gone already

    async def sweep(self) -> None:
        """Settle every finished upload, and remove unfinished ones that have expired."""
        claims = sorted(self._folder.glob("*.claim"))
        await asyncio.gather(*(self._sweep_one(path.stem) for path in claims))

    async def _sweep_one(self, uid: str) -> None:
        try:
            await self.settle(uid)
            if _expired(self.files.info(uid), datetime.now(UTC)):
                async with self._alone(uid):
                    self._let_go_if_expired(uid)
        except TelecineError as error:
            log.warning("upload.waits", upload_id=uid, why=str(error))

    def _let_go_if_expired(self, uid: str) -> None:
        if _expired(self.files.info(uid), datetime.now(UTC)):
            log.info("upload.expired", upload_id=uid)
            self._let_go(uid)

    async def _sweep_for_ever(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self.sweep()
            except Exception as error:
                log.error("upload.sweep_failed", error=repr(error), exc_info=True)
            try:
                await asyncio.wait_for(self._wake.wait(), SWEEP)
            except TimeoutError:
                continue

    def _let_go(self, uid: str) -> None:
        if self._keep:
            self._claim_path(uid).rename(self._claim_path(uid).with_suffix(".kept"))
            return
        self.files.remove(uid)
        self._claim_path(uid).unlink(missing_ok=True)

    def _claim_path(self, uid: str) -> Path:
        return self.files.path(uid).with_suffix(".claim")


def _probe_deadline(size: int) -> float:
    """Answer the seconds that a probe may take: it hashes every byte, slowly on a slow disk."""
    return 20.0 + size / 50_000_000


def _command(
    uid: str, claim: Claim, info: dict[str, Any], found: Media | Failure
) -> UploadVideoFile:
    return UploadVideoFile(
        org=claim.org,
        request_id=uid,
        correlation_id=claim.correlation_id,
        video_id=claim.video_id,
        upload_key=uid,
        source=Source(kind="file", filename=info["metadata"]["filename"]),
        media=found if isinstance(found, Media) else None,
        defect=found if isinstance(found, Failure) else None,
    )


def _is_finished(info: dict[str, Any] | None) -> bool:
    return info is not None and info["offset"] == info["size"]


def _expired(info: dict[str, Any] | None, now: datetime) -> bool:
    if info is None or _is_finished(info) or not info["expires"]:
        return False
    return parsedate_to_datetime(info["expires"]) < now

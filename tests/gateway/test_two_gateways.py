"""Two gateways on one uploads folder: each finished upload is told once, and no offset goes back."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest
from fastapi import HTTPException

from telecine.gateway import storage, uploads
from telecine.gateway.uploads import Claim, Uploads
from telecine.shared.contracts import Done, Request
from telecine.shared.contracts.ingest import UploadVideoFile
from telecine.shared.errors import Refusal, Unavailable
from telecine.shared.events import Wire
from telecine.shared.events.video import Failure

R = TypeVar("R", bound=Wire)


class Ingest:
    """Who is told of uploads. It takes its time, and refuses if it is asked to."""

    def __init__(self, refusal: Refusal | None = None) -> None:
        self.told: list[str] = []
        self._refusal = refusal

    async def __call__(self, request: Request[R]) -> R:
        await asyncio.sleep(0)
        assert isinstance(request, UploadVideoFile)
        self.told.append(request.upload_key)
        if self._refusal:
            raise self._refusal
        return cast("R", Done())  # nobody reads it


@pytest.fixture(autouse=True)
def _probes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def probe(path: Path, _: float) -> Failure:
        await asyncio.sleep(0.01)
        assert path.exists(), "its bytes are gone"
        return Failure(code="probe.not_a_video", reason="not looked at")

    monkeypatch.setattr(uploads, "probe", probe)


async def upload(
    at: Uploads, *, offset: int, size: int = 3, expires: datetime | None = None
) -> str:
    """Leave an upload in the folder that has come so far."""
    uid = at.claim(Claim("demo", "video", "correlation"))
    at.files.path(uid).write_bytes(b"x" * offset)
    await at.files.write_info(uid, info(offset, size, expires))
    return uid


def info(offset: int, size: int = 3, expires: datetime | None = None) -> dict[str, Any]:
    at = expires or datetime.now(UTC) + timedelta(days=1)
    date = format_datetime(at, usegmt=True)
    return {"offset": offset, "size": size, "expires": date, "metadata": {}}


def pair(folder: Path, ingest: Ingest) -> tuple[Uploads, Uploads]:
    return Uploads(folder, ingest, keep=False), Uploads(folder, ingest, keep=False)


async def test_two_sweeps_at_once_tell_each_upload_once(tmp_path: Path) -> None:
    ingest = Ingest()
    one, two = pair(tmp_path, ingest)
    uids = [await upload(one, offset=3) for _ in range(20)]

    await asyncio.gather(one.sweep(), two.sweep())

    assert sorted(ingest.told) == sorted(uids)
    assert list(tmp_path.iterdir()) == []


async def test_a_sweep_and_the_last_patch_tell_it_once_and_both_find_it_done(
    tmp_path: Path,
) -> None:
    ingest = Ingest()
    one, two = pair(tmp_path, ingest)
    uid = await upload(one, offset=3)

    await asyncio.gather(one.settle(uid), two.sweep(), two.settle(uid))

    assert ingest.told == [uid]
    assert list(tmp_path.iterdir()) == []


async def test_an_upload_that_was_refused_leaves_nothing(tmp_path: Path) -> None:
    ingest = Ingest(Refusal("conflict", "it has its bytes"))
    one, two = pair(tmp_path, ingest)
    uid = await upload(one, offset=3)

    answers = await asyncio.gather(one.settle(uid), two.sweep(), return_exceptions=True)

    assert ingest.told == [uid]
    assert answers[1] is None
    assert list(tmp_path.iterdir()) == []


async def test_an_expired_upload_under_a_patch_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "_LOCK_PATIENCE", 0.1)
    one, two = pair(tmp_path, Ingest())
    uid = await upload(one, offset=1, expires=datetime.now(UTC) - timedelta(days=1))

    async with one.files.lock(uid):
        await two.sweep()
        assert one.files.info(uid), "somebody is writing it"
    await two.sweep()

    assert list(tmp_path.iterdir()) == []


async def test_an_upload_that_is_being_written_is_not_settled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "_LOCK_PATIENCE", 0.1)
    ingest = Ingest()
    one, two = pair(tmp_path, ingest)
    uid = await upload(one, offset=3)

    async with one.files.lock(uid):
        with pytest.raises(Unavailable, match="holds upload"):
            await two.settle(uid)

    assert ingest.told == []


async def test_one_upload_without_its_bytes_keeps_no_other_from_being_told(tmp_path: Path) -> None:
    ingest = Ingest()
    one, _ = pair(tmp_path, ingest)
    broken, sound = sorted([await upload(one, offset=3), await upload(one, offset=3)])
    one.files.path(broken).unlink()

    await asyncio.gather(one.sweep(), return_exceptions=True)
    await one.settle(sound)

    assert ingest.told == [sound]


async def test_an_offset_never_goes_back(tmp_path: Path) -> None:
    """A PATCH writes its sidecar once more when it is over; the next one may have come further."""
    one, two = pair(tmp_path, Ingest())
    uid = await upload(one, offset=1)
    late = one.files.info(uid)
    await two.files.write_info(uid, info(3))
    assert late is not None

    await one.files.write_info(uid, late)

    assert json.loads(one.files.info_path(uid).read_bytes())["offset"] == 3


@pytest.mark.parametrize("where", ["_open_at", "_close_durably", "_replace_durably"])
async def test_a_full_disk_is_answered_and_accounts_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    one, _ = pair(tmp_path, Ingest())
    uid = await upload(one, offset=1)
    monkeypatch.setattr(storage, where, no_room(getattr(storage, where)))

    with pytest.raises(HTTPException) as refused:
        await patched(one, uid, b"yz")

    assert refused.value.status_code == 503
    assert "No space left" in str(refused.value.detail)
    assert (refused.value.headers or {})["retry-after"]
    assert (one.files.info(uid) or {})["offset"] == 1


async def patched(at: Uploads, uid: str, data: bytes) -> None:
    """Do what the library does with the bytes of a PATCH."""
    async with at.files.lock(uid):
        await at.files.append(uid, data)
        await at.files.flush(uid)
        await at.files.write_info(uid, info(3))


def no_room(original: Callable[..., Any]) -> Callable[..., Any]:
    def fails(*arguments: Any) -> Any:
        if original.__name__ == "_close_durably":
            arguments[0].close()
        raise OSError(28, "No space left on device")

    return fails

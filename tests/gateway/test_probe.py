"""What the probe says about good files and bad files."""

import hashlib
import random
import socket
import struct
import wave
from pathlib import Path

import pytest

from telecine.gateway.probe import probe
from telecine.shared.events.video import Failure, Media
from telecine.simulations.media import CLIP

MIB = 1024 * 1024


def code_of(answer: Media | Failure) -> str:
    assert isinstance(answer, Failure), answer
    assert answer.reason.endswith("."), "a sentence for people"
    return answer.code


async def test_the_clip_is_a_video_with_its_own_facts() -> None:
    whole = CLIP.read_bytes()
    tag = hashlib.md5(hashlib.md5(whole).digest()).hexdigest()  # noqa: S324 - S3's own choice

    answer = await probe(CLIP)

    assert answer == Media(
        width=320, height=180, duration=4.0, size=len(whole), entity_tag=f"{tag}-1"
    )


async def test_entity_tag_covers_every_part_of_five_mebibytes(tmp_path: Path) -> None:
    # given: a video with 11 MiB in a box that players pass over; the last of its parts is not full
    padding = random.Random(7).randbytes(11 * MIB)
    content = CLIP.read_bytes() + struct.pack(">I4s", 8 + len(padding), b"free") + padding
    path = tmp_path / "long.mp4"
    path.write_bytes(content)
    parts = (content[: 5 * MIB], content[5 * MIB : 10 * MIB], content[10 * MIB :])
    digests = b"".join(hashlib.md5(part).digest() for part in parts)  # noqa: S324 - S3's choice

    answer = await probe(path)

    assert isinstance(answer, Media)
    assert answer.entity_tag == f"{hashlib.md5(digests).hexdigest()}-3"  # noqa: S324 - same
    assert answer.size == len(content)


async def test_a_full_last_part_is_not_followed_by_an_empty_one(tmp_path: Path) -> None:
    path = tmp_path / "exact.mp4"
    path.write_bytes(CLIP.read_bytes().ljust(10 * MIB, b"\0"))

    answer = await probe(path)

    assert isinstance(answer, Media)
    assert answer.entity_tag.endswith("-2")


async def test_zero_bytes_have_their_own_code(tmp_path: Path) -> None:
    path = tmp_path / "empty.mp4"
    path.touch()

    assert code_of(await probe(path)) == "probe.zero_bytes"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"this is not a video\n" * 100, id="text"),
        pytest.param(random.Random(1).randbytes(100_000), id="random bytes"),
        pytest.param(b"GIF89a\x01\0\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\0;", id="picture"),
    ],
)
async def test_other_bytes_are_no_video_whatever_their_name(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "named.mp4"
    path.write_bytes(content)

    assert code_of(await probe(path)) == "probe.not_a_video"


async def test_sound_alone_has_no_video_track(tmp_path: Path) -> None:
    path = tmp_path / "sound.mp4"
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"\0\1" * 8000)

    assert code_of(await probe(path)) == "probe.no_video_track"


@pytest.mark.parametrize("kept", [100, 3_000, CLIP.stat().st_size // 2, CLIP.stat().st_size - 1])
async def test_a_clip_cut_short_is_corrupt_even_with_its_index_whole(
    tmp_path: Path, kept: int
) -> None:
    # given: the index is in front, so MediaInfo still reads 320x180 and 4 s out of most of these
    path = tmp_path / "cut.mp4"
    path.write_bytes(CLIP.read_bytes()[:kept])

    assert code_of(await probe(path)) == "probe.corrupt"


async def test_a_playlist_cannot_pass_for_the_file_that_it_names(tmp_path: Path) -> None:
    # given: what MediaInfo, left alone, follows and reports as the clip itself
    path = tmp_path / "list.mp4"
    path.write_text(f"#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:4,\n{CLIP}\n#EXT-X-ENDLIST\n")

    assert code_of(await probe(path)) == "probe.not_a_video"


async def test_a_playlist_calls_no_host(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        port = server.getsockname()[1]
        path = tmp_path / "list.mp4"
        path.write_text(
            f"#EXTM3U\n#EXTINF:4,\nhttp://127.0.0.1:{port}/secret.ts\n#EXT-X-ENDLIST\n"
        )

        await probe(path)

        with pytest.raises(BlockingIOError):
            server.accept()


async def test_a_path_in_any_script_is_read(tmp_path: Path) -> None:
    path = tmp_path / "vidéo 動画.mp4"
    path.write_bytes(CLIP.read_bytes())

    assert isinstance(await probe(path), Media)


async def test_a_missing_file_is_our_defect(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await probe(tmp_path / "nothing.mp4")

"""Sealing: only the house's own key opens what is kept, and only for what it was kept for."""

import asyncio
import base64
import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from telecine.shared.errors import Refusal
from telecine.shared.settings import Settings
from telecine.shared.tables.sealing import BrokenSeal, Seal, seal_of

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))


def test_what_was_sealed_is_opened_and_does_not_show() -> None:
    seal = Seal(KEY)

    sealed = seal.close("a secret key", "row 1")

    assert seal.open(sealed, "row 1") == "a secret key"
    assert "secret" not in sealed
    assert base64.b64encode(b"a secret key").decode() not in sealed


def test_the_same_text_is_never_sealed_twice_the_same() -> None:
    seal = Seal(KEY)

    assert seal.close("a", "row 1") != seal.close("a", "row 1")


@pytest.mark.parametrize(
    ("key", "purpose", "change"),
    [
        (OTHER, "row 1", lambda text: text),
        (KEY, "row 2", lambda text: text),
        (KEY, "row 1", lambda text: text[:-6] + "AAAAA="),
        (KEY, "row 1", lambda text: text.removeprefix("v1.")),
        (KEY, "row 1", lambda text: "v1."),
        (KEY, "row 1", lambda text: ""),
    ],
    ids=["another key", "another purpose", "changed", "no version", "empty", "nothing"],
)
def test_anything_else_does_not_open(key: bytes, purpose: str, change: object) -> None:
    assert callable(change)
    sealed = change(Seal(KEY).close("a secret key", "row 1"))

    with pytest.raises(BrokenSeal):
        Seal(key).open(sealed, purpose)


def test_derived_secrets_are_the_same_for_the_same_parts_and_key_alone() -> None:
    found = Seal(KEY).derived("token", "demo", "wish")

    assert found == Seal(KEY).derived("token", "demo", "wish")
    assert len(found) == 64
    assert found != Seal(OTHER).derived("token", "demo", "wish")
    assert found != Seal(KEY).derived("key", "demo", "wish")
    assert Seal(KEY).derived("a", "bc") != Seal(KEY).derived("ab", "c")


async def test_copies_that_start_at_once_have_one_key_between_them(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "new" / "data")

    seals = await asyncio.gather(*(asyncio.to_thread(seal_of, settings) for _ in range(16)))

    sealed = seals[0].close("a", "row")
    assert {seal.open(sealed, "row") for seal in seals} == {"a"}
    assert [path.name for path in settings.data.iterdir()] == ["seal.key"]
    assert stat.S_IMODE((settings.data / "seal.key").stat().st_mode) == 0o600


def test_a_key_in_the_settings_comes_before_the_file(tmp_path: Path) -> None:
    text = base64.b64encode(KEY).decode()

    seal = seal_of(Settings(data=tmp_path, seal_key=SecretStr(text)))

    assert Seal(KEY).open(seal.close("a", "row"), "row") == "a"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "short", "x" * 44, base64.b64encode(KEY[:31]).decode(), "é"])
def test_what_is_no_key_is_refused_with_the_way_to_make_one(tmp_path: Path, text: str) -> None:
    (tmp_path / "seal.key").write_text(text)
    by_setting = Settings(data=tmp_path, seal_key=SecretStr(text))
    by_file = Settings(data=tmp_path)

    for settings, place in ((by_setting, "TELECINE_SEAL_KEY"), (by_file, "seal.key")):
        with pytest.raises(Refusal) as refusal:
            seal_of(settings)
        assert place in refusal.value.message
        assert "openssl rand -base64 32" in refusal.value.message


def test_settings_do_not_show_the_key() -> None:
    text = base64.b64encode(KEY).decode()

    assert text not in repr(Settings(seal_key=SecretStr(text)))

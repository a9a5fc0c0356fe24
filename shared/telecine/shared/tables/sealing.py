"""Sealing: keeping a secret in a table so that only who has the house's seal key can read it.

AES-256-GCM with a nonce of its own for each text. What a text is for is bound to it, so that a sealed
text moved to another row cannot be opened there.
"""

import hmac
import os
import secrets
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from telecine.shared.errors import Refusal, TelecineError
from telecine.shared.settings import Settings

KEY_BYTES = 32
_NONCE_BYTES = 12
_VERSION = "v1."


class BrokenSeal(TelecineError):
    """A sealed text that this key does not open: another key's, another purpose's, or damaged."""


class Seal:
    """Seals and opens texts with one key of 32 bytes, and derives secrets that nobody else can."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        # Not the same key for two uses: a name for this one, hashed with it (RFC 5869 in one step).
        self._deriving = hmac.digest(key, b"telecine deriving", "sha256")

    def close(self, text: str, purpose: str) -> str:
        """Answer a text sealed for a purpose; never twice the same."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, text.encode(), purpose.encode())
        return _VERSION + urlsafe_b64encode(nonce + sealed).decode()

    def open(self, sealed: str, purpose: str) -> str:
        """Answer the text that was sealed for this purpose. Raises BrokenSeal."""
        try:
            if not sealed.startswith(_VERSION):
                raise ValueError("not a sealed text")
            raw = urlsafe_b64decode(sealed.removeprefix(_VERSION))
            opened = self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], purpose.encode())
        except (InvalidTag, ValueError) as error:
            raise BrokenSeal(f"the seal key does not open what is kept for {purpose}") from error
        return opened.decode()

    def derived(self, *parts: str) -> str:
        """Answer 64 hex digits: always the same for the same parts, and not to be guessed."""
        text = "".join(f"{len(part)}:{part}" for part in parts)
        return hmac.digest(self._deriving, text.encode(), "sha256").hex()


def seal_of(settings: Settings) -> Seal:
    """Answer the house's seal: of the setting, else of a file in the data folder, made once.

    Raises Refusal if either holds no key.
    """
    if settings.seal_key is not None:
        text, place = settings.seal_key.get_secret_value(), "TELECINE_SEAL_KEY"
    else:
        path = settings.data / "seal.key"
        text, place = _kept(path), f"{path}"
    key = _key(text)
    if key is None:
        message = (
            f"{place} must hold base64 of {KEY_BYTES} bytes, as `openssl rand -base64 32` makes"
        )
        raise Refusal("invalid", message, "seal_key")
    return Seal(key)


def _key(text: str) -> bytes | None:
    try:
        key = b64decode(text.strip(), validate=True)
    except ValueError:
        return None
    return key if len(key) == KEY_BYTES else None


def _kept(path: Path) -> str:
    """Answer the key in a file; the first copy to come makes it, whole or not at all."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(f".{secrets.token_hex(8)}")
        try:
            _write_private(new, secrets.token_bytes(KEY_BYTES))
            with suppress(FileExistsError):
                os.link(new, path)
        finally:
            new.unlink(missing_ok=True)
    return path.read_text("ascii", errors="replace")


def _write_private(path: Path, key: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(b64encode(key).decode() + "\n")
        file.flush()
        os.fsync(file.fileno())

"""Signing secrets: made from random bytes, or an owner's own, which is held to the specification. Pure."""

from base64 import b64decode, b64encode

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from telecine.shared.events.endpoint import SignatureKind

#: Bytes of a secret that we make; Standard Webhooks asks for 24 to 64.
SECRET_BYTES = 32
#: Bytes of an ed25519 key's secret half; a `whsk_` has the public one behind it.
SEED_BYTES = 32

_SYMMETRIC, _PRIVATE, _PUBLIC = "whsec_", "whsk_", "whpk_"
_LEAST, _MOST = 24, 64


def new_secret(kind: SignatureKind, random_bytes: bytes) -> str:
    """Answer a secret in the form of Standard Webhooks 1.0.0, from 32 random bytes."""
    if kind == "v1":
        return f"{_SYMMETRIC}{b64encode(random_bytes).decode()}"
    key = Ed25519PrivateKey.from_private_bytes(random_bytes)
    whole = random_bytes + key.public_key().public_bytes_raw()
    return f"{_PRIVATE}{b64encode(whole).decode()}"


def kind_of(secret: str) -> SignatureKind | None:
    """Answer what a secret signs, by its prefix."""
    if secret.startswith(_SYMMETRIC):
        return "v1"
    return "v1a" if secret.startswith(_PRIVATE) else None


def own_secret_problem(secret: str) -> str | None:
    """Answer what is wrong with an owner's own secret, as a sentence without a subject; or None."""
    kind = kind_of(secret)
    if kind is None:
        return f"has no prefix; send {_SYMMETRIC} (v1) or {_PRIVATE} (v1a) and base64"
    try:
        raw = b64decode(secret.partition("_")[2], validate=True)
    except ValueError:
        return f"is not base64 after its prefix; send {secret[: secret.index('_') + 1]} and base64"
    if kind == "v1":
        good = _LEAST <= len(raw) <= _MOST
        return None if good else f"has {len(raw)} bytes; send {_LEAST} to {_MOST} random ones"
    return _private_problem(raw)


def public_key(secret: str) -> str:
    """Answer the public half of a `whsk_`, as receivers are given it: `whpk_` and base64."""
    seed = b64decode(secret.removeprefix(_PRIVATE))[:SEED_BYTES]
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    return f"{_PUBLIC}{b64encode(public).decode()}"


def _private_problem(raw: bytes) -> str | None:
    if len(raw) not in {SEED_BYTES, 2 * SEED_BYTES}:
        return f"has {len(raw)} bytes; an ed25519 key has 32, or 64 with its public half"
    whole = new_secret("v1a", raw[:SEED_BYTES])
    if len(raw) == 2 * SEED_BYTES and b64decode(whole.removeprefix(_PRIVATE)) != raw:
        return "has a public half that is not its secret half's; send a pair that belongs together"
    return None

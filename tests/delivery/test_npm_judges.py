"""Signatures before the JavaScript libraries of Standard Webhooks and Svix, which come from npm."""

import json
import time
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from telecine.delivery.signing import Signer, signer, webhook_headers
from tests.npm import installed, run

PACKAGES = ("standardwebhooks@1.1.1", "svix@2.5.0")
BODY = '{"type": "video.uploaded", "title": "Ü → \\u2028"}'.encode()


def secret(letter: str, size: int = 32) -> str:
    return f"whsec_{b64encode(letter.encode() * size).decode()}"


MINE = secret("m")
V1, OLD = signer("new", "v1", MINE), signer("old", "v1", secret("o", 64))
V1A = signer("ed", "v1a", f"whsk_{b64encode(b'e' * 32).decode()}")


@pytest.fixture(scope="session")
async def modules() -> Path:
    """Answer where the libraries are installed."""
    return await installed("webhook-judges", *PACKAGES)


def webhook(*signers: Signer, by: str = MINE, body: bytes = BODY, age: int = 0) -> dict[str, Any]:
    headers = webhook_headers(signers, "msg_1", int(time.time()) - age, BODY)
    return {"secret": by, "headers": headers, "body": b64encode(body).decode()}


async def judged(modules: Path, *webhooks: dict[str, Any]) -> list[list[str]]:
    """Answer what each library says of each webhook."""
    script = Path(__file__).with_name("judges.mjs")
    told = json.loads(await run(script, str(modules), given=json.dumps(webhooks).encode()))
    assert [each.keys() for each in told] == [{"standardwebhooks", "svix"}] * len(webhooks)
    return [list(each.values()) for each in told]


@pytest.mark.timeout(180)
async def test_both_libraries_take_what_we_sign_with_old_keys_and_other_kinds_beside(
    modules: Path,
) -> None:
    told = await judged(
        modules,
        webhook(V1),
        webhook(V1, OLD),
        webhook(OLD, V1),
        webhook(V1A, OLD, V1),
        webhook(V1A, V1, OLD, by=secret("o", 64)),
        webhook(signer("short", "v1", secret("s", 24)), by=secret("s", 24)),
    )

    assert told == [["good", "good"]] * 6


@pytest.mark.timeout(180)
async def test_both_libraries_refuse_what_was_changed_is_old_or_has_another_key(
    modules: Path,
) -> None:
    told = await judged(
        modules,
        webhook(V1, body=BODY + b" "),
        webhook(V1, by=secret("x")),
        webhook(V1A),
        webhook(V1, age=3600),
    )

    assert all("good" not in each for each in told)

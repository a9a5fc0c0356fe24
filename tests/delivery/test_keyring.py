"""The keys that delivery holds: asked for once, and always those that sign at the attempt's moment."""

from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace

import pytest
from faststream.nats import NatsBroker

from telecine.delivery.keyring import Keyring, Keys
from telecine.shared.aggregates.signing_keys import SigningKey
from telecine.shared.contracts.subscriptions import GetSecrets, Secrets
from telecine.shared.errors import Unavailable
from telecine.shared.wire.bus import Bus
from telecine.shared.wire.rpc import serve
from telecine.simulations.nats_server import EmbeddedNats
from tests.nats import bus, connect, server
from tests.shared.endpoints import (
    AFTER_ROTATION,
    ASYMMETRIC,
    FIRST,
    KEY,
    ROTATED,
    SETTINGS,
    profile,
)
from tests.shared.videos import minute

__all__ = ["bus", "connect", "server"]

SECRETS = {
    KEY.id: f"whsec_{b64encode(b'1' * 24).decode()}",
    ROTATED.id: f"whsec_{b64encode(b'2' * 24).decode()}",
    ASYMMETRIC.id: f"whsk_{b64encode(b'3' * 32).decode()}",
    "c1d2e3f4": "a token",
    "d1e2f3a4": "a header's value",
}
BOTH = FIRST.model_copy(update={"settings": SETTINGS})

Vault = Callable[[], AbstractAsyncContextManager[list[tuple[str, ...]]]]


@pytest.fixture
def vault(server: EmbeddedNats) -> Vault:
    """Answers for secrets as subscriptions does, and notes which were asked for."""

    @asynccontextmanager
    async def answering() -> AsyncIterator[list[tuple[str, ...]]]:
        asked: list[tuple[str, ...]] = []

        async def answer(query: GetSecrets) -> Secrets:
            asked.append(query.key_ids)
            known = {key: SECRETS[key] for key in query.key_ids if key in SECRETS}
            return Secrets(secrets=known)

        broker = NatsBroker(server.url, logger=None)
        serve(broker, GetSecrets, answer)
        async with broker:
            await broker.start()
            await broker.connection.flush()
            await broker.connection.flush()
            yield asked

    return answering


def ids(keys: Keys | None) -> list[str]:
    return [each.id for each in keys.signers] if keys else []


async def test_keys_are_asked_for_once_and_then_ready(bus: Bus, vault: Vault) -> None:
    keyring, endpoint = Keyring(bus), profile(2, BOTH, keys=(ASYMMETRIC, KEY))

    async with vault() as asked:
        before = keyring.ready(endpoint, minute(2))
        keys = await keyring.of(endpoint, minute(2))
        again = await keyring.of(endpoint, minute(2))

    assert before is None
    assert keys is again is keyring.ready(endpoint, minute(5))
    assert asked == [(ASYMMETRIC.id, KEY.id, "c1d2e3f4", "d1e2f3a4")]
    assert ids(keys) == [ASYMMETRIC.id, KEY.id]
    assert keys.secrets == {"c1d2e3f4": "a token", "d1e2f3a4": "a header's value"}


async def test_an_old_key_signs_along_until_its_end_wherever_an_attempts_time_is(
    bus: Bus, vault: Vault
) -> None:
    keyring, endpoint = Keyring(bus), profile(2, keys=AFTER_ROTATION)

    async with vault():
        await keyring.of(endpoint, minute(2))

    assert ids(keyring.ready(endpoint, minute(59))) == [ROTATED.id, KEY.id]
    assert ids(keyring.ready(endpoint, minute(60))) == [ROTATED.id]
    assert ids(keyring.ready(endpoint, minute(3))) == [ROTATED.id, KEY.id]


async def test_after_a_rotation_only_the_new_key_is_asked_for(bus: Bus, vault: Vault) -> None:
    keyring = Keyring(bus)

    async with vault() as asked:
        await keyring.of(profile(1), minute(1))
        keys = await keyring.of(profile(2, keys=AFTER_ROTATION), minute(2))

    assert asked[1:] == [(ROTATED.id,)]
    assert ids(keys) == [ROTATED.id, KEY.id]


async def test_what_is_forgotten_is_asked_for_anew(bus: Bus, vault: Vault) -> None:
    keyring, endpoint = Keyring(bus), profile(1)

    async with vault() as asked:
        await keyring.of(endpoint, minute(1))
        keyring.forget(endpoint.id)
        gone = keyring.ready(endpoint, minute(1))
        await keyring.of(endpoint, minute(1))

    assert gone is None
    assert len(asked) == 2


async def test_settings_that_ask_for_no_new_key_need_no_question(bus: Bus, vault: Vault) -> None:
    keyring, endpoint = Keyring(bus), profile(1)
    described = FIRST.model_copy(update={"description": "another"})

    async with vault() as asked:
        await keyring.of(endpoint, minute(1))
        asked.clear()

        found = keyring.ready(replace(endpoint, version=2, subscription=described), minute(2))

    assert ids(found) == [KEY.id]
    assert asked == []


async def test_a_key_that_nobody_has_is_said_and_nothing_is_signed(bus: Bus, vault: Vault) -> None:
    endpoint = profile(2, keys=(SigningKey("lost", "v1"), KEY))

    async with vault():
        with pytest.raises(Unavailable, match="no secret under key lost"):
            await Keyring(bus).of(endpoint, minute(2))

"""Every setting works without being set, can be set from the environment, and is kept sane."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError
from pydantic_settings import SettingsError

from telecine.shared.settings import Settings, misspelt

#: For each setting, a text that the environment may hold, and what it means.
FROM_ENVIRONMENT: dict[str, tuple[str, object]] = {
    "disable_after": ("72.5", 72.5),
    "host": ("localhost", "localhost"),
    "port": ("0", 0),
    "data": ("elsewhere", Path("elsewhere")),
    "orgs": ('{"a": ["k1", "k2"], "b_-9": ["k3"]}', {"a": ["k1", "k2"], "b_-9": ["k3"]}),
    "seed": ("-7", -7),
    "speed": ("0", 0.0),
    "preset": ("instant", "instant"),
    "retries": ("mux", "mux"),
    "fidelity": ("extended", "extended"),
    "quirks": ("off", "off"),
    "timeout": ("0.5", 0.5),
    "egress": ("10.0.0.0/8,fd00::/8", "10.0.0.0/8,fd00::/8"),
    "retry_after": ("600", 600.0),
    "jitter": ("0.2", 0.2),
    "in_flight": ("3", 3),
    "endpoint_in_flight": ("2", 2),
    "backlog": ("100", 100),
    "backlog_hours": ("48", 48.0),
    "keep_days": ("7", 7.0),
    "keep_attempts": ("1000", 1000),
    "upload_limit": ("1024", 1024),
    "keep_media": ("true", True),
    "nats_url": ("nats://nats.example:4222", "nats://nats.example:4222"),
    "database_url": ("sqlite:///x/{service}.db", "sqlite:///x/{service}.db"),
    "sync_always": ("true", True),
    "ca_file": ("ca.pem", Path("ca.pem")),
    "seal_key": ("c2VhbA==", SecretStr("c2VhbA==")),
    "metrics_port": ("9464", 9464),
    "metrics_host": ("::1", "::1"),
    "log_level": ("debug", "debug"),
}


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.upper().startswith("TELECINE_"):
            monkeypatch.delenv(name)


def why_not(**given_settings: Any) -> str:
    """Answer what is said of settings that are refused."""
    with pytest.raises(ValidationError) as refused:
        Settings(**given_settings)
    return str(refused.value)


def test_every_setting_has_a_default_and_a_line_of_why() -> None:
    settings = Settings()

    assert settings.host == "127.0.0.1"
    assert settings.orgs == {"demo": ["demo-key"]}
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert field.description.endswith("."), name


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_can_be_set_from_the_environment(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, meaning = FROM_ENVIRONMENT[name]
    assert getattr(Settings(), name) != meaning

    monkeypatch.setenv(f"TELECINE_{name.upper()}", text)

    assert getattr(Settings(), name) == meaning


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_variable_that_is_empty_is_as_if_it_were_not_set(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"TELECINE_{name.upper()}", "")

    assert Settings() == Settings.model_construct()


def test_an_empty_egress_policy_is_the_default_as_an_option_too() -> None:
    assert Settings(egress="").egress is None


def test_only_what_is_nearly_a_setting_is_taken_for_one() -> None:
    variables = ["TELECINE_TIMOUT", "TELECINE_TIMEOUT", "TELECINE_HOUSE", "TIMOUT", "TELECINE_"]

    assert misspelt(variables) == {"TELECINE_TIMOUT": "TELECINE_TIMEOUT"}


def test_no_text_is_kept_for_a_setting_that_is_gone() -> None:
    assert set(FROM_ENVIRONMENT) == set(Settings.model_fields)


@pytest.mark.parametrize("org", ["", "a b", "a.b", "a*", "a>", "a/b", "ä", "x" * 65, "a\n"])
def test_organisation_that_cannot_be_a_subject_token_is_refused(org: str) -> None:
    assert "use 1 to 64 letters, digits, '_' or '-'" in why_not(orgs={org: ["k"]})


@given(org=st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True))
@budget(deadline=None)
def test_organisation_that_can_be_a_subject_token_is_taken(org: str) -> None:
    assert Settings(orgs={org: ["k"]}).orgs == {org: ["k"]}


def test_house_that_nobody_could_call_is_refused() -> None:
    assert "has nobody in it" in why_not(orgs={})


@pytest.mark.parametrize("keys", [[], [""], ["k", ""]])
def test_organisation_without_a_key_is_refused(keys: list[str]) -> None:
    assert "give it at least one key, none empty" in why_not(orgs={"demo": keys})


@pytest.mark.parametrize("orgs", [{"a": ["k"], "b": ["k"]}, {"a": ["k", "k"]}])
def test_key_that_is_listed_twice_is_refused(orgs: dict[str, list[str]]) -> None:
    assert "give every organisation keys of its own" in why_not(orgs=orgs)


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "::", "192.168.1.7", "telecine.example", ""],  # noqa: S104 - they are refused
)
def test_open_door_needs_keys_of_its_own(host: str) -> None:
    said = why_not(host=host)

    assert "TELECINE_ORGS" in said
    assert "or listen on 127.0.0.1" in said
    assert Settings(host=host, orgs={"demo": ["a-secret"]}).host == host


def test_open_door_is_content_with_keys_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TELECINE_ORGS", '{"demo": ["a-secret"]}')
    monkeypatch.setenv("TELECINE_HOST", "0.0.0.0")  # noqa: S104 - what the test is about

    assert Settings().host == "0.0.0.0"  # noqa: S104 - what the test is about


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "::1", "localhost"])
def test_door_on_loopback_needs_no_keys(host: str) -> None:
    assert Settings(host=host).host == host


@pytest.mark.parametrize(
    ("name", "value", "fix"),
    [
        ("port", 65_536, "less than or equal to 65535"),
        ("port", -1, "greater than or equal to 0"),
        ("speed", -1, "greater than or equal to 0"),
        ("speed", float("nan"), "less than or equal to 1000000"),
        ("timeout", 0, "greater than 0"),
        ("timeout", 121, "less than or equal to 120"),
        ("in_flight", 0, "greater than or equal to 1"),
        ("disable_after", float("inf"), "less than or equal to 876000"),
        ("backlog_hours", 1e9, "less than or equal to 876000"),
        ("keep_days", 1e9, "less than or equal to 36500"),
        ("nats_url", "http://nats.example:4222", "write nats://<token>@<host>:<port>"),
        ("nats_url", "nats://a.example,nats://", "write nats://<token>@<host>:<port>"),
        ("database_url", "postgres://db.example/x", "write postgresql+asyncpg://"),
        ("database_url", "postgresql://db.example/x", "write postgresql+asyncpg://"),
        ("database_url", "telecine.db", "or sqlite:///<file>"),
        ("upload_limit", 0, "greater than or equal to 1"),
        ("preset", "slow", "'quick' or 'instant'"),
        ("retries", "often", "'standard', 'svix', 'stripe', 'mux' or 'none'"),
        ("log_level", "loud", "'debug', 'info', 'warning' or 'error'"),
    ],
)
def test_value_out_of_bounds_is_refused_with_the_bounds(name: str, value: Any, fix: str) -> None:
    said = why_not(**{name: value})

    assert name in said
    assert fix in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("nats_url", "nats.example:4222"),
        ("nats_url", "nats://token@a.example:4222,tls://b.example"),
        ("nats_url", "wss://nats.example"),
        ("database_url", "postgresql+asyncpg:///x?host=/run/postgresql"),
        ("database_url", "sqlite+aiosqlite:///x/{service}.db"),
    ],
)
def test_addresses_that_can_be_called_are_taken(name: str, value: str) -> None:
    assert getattr(Settings.model_validate({name: value}), name) == value


def test_refusal_never_shows_a_key_or_password() -> None:
    url = "postgresql+asyncpg://telecine:hunter2@db.example/x"

    said = why_not(orgs={"demo": ["sk-live-1"], "b": ["sk-live-1"]}, database_url=url, port=-1)
    said += why_not(host="0.0.0.0", database_url=url)  # noqa: S104 - it is refused

    assert "sk-live-1" not in said
    assert "hunter2" not in said


def test_organisations_that_are_not_json_are_refused_by_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TELECINE_ORGS", "demo:demo-key")

    with pytest.raises(SettingsError, match="orgs"):
        Settings()


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().port = 1  # type: ignore[misc]  # what the test is about


@pytest.mark.parametrize(
    ("host", "given_egress", "name"),
    [
        ("127.0.0.1", None, "open"),
        ("localhost", None, "open"),
        ("::1", None, "open"),
        ("0.0.0.0", None, "public"),  # noqa: S104 - what the test is about
        ("192.168.1.7", None, "public"),
        ("0.0.0.0", "private", "private"),  # noqa: S104 - as above
        ("127.0.0.1", "public", "public"),
    ],
)
def test_a_house_that_others_reach_sends_to_global_addresses_unless_it_is_told(
    host: str, given_egress: str | None, name: str
) -> None:
    settings = Settings(host=host, orgs={"a": ["k"]}, egress=given_egress)

    assert settings.egress_policy.name == name


def test_a_wrong_egress_policy_is_refused_with_what_to_write() -> None:
    assert "write one of these, or networks such as" in why_not(egress="everywhere")


def test_each_service_has_its_own_tables_in_the_data_folder(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)

    assert settings.database("ingest") == f"sqlite:///{tmp_path}/ingest.db"
    assert settings.uploads == tmp_path / "uploads"


def test_service_takes_its_place_in_a_database_url() -> None:
    settings = Settings(database_url="postgresql+asyncpg://db.example/telecine_{service}")

    assert settings.database("clock") == "postgresql+asyncpg://db.example/telecine_clock"


def test_organisations_survive_the_way_through_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    orgs = {"demo": ["ключ", 'a"b\\c'], "other": ["k"]}
    monkeypatch.setenv("TELECINE_ORGS", json.dumps(orgs))

    assert Settings().orgs == orgs

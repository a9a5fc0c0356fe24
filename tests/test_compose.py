"""The compose file is the house that the code knows: its commands, its settings, its copies."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from telecine.shared.settings import Settings
from telecine.simulations import dispatch
from telecine.simulations.arguments import SERVICES, parser

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "compose.yaml").read_text()
COMPOSE: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
OURS = {name: service for name, service in COMPOSE.items() if "build" in service}


def copies(service: str) -> int:
    """Count the containers that run a service of the house."""
    running = [it for it in OURS.values() if it["command"] == ["run", service]]
    return sum(it.get("deploy", {}).get("replicas", 1) for it in running)


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_runs_twice(service: str) -> None:
    assert copies(service) == 2


@pytest.mark.parametrize("name", OURS)
def test_every_command_is_one_of_ours(name: str) -> None:
    assert parser().parse_args(OURS[name]["command"]).command in dispatch.COMMANDS


def test_nothing_is_published_beyond_this_machine() -> None:
    published = [port for service in COMPOSE.values() for port in service.get("ports", [])]

    assert "127.0.0.1:8400:8400" in published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_a_port_is_published_by_one_container() -> None:
    replicated = [it for it in COMPOSE.values() if "deploy" in it]

    assert replicated
    assert not any("ports" in it for it in replicated)


@pytest.mark.parametrize("name", OURS)
def test_nothing_is_sent_to_metadata_addresses(name: str) -> None:
    environment = OURS[name]["environment"]

    assert environment["TELECINE_EGRESS"] == "${TELECINE_EGRESS:-private}"


def test_every_setting_that_it_names_exists() -> None:
    named = set(re.findall(r"TELECINE_\w+", TEXT + (ROOT / "Dockerfile").read_text()))

    assert named <= {f"TELECINE_{name.upper()}" for name in Settings.model_fields}


def test_prometheus_finds_every_service_that_runs() -> None:
    config = yaml.safe_load((ROOT / "docs/grafana/prometheus.yml").read_text())
    (found,) = config["scrape_configs"][0]["dns_sd_configs"]

    assert set(found["names"]) == {
        name for name, it in OURS.items() if it["command"][:1] == ["run"]
    }
    assert {it["environment"]["TELECINE_METRICS_PORT"] for it in OURS.values()} == {found["port"]}


def test_what_is_stored_survives_its_container() -> None:
    assert COMPOSE["nats"]["volumes"] == ["nats:/data"]
    assert "sync_interval: always" in TEXT
    assert COMPOSE["postgres"]["volumes"] == ["postgres:/var/lib/postgresql/data"]
    assert COMPOSE["gateway"]["volumes"] == COMPOSE["gateway-2"]["volumes"] == ["uploads:/data"]

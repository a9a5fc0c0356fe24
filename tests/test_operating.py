"""`docs/operating.md` and the Prometheus beside it, held against the code and the compose file."""

import re
from pathlib import Path

from telecine.gateway.health import SERVICES

ROOT = Path(__file__).parent.parent


def test_every_metric_of_ours_is_described_in_the_docs_and_every_described_one_is_ours() -> None:
    sources = [
        path.read_text() for room in ("services", "shared") for path in (ROOT / room).rglob("*.py")
    ]
    made = {name for text in sources for name in re.findall(r'"(telecine_[a-z_]+)"', text)}
    described = re.findall(
        r"^\| `(telecine_[a-z_]+)`",
        (ROOT / "docs/operating.md").read_text(),
        re.MULTILINE,
    )

    assert set(described) == made
    assert len(described) == len(set(described))


def test_the_prometheus_of_the_docs_finds_every_service_of_the_compose_file() -> None:
    compose = (ROOT / "compose.yaml").read_text()
    prometheus = (ROOT / "docs/grafana/prometheus.yml").read_text()

    found = re.findall(r"names: \[(.*)\]", prometheus)[0].split(", ")
    started = re.findall(
        r"^  ([a-z0-9-]+): ?.*\n    <<: \*(?:service|gateway)\n(?!    profiles)", compose, re.M
    )
    assert sorted(found) == sorted(started)
    assert set(SERVICES) <= set(found)
    (port,) = re.findall(r"TELECINE_METRICS_PORT: (\d+)", compose)
    assert f"port: {port}" in prometheus

"""A page of `/metrics`, read as Prometheus reads it."""

import httpx
from prometheus_client.parser import text_string_to_metric_families

Labels = frozenset[tuple[str, str]]


class Page:
    """A page of metrics. `value("telecine_attempts_total", outcome="failed")` adds up what matches."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.samples: dict[str, dict[Labels, float]] = {}
        self.names: set[str] = set()
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                labels = frozenset(sample.labels.items())
                self.samples.setdefault(sample.name, {})[labels] = sample.value

    def value(self, name: str, **labels: str) -> float:
        wanted = set(labels.items())
        found = [value for have, value in self.samples.get(name, {}).items() if wanted <= have]
        assert found, f"no {name} with {labels}: {sorted(map(sorted, self.samples.get(name, {})))}"
        return sum(found)

    def labels(self, name: str) -> set[str]:
        return {label for have in self.samples[name] for label, _ in have}


async def page(http: httpx.AsyncClient) -> Page:
    answer = await http.get("/metrics")
    assert answer.status_code == 200, answer.text
    return Page(answer.text)

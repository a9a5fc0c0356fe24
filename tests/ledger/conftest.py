"""Behind a run of the ledger's tests: its table, by kind and in sum."""

from typing import Any

COLUMNS = ("owed", "attempts", "requests", "kills", "duplicates", "missing")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    lines: dict[str, list[dict[str, Any]]] = {}
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, value in report.user_properties:
            if name == "ledger" and report.when == "call":
                lines.setdefault(value["kind"], []).append(value)
    if not lines:
        return
    terminalreporter.section("the ledger")
    names = ("", "seeds", *COLUMNS, "not explained")
    rows: list[tuple[str, ...]] = [names]
    for kind, results in sorted(lines.items()):
        sums = (sum(each[column] for each in results) for column in COLUMNS)
        wrong = sum(len(each["problems"]) for each in results)
        rows.append((kind, *(f"{value:,}" for value in (len(results), *sums, wrong))))
    for row in rows:
        terminalreporter.write_line("| " + " | ".join(f"{cell:>13}" for cell in row) + " |")

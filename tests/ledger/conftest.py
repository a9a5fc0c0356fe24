"""Behind a run of the ledger's tests: its table by kind, and where nothing was struck."""

from typing import Any

from tests.ledger.failing import POINTS

COLUMNS = ("owed", "attempts", "requests", "planned", "kills", "duplicates", "repeats", "missing")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    lines: dict[str, list[dict[str, Any]]] = {}
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, value in report.user_properties:
            if name == "ledger" and report.when == "call":
                lines.setdefault(value["kind"], []).append(value)
    if not lines:
        return
    terminalreporter.section("the ledger")
    names = ("", "seeds", "struck", *COLUMNS, "not explained")
    rows: list[tuple[str, ...]] = [names]
    for kind, results in sorted(lines.items()):
        sums = (sum(each[column] for each in results) for column in COLUMNS)
        wrong = sum(len(each["problems"]) for each in results)
        struck = sum(each["kills"] > 0 for each in results)
        numbers = (len(results), struck, *sums, wrong)
        rows.append((kind, *(f"{value:,}" for value in numbers)))
    for row in rows:
        terminalreporter.write_line("| " + " | ".join(f"{cell:>13}" for cell in row) + " |")
    hit = {
        what.rpartition(" ")[0] for each in lines.get("failpoints", []) for what in each["struck"]
    }
    spared = [name for each in POINTS if (name := str(each).rpartition(" ")[0]) not in hit]
    if hit:
        names_of = f": {', '.join(spared)}" if spared else ""
        terminalreporter.write_line(
            f"never struck: {len(spared)} of {len(POINTS)} points{names_of}"
        )

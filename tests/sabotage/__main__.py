"""Break each promise in turn: `python -m tests.sabotage [name…]`; `--table` prints the list."""

import sys
from collections.abc import Sequence
from time import monotonic

from rich.console import Console
from rich.table import Table

from tests.sabotage.act import Act
from tests.sabotage.acts import ACTS, table
from tests.sabotage.judging import caught, not_green
from tests.sabotage.workshop import Workshop, copied

console = Console()


def main(arguments: Sequence[str]) -> int:
    """Answer 0 if every sabotage was caught, 1 if one survived, 2 if nothing can be said."""
    if list(arguments) == ["--table"]:
        sys.stdout.write(f"{table()}\n")
        return 0
    if unknown := [name for name in arguments if name not in ACTS]:
        console.print(f"no sabotage is called {unknown[0]!r}; there are: {', '.join(ACTS)}")
        return 2
    acts = [act for act in ACTS.values() if not arguments or act.name in arguments]
    with copied() as whole:
        if problem := _not_ready(whole, acts):
            console.print(problem)
            return 2
        survivors = _report([(act, *_attempt(whole, act)) for act in acts])
    return 1 if survivors else 0


def _not_ready(whole: Workshop, acts: Sequence[Act]) -> str | None:
    """See that the tests run against the copy, and are green as long as nothing is broken."""
    tests = sorted({test for act in acts for test in act.tests})
    if not whole.is_bound():
        return "the copy's tests would run against the original's code"
    results, output = whole.run(tests)
    if red := not_green(tests, results):
        return f"{output}\nnot green without any sabotage: {red[0]}"
    console.print(f"{len(tests)} tests are green without sabotage")
    return None


def _attempt(whole: Workshop, act: Act) -> tuple[str | None, float]:
    """Break one promise; answer None if it was caught, else what is wrong, and the seconds."""
    began = monotonic()
    with copied(whole.root) as workshop:
        for edit in act.edits:
            edit.apply(workshop.root)
        results, _ = workshop.run(act.tests)
    problem, seconds = caught(act.tests, results), monotonic() - began
    console.print(f"{act.name}: {problem or 'caught'} ({seconds:.1f} s)")
    return problem, seconds


def _report(attempts: Sequence[tuple[Act, str | None, float]]) -> int:
    """Print the table. Answers how many survived."""
    shown = Table("sabotage", "breaks", "verdict", "seconds")
    for act, problem, seconds in attempts:
        shown.add_row(act.name, act.breaks, problem or "caught", f"{seconds:.1f}")
    console.print(shown)
    return sum(problem is not None for _, problem, _ in attempts)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

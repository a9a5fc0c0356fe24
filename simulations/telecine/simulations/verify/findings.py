"""What a verification found: counts of what was held against what, and every problem in a sentence."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Findings:
    """Collected while verifying. `checked` counts by what; no `problems` means all is well."""

    checked: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def hold(self, what: str, good: bool, problem: str) -> None:
        """Count one check of a sort, and note the problem if it does not hold."""
        self.checked[what] += 1
        if not good:
            self.problems.append(f"{what}: {problem}")

"""`telecine verify`: hold the whole log against its states, its views, its records and its timers."""

from telecine.shared.settings import Settings
from telecine.simulations.verify.house import verifier

#: Seconds that a running house may take until it is at one with itself.
PATIENCE = 10.0
_SHOWN = 50


async def run(settings: Settings) -> int:
    """Verify, print what was held against what, and answer 1 if anything is wrong."""
    async with verifier(settings) as verifying:
        findings = await verifying.until_clean(PATIENCE)
    for what, count in sorted(findings.checked.items()):
        print(f"{count:8}  {what}")
    for problem in findings.problems[:_SHOWN]:
        print(f"PROBLEM   {problem}")
    if len(findings.problems) > _SHOWN:
        print(f"and {len(findings.problems) - _SHOWN} more")
    print("the house is at one with its log" if not findings.problems else "something is wrong")
    return 1 if findings.problems else 0

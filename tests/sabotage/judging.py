"""Whether a sabotage was caught: by every test that is named, and by a broken promise. Pure."""

from collections.abc import Sequence

from tests.sabotage.workshop import Result

#: A program that cannot run proves nothing about its promises.
_BROKEN_PROGRAM = (
    "AttributeError",
    "ImportError",
    "IndentationError",
    "ModuleNotFoundError",
    "NameError",
    "SyntaxError",
    "TypeError",
    "UnboundLocalError",
)


def caught(tests: Sequence[str], results: Sequence[Result]) -> str | None:
    """Answer None if exactly these tests turned red, else what is wrong."""
    by_test = {result.test: result for result in results}
    if missing := [test for test in tests if test not in by_test]:
        return f"did not run: {missing[0]}"
    for test in tests:
        result = by_test[test]
        if result.outcome == "PASSED":
            return f"survived {test}"
        if result.outcome == "ERROR" or result.message.startswith(_BROKEN_PROGRAM):
            return f"broke the program instead of its promise: {result.message}"
    return None


def not_green(tests: Sequence[str], results: Sequence[Result]) -> list[str]:
    """Answer the tests that are not green without any sabotage."""
    passed = {result.test for result in results if result.outcome == "PASSED"}
    return [test for test in tests if test not in passed]

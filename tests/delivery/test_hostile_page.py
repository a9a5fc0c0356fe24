"""docs/hostile-receivers.md says what the tests do."""

from pathlib import Path

from tests.delivery.hostile.page import THEMES, tables

PAGE = Path(__file__).parents[2] / "docs" / "hostile-receivers.md"


def test_page_is_the_tests_data() -> None:
    assert PAGE.read_text().endswith(tables()), "write it anew: python -m tests.delivery.hostile"


def test_every_behaviour_has_a_name_of_its_own_and_they_are_many() -> None:
    names = [each.name for all_ in THEMES.values() for each in all_]

    assert len(names) == len(set(names))
    assert len(names) >= 100

"""A scenario's file: what makes it one, and how its options are read."""

from pathlib import Path

import pytest

from telecine.simulations.script import InvalidScenario, chosen, load

OPTIONS = (
    "async def run(s, count: int = 3, speed: float = 1.0, name: str = 'x', loud: bool = False):\n"
    "    pass\n"
)


def written(folder: Path, text: str, name: str = "scenario.py") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_a_file_with_a_run_function_is_a_scenario(tmp_path: Path) -> None:
    script = load(written(tmp_path, f'"""What it shows.\n\nMore."""\n{OPTIONS}'))

    assert script.shows == "What it shows."
    assert dict(script.options) == {"count": 3, "speed": 1.0, "name": "x", "loud": False}


def test_an_option_is_read_as_the_type_of_its_default(tmp_path: Path) -> None:
    script = load(written(tmp_path, OPTIONS))

    found = chosen(script, ["count=40", "speed=2", "name=a=b", "loud=Yes"])

    assert found == {"count": 40, "speed": 2.0, "name": "a=b", "loud": True}
    assert type(found["speed"]) is float
    assert chosen(script, []) == {}


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("cuont=40", r"it takes count=3, speed=1\.0, name=x, loud=False"),
        ("count", "is no option of it"),
        ("count=many", "'many' is no int, as its default 3 is"),
        ("loud=perhaps", "'perhaps' is no bool"),
    ],
)
def test_an_option_that_it_does_not_take_is_refused(tmp_path: Path, word: str, why: str) -> None:
    script = load(written(tmp_path, OPTIONS))

    with pytest.raises(InvalidScenario, match=why):
        chosen(script, [word])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x = 1\n", "has no `async def run"),
        ("def run(scenario):\n    pass\n", "has no `async def run"),
        ("async def run():\n    pass\n", "must take the scenario as its first parameter"),
        ("async def run(s, count):\n    pass\n", "give the option 'count' a default"),
        ("import nothing_of_that_name\n", "cannot be read: ModuleNotFoundError"),
        ("async def run(scenario)\n", "cannot be read: SyntaxError"),
    ],
)
def test_a_file_that_is_no_scenario_is_refused(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(InvalidScenario, match=why):
        load(written(tmp_path, text))


def test_a_file_that_is_not_there_or_not_python_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidScenario, match="there is no file"):
        load(tmp_path / "nothing.py")
    with pytest.raises(InvalidScenario, match=r"must end in \.py"):
        load(written(tmp_path, OPTIONS, "scenario.txt"))

"""`telecine simulate`: the three scenarios of the repository, and what each exit status means."""

from pathlib import Path

import pytest

from telecine.shared.settings import Settings
from telecine.simulations.arguments import parser
from telecine.simulations.commands import simulate
from tests.house import TestHouse

SCENARIOS = Path(__file__).parents[2] / "simulations"


async def simulated(*words: str) -> int:
    """Run `telecine simulate` in this process, on the instant encoder unless words say otherwise."""
    given = parser().parse_args(["simulate", *words])
    asked = {name: getattr(given, name) for name in ("preset", "seed", "speed")}
    settings = {"preset": "instant", **{name: it for name, it in asked.items() if it is not None}}
    return await simulate.run(Settings(log_level="warning", **settings), given)


def written(folder: Path, *lines: str) -> str:
    """Write a scenario of these lines, and answer its file."""
    path = folder / "scenario.py"
    body = "".join(f"    {line}\n" for line in lines)
    path.write_text(f'"""A test\'s."""\nasync def run(scenario):\n{body}', "utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("words", "paths"),
    [
        (["happy_path.py"], ["/shop", "/school"]),
        (["receiver_down.py", "speed=1000"], ["/shop"]),
        (["burst.py", "count=40"], ["/shop"]),
    ],
)
async def test_the_scenarios_pass_at_a_house_of_their_own(
    words: list[str], paths: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    file, *options = words

    status = await simulated(str(SCENARIOS / file), *options)

    shown, errors = capsys.readouterr()
    assert (status, errors) == (0, "")
    assert "PASSED" in shown.splitlines()[-1]
    assert all(f"  {path} " in shown for path in paths)


async def test_a_scenario_passes_twice_at_a_house_that_goes_on(house: TestHouse) -> None:
    words = [str(SCENARIOS / "burst.py"), "count=3", "--url", house.url, "--speed", "50"]
    place = ["--org", "other", "--key", "other-key"]

    assert [await simulated(*words, *place) for _ in range(2)] == [0, 0]

    headers = {"Authorization": "Bearer other-key"}
    assert (await house.http.get("/v1/clock", headers=headers)).json()["speed"] == 1
    assert (await house.http.get("/v1/endpoints", headers=headers)).json()["total"] == 0
    seen = (await house.http.get("/v1/events?type=video.uploaded", headers=headers)).json()
    assert len(seen["events"]) == 6  # the second run was one of its own


async def test_a_house_elsewhere_calls_the_receiver_by_the_name_that_is_given(
    house: TestHouse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        "shop = await scenario.omega.create_endpoint(scenario.receiver.on('/shop'))",
        "scenario.must('it has our name', shop.url.startswith('http://localhost:'), shop.url)",
        "await scenario.omega.upload_link('A video')",
        "await scenario.must_receive(shop, 2)",
    ]
    words = [written(tmp_path, *lines), "--url", house.url, "--receiver-host", "localhost"]

    assert await simulated(*words) == 0, capsys.readouterr().err
    assert await simulated(words[0], "--receiver-host", "localhost") == 2, "it has no house"


#: A line of a scenario that does not hold, and what is said of it.
WRONG = {
    "scenario.must('one is two', 1 == 2, 'two other numbers')": "seen: two other numbers",
    "scenario.must_each('all are good', [], bool)": "nothing that it could be said of",
    "scenario.say('nothing is stated')": "it stated nothing",
    "assert 1 == 2, 'one is two'": "AssertionError: one is two",
    "await scenario.receiver.wait(lambda _: False, 0.01)": "TimeoutError",
    "await scenario.omega.upload_link('')": "must answer 200, but answered 400",
}


async def test_a_scenario_that_does_not_hold_ends_with_1(
    house: TestHouse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for line, why in WRONG.items():
        status = await simulated(written(tmp_path, line), "--url", house.url)

        shown, errors = capsys.readouterr()
        assert (status, errors.partition(" ")[0]) == (1, "FAILED"), line
        assert why in errors
        assert "PASSED" not in shown


async def test_what_is_no_scenario_ends_with_2(
    house: TestHouse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at = ("--url", house.url)
    broken = written(tmp_path, "no_such_name()")

    assert await simulated(str(tmp_path / "nothing.py"), *at) == 2
    assert await simulated(str(SCENARIOS / "burst.py"), "cuont=3", *at) == 2
    assert await simulated(broken, *at, "--seed", "3") == 2
    assert await simulated(broken, "--key", "demo-key") == 2
    assert await simulated(broken, *at) == 2

    errors = capsys.readouterr().err
    assert errors.count("INVALID") == 5
    assert "NameError: name 'no_such_name' is not defined" in errors


async def test_a_house_that_cannot_be_reached_or_started_ends_with_3(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = str(SCENARIOS / "burst.py")

    assert await simulated(scenario, "--url", "http://127.0.0.1:9") == 3

    no_folder = tmp_path / "a file, not a folder"
    no_folder.touch()
    monkeypatch.setattr("tempfile.tempdir", str(no_folder))
    assert await simulated(scenario) == 3
    assert capsys.readouterr().err.count("NO HOUSE") == 2


async def test_the_same_seed_makes_the_same_videos(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(
        tmp_path,
        "video = await scenario.omega.upload_link('A title')",
        "scenario.must(f'video {video.id}', True, '')",
    )

    async def video(seed: str) -> str:
        assert await simulated(file, "--seed", seed) == 0
        shown = capsys.readouterr().out
        return next(line for line in shown.splitlines() if "ok: video " in line).split()[-1]

    first = await video("7")
    assert first == await video("7")
    assert first != await video("8")

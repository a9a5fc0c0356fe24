"""The page on fidelity: as committed, explained, counted, and true of what the services do."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import get_args

from telecine.delivery.schedule import SCHEDULES
from telecine.gateway.credentials import MOST_TOKENS
from telecine.platforms import packs
from telecine.platforms.fidelity import Claim, Kind, Origin, Provenance
from telecine.shared.settings import Settings
from telecine.simulations.spec import house_fidelity
from telecine.simulations.spec.fidelity import document, in_order
from telecine.transcoder.live_plan import live_plan
from telecine.transcoder.plan import FAILURES, Preset, plan
from tests.platforms.omega.states import BY_LINK, CARD
from tests.shared import lives

ROOT = Path(__file__).parents[2]
KNOWN = [*(pack.provenance() for pack in packs().values()), house_fidelity.PROVENANCE]
RANGE = re.compile(r"([\d.]+) to ([\d.]+) s")


def claim(of: Provenance, name: str) -> Claim:
    (found,) = [each for table in of.tables for each in table.claims if each.name == name]
    return found


def ranges(name: str, of: Provenance) -> list[tuple[float, float]]:
    """Answer the ranges of seconds that a claim tells."""
    return [(float(least), float(most)) for least, most in RANGE.findall(claim(of, name).note)]


def all_within(drawn: Callable[[int], float], told: tuple[float, float]) -> bool:
    """Whether what is drawn from some seeds lies within a range, and nearly fills it."""
    values = [drawn(seed) for seed in range(300)]
    least, most = told
    edge = (most - least) / 10
    inside = least <= min(values) and max(values) <= most
    return inside and min(values) < least + edge and max(values) > most - edge


def test_the_committed_page_is_what_the_tables_say() -> None:
    committed = (ROOT / "docs/fidelity.md").read_text()

    assert committed == document(), "docs/fidelity.md is out of date: run `make docs`"


def test_every_claim_is_a_row_and_is_counted() -> None:
    page = document()
    rows = [line for line in page.split("\n") if line.startswith("| ")]
    claims = [each for of in KNOWN for table in of.tables for each in table.claims]

    for origin in get_args(Origin):
        told = sum(each.origin == origin for each in claims)
        counted = sum(of.count(kind, origin) for of in KNOWN for kind in get_args(Kind))
        in_rows = sum(f"| {origin} |" in row or f"| {origin}, " in row for row in rows[1:])
        assert told == counted == in_rows, origin


def test_the_summary_says_how_many_of_each() -> None:
    (first, *_) = KNOWN
    numbers = [first.count("field", origin) for origin in get_args(Origin)]
    made_up = first.count_made_up("field")

    assert f"| fields | {' | '.join(map(str, [*numbers, made_up]))} |" in document()
    assert document().count(", value invented |") == sum(
        each.count_made_up("field") for each in KNOWN
    )


def test_whatever_has_made_up_values_is_a_field_that_is_told() -> None:
    for of in KNOWN:
        for table in of.tables:
            assert set(table.made_up) <= set(table.names()), table.title


def test_every_tag_is_explained() -> None:
    explained = {re.split(r"[:§ ]", tag)[0] for of in KNOWN for tag in of.sources}

    tags = {
        re.split(r"[:@§ ]", tag)[0]
        for of in KNOWN
        for table in of.tables
        for each in table.claims
        for tag in each.source.split(", ")
    }

    assert tags <= explained


def test_fields_stand_as_the_object_has_them() -> None:
    (table,) = [each for each in KNOWN[0].tables if each.title == "Webhook endpoint"]

    shuffled = replace(table, claims=tuple(reversed(table.claims)))

    names = [each.name for each in in_order(shuffled)]
    assert names == [
        *("id", "created_at", "updated_at", "coid"),
        *("url", "description", "events", "active"),
    ]


def test_every_retry_schedule_and_every_failure_is_told() -> None:
    told = {each.name for table in house_fidelity.PROVENANCE.tables for each in table.claims}

    assert {f"`{name}`" for name in [*SCHEDULES, *FAILURES]} <= told
    assert "5 s, 5 min, 30 min, 2 h, 5 h" in claim(house_fidelity.PROVENANCE, "`standard`").note


def test_the_told_waits_are_those_of_the_encoder() -> None:
    told = ranges("preset `quick`", house_fidelity.PROVENANCE)
    presets = {name: plan(0, CARD, BY_LINK, name).waits for name in get_args(Preset)}

    assert len(told) == len(presets["quick"])
    for step, between in enumerate(told):
        drawn = [plan(seed, CARD, BY_LINK, "quick").waits[step] for seed in range(300)]
        assert all_within(drawn.__getitem__, between), step
    assert set(presets["instant"]) == {0}
    assert {f"preset `{name}`" for name in presets} == {
        each.name
        for table in house_fidelity.PROVENANCE.tables
        for each in table.claims
        if each.name.startswith("preset")
    }


def test_the_told_times_of_live_streams_are_those_of_their_plans() -> None:
    tpstreams = packs()["tpstreams"].provenance()
    plans = [live_plan(seed, lives.card(1), "quick") for seed in range(300)]
    breaks = [drop for each in plans for drop in each.drops]
    (server,) = RANGE.findall(claim(tpstreams, "a live stream's server is up").note)
    after, back = ranges("a broadcast breaks", tpstreams)
    record, transcode = ranges("a recording takes", tpstreams)
    (publish,) = ranges("a broadcast begins", tpstreams)

    assert all_within(lambda seed: plans[seed].server, (float(server[0]), float(server[1])))
    assert all_within(lambda seed: plans[seed].publish, publish)
    assert all_within(lambda seed: plans[seed].record, record)
    assert all_within(lambda seed: plans[seed].transcode, transcode)
    assert all(after[0] <= each.after <= after[1] for each in breaks)
    assert all(back[0] <= each.back <= back[1] for each in breaks)


def test_the_told_limits_are_those_of_the_services() -> None:
    tokens = claim(packs()["tpstreams"].provenance(), "tokens of an organisation")
    timeout = claim(house_fidelity.PROVENANCE, "an attempt may take")

    assert tokens.note.startswith(f"{MOST_TOKENS} at most")
    assert timeout.note.startswith(f"{Settings.model_construct().timeout:g} s ")

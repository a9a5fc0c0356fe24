"""The lists of assets and jobs, and the records of tokens, on every kind of database."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from telecine.ingest.access_tokens import AccessTokens
from telecine.ingest.assets import AssetList
from telecine.ingest.jobs_view import JobView
from telecine.ingest.lives_view import LiveView
from telecine.ingest.schema import SCHEMA
from telecine.ingest.view import VideoView
from telecine.shared.aggregates import job, live, video
from telecine.shared.contracts.access_tokens import (
    CreateAccessToken,
    GetAccessToken,
    ListAccessTokens,
    Terms,
    UpdateAccessToken,
)
from telecine.shared.contracts.assets import ListAssets
from telecine.shared.contracts.jobs import ListJobs
from telecine.shared.contracts.lives import ListLives
from telecine.shared.errors import Refusal
from telecine.shared.tables.database import Database, opened
from tests.databases import database_url
from tests.shared import jobs, lives, videos
from tests.shared.videos import minute

__all__ = ["database_url"]
ORG = videos.ORG
CALL = {"org": ORG, "request_id": "r", "correlation_id": "c"}


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Ingest's tables, empty."""
    async with opened(database_url, SCHEMA) as found:
        yield found


async def put(view: Any, state: Any, key: str, at: int, **card: Any) -> None:
    """Show an aggregate under an id of its own, made at a minute."""
    own = replace(state.card, id=key, created_at=minute(at), **card)
    await view.put(replace(state, card=own), 1)


async def assets(database: Database, **query: Any) -> tuple[list[str], int]:
    page = await AssetList(database).list(ListAssets(org=ORG, **query))
    things = [each.live or each.video for each in page.assets]
    return [each.card.id for each in things if each], page.total


@pytest.fixture
async def six(database: Database) -> Database:
    """Videos and live streams in turn, v3 and l4 in a folder, and some that nobody may see."""
    video_view, live_view = VideoView(database), LiveView(database)
    for at in (1, 3, 5):
        folder = "f-1" if at == 3 else None
        await put(video_view, videos.WATCHABLE, f"v{at}", at, collection=folder)
    for at in (2, 4, 6):
        await put(live_view, lives.COMPLETED, f"l{at}", at, folder="f-1" if at == 4 else None)
    await put(video_view, videos.WATCHABLE, "v7", 7, collection=None, deleted_at=minute(8))
    await put(live_view, lives.DELETED, "l8", 8)
    await put(video_view, videos.WATCHABLE, "v9", 9, collection=None, org="other")
    await put(live_view, lives.COMPLETED, "l9", 9, org="other")
    return database


async def test_videos_and_live_streams_are_one_list_newest_first(six: Database) -> None:
    assert await assets(six) == (["l6", "v5", "l4", "v3", "l2", "v1"], 6)


async def test_a_window_goes_over_both_kinds(six: Database) -> None:
    assert await assets(six, offset=1, limit=3) == (["v5", "l4", "v3"], 6)
    assert await assets(six, offset=6, limit=3) == ([], 6)


async def test_a_place_holds_its_assets_of_both_kinds(six: Database) -> None:
    assert await assets(six, folder="f-1") == (["l4", "v3"], 2)
    assert await assets(six, has_folder=True) == (["l4", "v3"], 2)
    assert await assets(six, has_folder=False) == (["l6", "v5", "l2", "v1"], 4)
    assert await assets(six, folder="f-1", has_folder=False) == ([], 0)


async def test_live_streams_have_a_list_of_their_own(six: Database) -> None:
    view = LiveView(six)

    page = await view.page(ListLives(org=ORG, limit=2))
    inside = await view.page(ListLives(org=ORG, folder="f-1"))

    assert ([each.card.id for each in page.lives], page.total) == (["l6", "l4"], 3)
    assert [each.card.id for each in inside.lives] == ["l4"]


async def test_what_is_listed_is_what_was_shown(database: Database) -> None:
    title = 'a "title" \\ ü \u2028'
    opening = lives.OPENING.model_copy(update={"title": title})
    await LiveView(database).put(live.Requested(lives.card(1, opening=opening)), 1)
    await VideoView(database).put(
        replace(videos.CREATED, card=replace(videos.card(1), title=title)), 1
    )

    page = await AssetList(database).list(ListAssets(org=ORG))

    titles = [each.live.card.opening.title for each in page.assets if each.live]
    titles += [each.video.card.title for each in page.assets if each.video]
    assert titles == [title, title]


async def found(database: Database, **query: Any) -> list[str]:
    page = await JobView(database).page(ListJobs(org=ORG, **query))
    return [each.card.id for each in page.jobs]


async def test_jobs_are_found_by_every_filter(database: Database) -> None:
    # given
    view = JobView(database)
    plain = jobs.OPENING.model_copy(update={"drm": False})
    await put(view, jobs.CREATED, "j1", 1)
    await put(view, jobs.COMPLETED, "j2", 2, opening=plain)
    await put(view, jobs.FAILED, "j3", 3)
    await put(view, jobs.FAILED, "j4", 3, org="other")

    # then
    assert await found(database) == ["j3", "j2", "j1"]
    assert await found(database, order="oldest", offset=1) == ["j2", "j3"]
    assert await found(database, kinds=("completed", "failed")) == ["j3", "j2"]
    assert await found(database, drm=False) == ["j2"]
    assert await found(database, created_from=minute(2)) == ["j3", "j2"]
    assert await found(database, created_to=minute(2)) == ["j2", "j1"]
    assert await found(database, created_from=minute(2), created_to=minute(2)) == ["j2"]
    later = minute(3) + timedelta(microseconds=1)
    assert await found(database, created_from=later) == []


async def test_an_older_state_never_replaces_a_newer_one(database: Database) -> None:
    view = JobView(database)
    await view.put(jobs.COMPLETED, 9)

    await view.put(jobs.CREATED, 3)

    (shown,) = (await view.page(ListJobs(org=ORG))).jobs
    assert isinstance(shown, job.Completed)
    assert isinstance(videos.CREATED, video.Created)


class Still:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.at = 1

    def now(self) -> datetime:
        self.at += 1
        return minute(self.at)


async def test_a_token_is_made_once_and_changed(database: Database) -> None:
    tokens = AccessTokens(database, Still(), 0)  # type: ignore[arg-type]  # all that is asked is now
    terms = Terms(valid_until=minute(9), annotations=({"text": "moving ü"},))
    wish = CreateAccessToken(**CALL, asset_id="a", request_key="k", terms=terms)

    made = (await tokens.create(wish)).token
    again = (await tokens.create(wish.model_copy(update={"terms": Terms()}))).token
    other = Terms(single_use=True)
    changed = await tokens.update(
        UpdateAccessToken(**CALL, asset_id="a", code=made.code, terms=other)
    )

    assert (made.terms, again) == (terms, made)
    assert changed.token.terms == other
    query = GetAccessToken(org=ORG, asset_id="a", code=made.code)
    assert (await tokens.get(query)).token == changed.token
    for wrong in ({"org": "other"}, {"asset_id": "b"}, {"code": "c"}):
        with pytest.raises(Refusal, match="no such access token"):
            await tokens.get(query.model_copy(update=wrong))


async def test_tokens_of_an_asset_are_listed_newest_first(database: Database) -> None:
    tokens = AccessTokens(database, Still(), 0)  # type: ignore[arg-type]  # all that is asked is now
    made = [
        (
            await tokens.create(
                CreateAccessToken(**CALL, asset_id=asset, request_key=key, terms=Terms())
            )
        ).token.code
        for asset, key in (("a", "1"), ("b", "1"), ("a", "2"), ("a", "3"))
    ]

    page = await tokens.list(ListAccessTokens(org=ORG, asset_id="a", limit=2))

    assert ([each.code for each in page.tokens], page.total) == ([made[3], made[2]], 3)

"""Omega's route for the traffic of some videos together.

Source: omega-docs `content/video/videos_traffic.md`. Without `start_time` it counts from the start of
the subscription period, which here is the (virtual) month.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from telecine.platforms.house import House
from telecine.platforms.omega.bodies import UuidsBody
from telecine.platforms.omega.callers import caller_of
from telecine.platforms.omega.reading import read
from telecine.platforms.omega.traffic import Span, Traffic, shown, traffic_of
from telecine.platforms.omega.wire import VIDEOS, answer, seconds
from telecine.shared.aggregates.video import Known
from telecine.shared.contracts.ingest import GetVideo
from telecine.shared.errors import Refusal


def span(query: Mapping[str, str], now: datetime) -> Span:
    """Read `start_time` and `end_time`. Raises Refusal that names the parameter."""
    start = _moment(query, "start_time", now.replace(day=1, hour=0, minute=0, second=0))
    end = _moment(query, "end_time", now)
    if end < start:
        raise Refusal("invalid", "is before start_time", "end_time")
    return Span(start.replace(microsecond=0), end.replace(microsecond=0))


def _moment(query: Mapping[str, str], name: str, default: datetime) -> datetime:
    text = query.get(name)
    if not text:
        return default
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))  # an unquoted + arrives as a space
        if moment.tzinfo is None:
            raise ValueError("it has no zone")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        example = "2026-01-31T12:00:00Z"
        raise Refusal("invalid", f"must be an RFC 3339 time such as {example}", name) from error


class TrafficRoute:
    """The route's function: it asks who calls, reads, asks the house, and adds up."""

    def __init__(self, house: House) -> None:
        self._house = house

    def add_to(self, router: APIRouter) -> None:
        """Register the route."""
        summary = "Traffic of 1 to 50 videos together (invented)"
        router.add_api_route(f"{VIDEOS}/traffic", self.traffic, methods=["POST"], summary=summary)

    async def traffic(self, request: Request) -> Response:
        """Answer the sum of some videos' traffic; deleted ones had theirs."""
        org = caller_of(self._house, request).org
        now = self._house.now()
        asked = span(request.query_params, now)
        uuids = (await read(request, UuidsBody)).uuids
        videos = await asyncio.gather(*(self._video(org, uuid) for uuid in uuids))
        total = sum(
            (traffic_of(video, self._house.seed, asked, now) for video in videos), Traffic(0, 0)
        )
        summed = {
            "checked_uuids": list(uuids),
            "start_time": seconds(asked.start),
            "end_time": seconds(asked.end),
            "queried_at": seconds(now),
            "videos_traffic": shown(total),
        }
        return answer(200, summed)

    async def _video(self, org: str, uuid: str) -> Known:
        try:
            return (await self._house.call(GetVideo(org=org, video_id=uuid))).video
        except Refusal as refusal:
            raise Refusal(refusal.code, refusal.message, uuid) from refusal

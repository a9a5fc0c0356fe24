"""One pass over a whole house, and passes until it is at rest."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from time import monotonic
from typing import Any

from sqlalchemy import Connection, inspect
from sqlmodel import SQLModel, select

from telecine.delivery.tables import AttemptRow, DeliveryRow, GateRow, MarkRow, ResendRow
from telecine.ingest.jobs_view import JobRow
from telecine.ingest.lives_view import LiveRow
from telecine.ingest.tables import FolderRow, VideoRow
from telecine.shared.aggregates.endpoint import Endpoint
from telecine.shared.aggregates.video import Video
from telecine.shared.errors import Refusal
from telecine.shared.events.endpoint import EndpointFact
from telecine.shared.events.video import VideoFact
from telecine.shared.log.eventlog import EventLog
from telecine.shared.log.kinds import ENDPOINT, FOLDER, JOB, LIVE, VIDEO
from telecine.shared.settings import Settings
from telecine.shared.tables.database import Database, opened
from telecine.shared.wire.bus import Bus, connected
from telecine.shared.wire.streams import bootstrap
from telecine.simulations.data_folder import DataFolder
from telecine.simulations.nats_server import EmbeddedNats
from telecine.simulations.verify import deliveries, encoding, folders, log, videos, waiting
from telecine.simulations.verify.deliveries import Records
from telecine.simulations.verify.findings import Findings
from telecine.simulations.verify.log import Folded
from telecine.simulations.verify.queues import UnderWay, under_way
from telecine.subscriptions.tables import EndpointRow

_PAUSE = 0.25


class Verifier:
    """Reads a house's log, queues and tables; changes nothing."""

    def __init__(self, bus: Bus, databases: dict[str, Database], settings: Settings) -> None:
        self._bus = bus
        self._databases = databases
        self._settings = settings

    async def until_clean(self, patience: float) -> Findings:
        """Verify again and again until all is well or `patience` seconds are over: a running house
        moves while it is read, and its views may be a moment late."""
        end = monotonic() + patience
        while True:
            findings = await self.once()
            if not findings.problems or monotonic() > end:
                return findings
            await asyncio.sleep(_PAUSE)

    async def once(self) -> Findings:
        """Verify in one pass."""
        findings = Findings()
        queues = await under_way(self._bus)
        records = await self._records()
        folded = await log.fold(EventLog(self._bus, VIDEO), findings)
        endpoints = await log.fold(EventLog(self._bus, ENDPOINT), findings)
        await self._check_folders(folded, findings)
        lives, jobs = await self._check_encoding(queues, findings)
        everything = [*folded.values(), *lives.values(), *jobs.values()]
        facts = [recorded for each in everything for recorded, _ in each.facts]
        await self._check_views(folded, endpoints, findings)
        fidelity = self._settings.fidelity
        deliveries.check_owed(
            facts, endpoints, records, queues, fidelity=fidelity, findings=findings
        )
        deliveries.check_records(facts, endpoints, records, findings)
        waiting.check_waiting(records, endpoints, queues, findings)
        videos.check_waiting(folded, queues, findings)
        return findings

    async def _check_views(
        self,
        videos: dict[str, Folded[Video, VideoFact]],
        endpoints: dict[str, Folded[Endpoint, EndpointFact]],
        findings: Findings,
    ) -> None:
        rows = await self._rows("ingest", VideoRow)
        log.check_view(VIDEO, videos, {r.id: (r.last_seq, r.state) for r in rows}, findings)
        rows = await self._rows("subscriptions", EndpointRow)
        log.check_view(ENDPOINT, endpoints, {r.id: (r.last_seq, r.state) for r in rows}, findings)

    async def _check_encoding(
        self, queues: UnderWay, findings: Findings
    ) -> tuple[dict[str, Folded[Any, Any]], dict[str, Folded[Any, Any]]]:
        """Verify what is not a video and goes through the encoder; answer live streams and jobs."""
        lives = await log.fold(EventLog(self._bus, LIVE), findings)
        rows = await self._rows("ingest", LiveRow)
        log.check_view(LIVE, lives, {r.id: (r.last_seq, r.state) for r in rows}, findings)
        encoding.check_lives(lives, queues, findings)
        jobs = await log.fold(EventLog(self._bus, JOB), findings)
        rows = await self._rows("ingest", JobRow)
        log.check_view(JOB, jobs, {r.id: (r.last_seq, r.state) for r in rows}, findings)
        encoding.check_jobs(jobs, queues, findings)
        return lives, jobs

    async def _check_folders(
        self, videos: dict[str, Folded[Video, VideoFact]], findings: Findings
    ) -> None:
        folded = await log.fold(EventLog(self._bus, FOLDER), findings)
        rows = await self._rows("ingest", FolderRow)
        log.check_view(FOLDER, folded, {r.id: (r.last_seq, r.state) for r in rows}, findings)
        folders.check_contents(folded, videos, findings)

    async def _records(self) -> Records:
        # Attempts last: one that is recorded in between then has its delivery's row of before.
        rows = await self._rows("delivery", DeliveryRow)
        attempts = await self._rows("delivery", AttemptRow)
        gates = await self._rows("delivery", GateRow)
        marks = await self._rows("delivery", MarkRow)
        resends = await self._rows("delivery", ResendRow)
        return Records.of(rows, attempts, gates, marks, resends)

    async def _rows(self, service: str, table: type[SQLModel]) -> list[Any]:
        async with self._databases[service].session() as session:
            if not await (await session.connection()).run_sync(_has, table):
                return []  # its service has never run here, and it alone makes its tables
            return list((await session.scalars(select(table))).all())


def _nothing_in(settings: Settings) -> str:
    return (
        f"{settings.data} is no data folder of a house: name one with --data, or the NATS server of a "
        "running house in TELECINE_NATS_URL"
    )


def _has(connection: Connection, table: type[SQLModel]) -> bool:
    return inspect(connection).has_table(str(table.__tablename__))


@asynccontextmanager
async def verifier(settings: Settings) -> AsyncIterator[Verifier]:
    """Join the running house of the settings, or wake the log of one that is switched off.

    Raises Refusal if the data folder is none of a house.
    """
    async with AsyncExitStack() as stack:
        url = settings.nats_url or DataFolder.read_connection(settings.data)
        if url is None:
            if not DataFolder.holds_a_house(settings.data):
                raise Refusal("invalid", _nothing_in(settings), "data")
            folder = DataFolder.claim(settings.data)
            stack.callback(folder.release)
            url = (await stack.enter_async_context(EmbeddedNats(settings.data))).url
        bus = await stack.enter_async_context(connected(url, "verify"))
        await bootstrap(bus.js)  # the log of an older version lacks streams that we read
        databases = {
            service: await stack.enter_async_context(opened(settings.database(service), []))
            for service in ("ingest", "subscriptions", "delivery")
        }
        yield Verifier(bus, databases, settings)

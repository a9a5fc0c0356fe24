"""How endpoints are: on record for those that fail, in memory of the one copy that listens to attempts."""

from typing import Any

from sqlalchemy import delete, select
from sqlmodel import col

from telecine.shared.tables.database import Database
from telecine.subscriptions.health_decider import WELL, Failing, Health
from telecine.subscriptions.reigns import Reign
from telecine.subscriptions.tables import HealthRow


class Healths:
    """The table of those that fail, written by the one who fans out. Use `of` to read it anew, as who
    begins must."""

    def __init__(self, database: Database, reign: Reign, known: dict[str, Failing]) -> None:
        self._reign = reign
        self._known = known
        upsert = database.insert(HealthRow)
        self._upsert: Any = upsert.on_conflict_do_update(
            index_elements=["endpoint_id"],
            set_={name: upsert.excluded[name] for name in ("since", "version", "told")},
        )

    @classmethod
    async def of(cls, database: Database, reign: Reign) -> "Healths":
        """Answer how endpoints are by the table."""
        async with database.session() as session:
            rows = (await session.scalars(select(HealthRow))).all()
        known = {r.endpoint_id: Failing(r.since, r.version, r.told) for r in rows}
        return cls(database, reign, known)

    def get(self, endpoint_id: str) -> Health:
        """Answer how an endpoint is."""
        return self._known.get(endpoint_id, WELL)

    async def put(self, changed: dict[str, Health]) -> None:
        """Put on record how endpoints are by now. Raises Conflict if another copy does by now."""
        failing = {id_: each for id_, each in changed.items() if isinstance(each, Failing)}
        well = [id_ for id_, each in changed.items() if not isinstance(each, Failing)]
        async with self._reign.writing() as connection:
            if failing:
                await connection.execute(self._upsert, [_row(*each) for each in failing.items()])
            if well:
                gone = delete(HealthRow).where(col(HealthRow.endpoint_id).in_(well))
                await connection.execute(gone)
        self._known |= failing
        for endpoint_id in well:
            self._known.pop(endpoint_id, None)


def _row(endpoint_id: str, failing: Failing) -> dict[str, Any]:
    return {
        "endpoint_id": endpoint_id,
        "since": failing.since,
        "version": failing.version,
        "told": failing.told,
    }

"""A service's own tables, ready to be answered from: opened, migrated, folded, and rebuilt when asked."""

from telecine.shared.copies.instance import Instance
from telecine.shared.copies.reachable import reachable
from telecine.shared.copies.rebuilding import rebuildable
from telecine.shared.tables.database import Database, opened
from telecine.shared.tables.schema import Schema


async def own_tables(me: Instance, schema: Schema) -> Database:
    """Open a service's tables for as long as the instance runs; views hold all facts when it answers.

    Raises NewerDatabase.
    """
    url = me.settings.database(schema.service)
    database = await me.stack.enter_async_context(opened(url, schema, me.metrics))
    if schema.views:
        await rebuildable(me, database, schema)
    await me.stack.enter_async_context(reachable(database, me.beating))
    return database

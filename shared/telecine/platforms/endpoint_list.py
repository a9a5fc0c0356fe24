"""A page of endpoints of any length, as the doors answer it: in as many questions as it takes."""

from telecine.platforms.house import Call
from telecine.shared.aggregates.endpoint import Living
from telecine.shared.contracts.subscriptions import ENDPOINTS_PAGE, EndpointPage, ListEndpoints


async def listed(
    call: Call, org: str, platform: str | None, *, offset: int, limit: int
) -> EndpointPage:
    """Answer up to `limit` endpoints of an organisation, newest first, and how many there are."""
    found: list[Living] = []
    end = offset + limit
    while True:
        query = ListEndpoints(
            org=org, platform=platform, offset=offset, limit=min(ENDPOINTS_PAGE, end - offset)
        )
        page = await call(query)
        found += page.endpoints
        offset += query.limit
        if offset >= min(end, page.total):
            return EndpointPage(endpoints=found, total=page.total)

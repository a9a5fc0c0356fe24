"""Who calls Omega's API: whoever has a key, sent as `Authorization: Bearer <key>`."""

from fastapi import Request

from telecine.platforms.house import Caller, House
from telecine.platforms.routes import Denied, credentials


def caller_of(house: House, request: Request) -> Caller:
    """Answer who calls. Raises Denied; always asked before the body is read."""
    org = house.org_of(credentials(request, "Bearer"))
    if org is None:
        raise Denied("nobody has this key; send one of the keys in TELECINE_ORGS")
    return house.caller(request, org)

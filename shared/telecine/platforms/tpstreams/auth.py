"""Who calls: `Authorization: Token <key>`, read as Django REST framework's TokenAuthentication does."""

from fastapi import Request

from telecine.platforms.house import Caller, House
from telecine.platforms.routes import Denied, WrongOrganisation

SCHEME = "token"


def enter(house: House, request: Request, org: str) -> Caller:
    """Answer who calls on an organisation's path: first the key or token is checked, then the path.

    Raises Denied with the framework's text, or WrongOrganisation if the organisation is unknown
    or not the key's; the two look the same from outside.
    """
    caller = enter_any(house, request)
    if caller.org != org:
        raise WrongOrganisation(org)
    return caller


def enter_any(house: House, request: Request) -> Caller:
    """Answer who calls on a path that is no organisation's. Raises Denied."""
    key = key_of(request.headers.get("authorization", ""))
    own = house.org_of(key) or house.org_of_token(key)
    if own is None:
        raise Denied("Invalid token.")
    return house.caller(request, own)


def key_of(header: str) -> str:
    """Answer the key of an Authorization header, its scheme in any case. Raises Denied."""
    scheme, *rest = header.split() or [""]
    if scheme.lower() != SCHEME:
        raise Denied("Authentication credentials were not provided.", missing=True)
    if not rest:
        raise Denied("Invalid token header. No credentials provided.")
    if len(rest) > 1:
        raise Denied("Invalid token header. Token string should not contain spaces.")
    try:
        return rest[0].encode("latin-1").decode()  # headers are read as Latin-1, keys are UTF-8
    except UnicodeError as error:
        text = "Invalid token header. Token string should not contain invalid characters."
        raise Denied(text) from error

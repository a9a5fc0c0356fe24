"""Where Omega's account calls come from: pages of 2022, removed in 2023."""

from telecine.platforms.fidelity import Call, Table, below, documented
from telecine.platforms.omega.account import DATA, REVOKE
from telecine.platforms.omega.bodies import KeyBody
from telecine.platforms.omega.shapes import OmegaAccount, OmegaKey

_DATA = "O@0927efc:account/data.md"
_REVOKE = "O@0927efc:account/revoke_key.md"
_AGES = {"account": "the page was removed in 2023", "auth": "an older path"}


def _of_both(method: str, paths: tuple[str, str], page: str) -> tuple[Call, ...]:
    pages = (f"O@0927efc:account/{page}", f"O@df58fde:auth/{page}")
    return tuple(
        Call(f"{method} {path}", "documented", source, note, 200)
        for path, source, note in zip(paths, pages, _AGES.values(), strict=True)
    )


_CALLS = (
    *_of_both("GET", DATA, "data.md"),
    *_of_both("POST", REVOKE, "revoke_key.md"),
)

_ACCOUNT = (
    *documented(
        _DATA,
        id="a hash of the organisation here",
        created_at="always the same: nobody opens an account here",
        updated_at="the same",
        deleted_at="always null",
        ocid="so it is written here, and nowhere else but in the list of events",
        title="the organisation's name",
        email="",
        phone_number="empty",
        storage_code="",
        address="its fields are empty",
        Metadata="always null; with a capital, as in the sample",
    ),
    *below("address", documented(_DATA, "address_1", "country", "city", "state", "zip")),
)

TABLES = (
    Table("Account", "call", _CALLS),
    Table("Body: a key to revoke", "field", documented(_REVOKE, "key"), KeyBody),
    Table(
        "Account",
        "field",
        _ACCOUNT,
        OmegaAccount,
        made_up=(
            "id",
            "created_at",
            "updated_at",
            "email",
            "phone_number",
            "storage_code",
            "address",
        ),
    ),
    Table(
        "Key in the place of another",
        "field",
        documented(_REVOKE, "message", "token_type", api_key="kept sealed (decision 17)"),
        OmegaKey,
    ),
)

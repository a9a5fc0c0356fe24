"""Where logging in and out comes from."""

from telecine.platforms.fidelity import Call, Table, documented, inferred
from telecine.platforms.tpstreams.login import ROOT, LoginBody
from telecine.platforms.tpstreams.shapes import TPStreamsToken

_PAGE = "T:server-api/authentication.md"

TABLES = (
    Table(
        "Login",
        "call",
        (
            Call(f"POST {ROOT}/login/", "documented", _PAGE, "", 200, "inferred"),
            Call(
                f"POST {ROOT}/logout/",
                "documented",
                _PAGE,
                "a key of the settings stays: 403",
                204,
            ),
        ),
    ),
    Table(
        "Body: a login",
        "field",
        documented(
            f"{_PAGE}, DESIGN §6",
            username="the organisation here",
            password="one of its keys here",  # noqa: S106 - words about a password
            organization_id="the organisation, or nothing",
        ),
        LoginBody,
    ),
    Table(
        "Login: the answer",
        "field",
        inferred(f"{_PAGE}, INFER, DESIGN §6", "token"),
        TPStreamsToken,
    ),
    Table(
        "Tokens",
        "rule",
        documented(
            f"{_PAGE}, decision 17",
            **{"tokens of an organisation": "20 at most, then 403 (its status and text invented)"},
        ),
    ),
)

"""Where everything that Omega does here comes from; made only when somebody asks."""

from telecine.platforms.fidelity import Provenance
from telecine.platforms.omega.fidelity import account, behaviour, calls, fields, requests

PROVENANCE = Provenance(
    title="OmegaStream",
    about="Its documents show no error, no signature and no retry; whatever concerns those is ours.",
    sources={
        "S0": "its page on creating a webhook endpoint, `content/webhooks/create_endpoint.md`",
        "S2": "its page on events, `content/webhooks/events/_index.md` of 2022-11-18",
        "O:path": "its public documents, `github.com/AhmedAbouelkher/omega-docs`, under `content/`; "
        "`O@commit:path` is an older one",
    },
    missing={
        "GET /stream/company/{path}": "O@0927efc:video/stream/_index.md, for nothing is encoded here",
    },
    tables=(
        *calls.TABLES,
        *requests.TABLES,
        *fields.TABLES,
        *account.TABLES,
        *behaviour.TABLES,
    ),
)

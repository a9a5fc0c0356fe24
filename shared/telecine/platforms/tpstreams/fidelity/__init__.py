"""Where everything that TPStreams does here comes from; made only when somebody asks."""

from telecine.platforms.fidelity import Provenance
from telecine.platforms.tpstreams.fidelity import (
    behaviour,
    calls,
    errors,
    fields,
    limits,
    login,
    requests,
    small_objects,
)
from telecine.platforms.tpstreams.fidelity.missing import MISSING

PROVENANCE = Provenance(
    title="TPStreams",
    about="Its documents list no status of videos, no retry and no signature; errors are those of "
    "Django REST framework wherever they do not show one.",
    sources={
        "S4": "its page on webhooks, `server-api/webhooks.md` of the branch "
        "`update/live-stream-status`, with status codes",
        "T:path": "its public documents, `github.com/testpress/streams-docs`, under `docs/`; "
        "`T@commit:path` is another one",
        "SDK:name": "public code of its clients and of its older transcoder",
    },
    missing=MISSING,
    tables=(
        *calls.TABLES,
        *requests.TABLES,
        *login.TABLES,
        *fields.TABLES,
        *small_objects.TABLES,
        *behaviour.TABLES,
        *errors.TABLES,
        *limits.TABLES,
    ),
)

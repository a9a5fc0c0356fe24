"""Where TPStreams' errors come from."""

from telecine.platforms.fidelity import Table, documented, inferred, invented
from telecine.platforms.tpstreams.errors import NOT_FOUND, NOWHERE

_ASSETS = "T:server-api/assets.md"

_ERRORS = Table(
    "Errors, in the words of Django REST framework",
    "error",
    (
        *documented(
            "T@c8446fcb:server-api/folders.md, T:server-api/assets.md",
            **{
                "400": '`{"<field>": ["…"]}`; further texts of the framework (inferred); '
                "unknown fields are refused (invented)",
            },
        ),
        *documented(
            "S4",
            **{
                "401": '`{"detail": "Invalid token."}`; without a header the framework\'s text (inferred)'
            },
        ),
        *documented(
            "S4",
            **{
                "404": f'plain text "{NOWHERE}" of a wrong organisation; '
                f'`{{"detail": "{NOT_FOUND}"}}` of an unknown object'
            },
        ),
        *inferred("INFER", **{"405": '`{"detail": "Method … not allowed."}`', "415": "not JSON"}),
        *invented(
            "GAP",
            **{
                "403": "logging out a key of the settings, or a token too many (decision 17)",
                "409": "what cannot be done in this state",
                "413": "a body above 256 KiB",
                "422": "an Idempotency-Key of another request (decision 16)",
                "503": "a service does not answer; try again",
                "504": "a question that took too long",
            },
        ),
    ),
)

_BULK_ERRORS = Table(
    "Errors of the creation of many, all 400",
    "error",
    (
        *documented(
            _ASSETS,
            **{
                "not a list of objects": '`{"detail": "Request body must be a list of objects."}`',
                "more than 50": "`detail` with both numbers",
                "a duplicate": "`detail`, `duplicate_key`, two indices, `message`, `item_index`",
                "a field's": "the field's messages, and `item_index`",
                "no input": '`{"error_type": "IndexError", "item_index": 1}`',
            },
        ),
        *inferred("INFER", **{"an empty list": "the framework's text"}),
    ),
)

_STORAGE_ERRORS = Table(
    "Errors of the storage, in XML as S3 writes them",
    "error",
    (
        *inferred(
            "INFER, decision 14",
            **{
                "400 InvalidArgument": "a field is missing, or no file",
                "400 InvalidPolicyDocument": "",
                "400 MalformedPOSTRequest": "",
                "400 IncompleteBody": "",
                "400 EntityTooLarge": "",
                "403 InvalidAccessKeyId": "",
                "403 SignatureDoesNotMatch": "",
                "403 AccessDenied": "the policy has expired, or the form does not keep to it",
                "404 NoSuchKey": "",
                "405 MethodNotAllowed": "",
                "412 PreconditionFailed": "not a form",
                "503 ServiceUnavailable": "",
            },
        ),
        *invented(
            "decision 14",
            **{
                "409 OperationAborted": "the asset has its file, or was deleted; S3 would overwrite"
            },
        ),
    ),
)

TABLES = (_ERRORS, _BULK_ERRORS, _STORAGE_ERRORS)

"""How the storage answers, which is not TPStreams' own API but S3: XML, and 204 for a file."""

from uuid import uuid4
from xml.sax.saxutils import escape

from fastapi.responses import Response

from telecine.platforms.pack import FormFault

_FAULTS: dict[FormFault, tuple[int, str, str]] = {
    "not_a_form": (
        412,
        "PreconditionFailed",
        "Bucket POST must be of the enclosure-type multipart/form-data.",
    ),
    "malformed": (
        400,
        "MalformedPOSTRequest",
        "The body of your POST request is not well-formed multipart/form-data.",
    ),
    "no_file": (
        400,
        "InvalidArgument",
        "POST requires exactly one file upload per request; send it last, as the field 'file'.",
    ),
    "incomplete": (
        400,
        "IncompleteBody",
        "The request body ended before the form did; send the file again.",
    ),
    "too_large": (
        400,
        "EntityTooLarge",
        "Your proposed upload exceeds the maximum allowed size of {limit} bytes.",
    ),
    "taken": (
        409,
        "OperationAborted",
        "The asset cannot take this file: it has one already, or was deleted. Create another one.",
    ),
    "unavailable": (503, "ServiceUnavailable", "The file cannot be stored now. Please try again."),
}


def error(status: int, code: str, message: str) -> Response:
    """Answer an error as S3 writes it."""
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{code}</Code><Message>{escape(message)}</Message>"
        f"<RequestId>{uuid4().hex[:16].upper()}</RequestId></Error>"
    )
    return Response(body, status, media_type="application/xml")


def refuse(fault: FormFault, limit: int) -> Response:
    """Answer why a form is not taken."""
    status, code, message = _FAULTS[fault]
    return error(status, code, message.format(limit=limit))


def taken(digest: str) -> Response:
    """Answer that a file is stored."""
    return Response(status_code=204, headers={"ETag": f'"{digest}"'})

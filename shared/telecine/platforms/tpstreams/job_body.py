"""What a transcoding job is created from."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from telecine.platforms.tpstreams.answers import Invalid
from telecine.platforms.tpstreams.fields import (
    Flag,
    Resolutions,
    Text,
    checked_url,
    wrong,
)
from telecine.platforms.tpstreams.name import NAME
from telecine.platforms.tpstreams.own_json import check_bounds
from telecine.shared.events import Wire
from telecine.shared.events.job import JobOpening

_MAX_PATH = 2048
_BUCKET = re.compile(r"s3://[A-Za-z0-9][A-Za-z0-9._-]{1,62}(/[!-~]*)?")
#: A value that opens somebody's bucket. The simulator opens none, so it keeps none.
_SECRET = re.compile(r"(?i)((?:secret[_-]?(?:access[_-]?)?key|session[_-]?token)=)[^&]*")


def without_secrets(path: str) -> str:
    """Answer a path with the values of its secret parameters put out (docs/decisions)."""
    return _SECRET.sub(r"\1REDACTED", path)


def _path(value: str) -> str:
    if len(value) > _MAX_PATH:
        raise wrong(f"Ensure this field has no more than {_MAX_PATH} characters.")
    if not _BUCKET.fullmatch(value):
        raise wrong("Enter a valid S3 path, such as s3://bucket/path/.")
    return value


def _link(value: str) -> str:
    """Documented for `input_url`: a URL, or the path in a bucket."""
    return _path(value) if value.startswith("s3://") else checked_url(value)


def _metadata(value: object) -> object:
    if not isinstance(value, dict):
        raise wrong(f'Expected a dictionary of items but got type "{type(value).__name__}".')
    check_bounds(value)
    return value


class JobBody(Wire):
    """The documented fields of `POST transcoding_jobs/`; one of the two inputs is given."""

    input_url: Annotated[Text, AfterValidator(_link)] | None = None
    input_path: Annotated[Text, AfterValidator(_path)] | None = None
    output_path: Annotated[Text, AfterValidator(_path)]
    resolutions: Resolutions
    enable_drm: Flag = False
    client_metadata: Annotated[dict[str, Any], BeforeValidator(_metadata)] | None = None

    def opening(self, request_key: str) -> JobOpening | Invalid:
        """Answer what the house is told, which is never a secret."""
        if self.input_url and self.input_path:
            return Invalid({"non_field_errors": ["Give input_url or input_path, not both."]})
        given = self.input_url or self.input_path
        if given is None:
            return Invalid({"input_url": ["This field is required."]})
        return JobOpening(
            platform=NAME,
            request_key=request_key,
            input=without_secrets(given),
            output=without_secrets(self.output_path),
            resolutions=tuple(self.resolutions),
            drm=self.enable_drm,
            metadata=self.client_metadata,
        )

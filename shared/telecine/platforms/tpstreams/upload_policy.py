"""Leave to send a file straight to the storage: a policy, signed as S3 has POST policies signed.

Pure. Source: AWS, "Authenticating requests in browser-based uploads using POST" (Signature Version
4). The key that signs is the organisation's own API key, so nothing has to be kept.
"""

import base64
import binascii
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from telecine.platforms.tpstreams.identity import is_id
from telecine.shared.ids import hex_of

#: The name of the storage's bucket, and where a file lies in it.
BUCKET = "tpstreams-bucket"
_FOLDER = "private/server-uploads/"
_ALGORITHM = "AWS4-HMAC-SHA256"
_REGION = "us-east-1/s3/aws4_request"


@dataclass(frozen=True)
class Leave:
    """What a policy allows: one file of an organisation's video, until a moment of the wall's clock."""

    org: str
    video_id: str
    most: int
    expires_at: datetime


@dataclass(frozen=True)
class No:
    """Why a form's fields give no leave, as S3 names and words it."""

    status: int
    code: str
    message: str


def signed(leave: Leave, key: str, now: datetime) -> dict[str, str]:
    """Answer the fields of a form that uses the leave, in the documented order."""
    day, moment = f"{now:%Y%m%d}", f"{now:%Y%m%dT%H%M%SZ}"
    told = {
        "key": f"{_FOLDER}{leave.video_id}",
        "x-amz-algorithm": _ALGORITHM,
        "x-amz-credential": f"{access_key_id(leave.org)}/{day}/{_REGION}",
        "x-amz-date": moment,
    }
    policy = {
        "expiration": f"{leave.expires_at:%Y-%m-%dT%H:%M:%S.%f}Z",
        "conditions": [
            {"bucket": BUCKET},
            ["content-length-range", 0, leave.most],
            *({name: value} for name, value in told.items()),
        ],
    }
    encoded = base64.b64encode(json.dumps(policy).encode()).decode()
    return {**told, "policy": encoded, "x-amz-signature": _signature(key, day, encoded)}


def access_key_id(org: str) -> str:
    """Answer what stands for an organisation in a credential; whose it is can be told from it alone."""
    return f"AKIA{hex_of(org, 'access key')[:16].upper()}"


def _signature(key: str, day: str, policy: str) -> str:
    made = f"AWS4{key}".encode()
    for part in (day, *_REGION.split("/")):
        made = hmac.digest(made, part.encode(), sha256)
    return hmac.digest(made, policy.encode(), sha256).hex()


_DENIED = "AccessDenied"


def leave_of(
    fields: Mapping[str, str], orgs: Mapping[str, Sequence[str]], wall: datetime
) -> Leave | No:
    """Answer the leave that a form's fields give at a moment of the wall's clock, or why none."""
    for name in ("policy", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature"):
        if not fields.get(name):
            text = f"Bucket POST must contain a field named '{name}'; send every field of the "
            return No(400, "InvalidArgument", f"{text}client_payload, and the file last.")
    identity, _, rest = fields["x-amz-credential"].partition("/")
    org = next((each for each in orgs if access_key_id(each) == identity), None)
    if org is None:
        text = "The AWS Access Key Id you provided does not exist in our records."
        return No(403, "InvalidAccessKeyId", text)
    day = rest.partition("/")[0]
    made = [_signature(key, day, fields["policy"]).encode() for key in orgs[org]]
    sent = fields["x-amz-signature"].encode()
    if sum(hmac.compare_digest(each, sent) for each in made) == 0:  # each in constant time
        text = "The request signature we calculated does not match the signature you provided."
        return No(403, "SignatureDoesNotMatch", text)
    return _granted(fields, org, wall)


def _granted(fields: Mapping[str, str], org: str, wall: datetime) -> Leave | No:
    """The policy is ours from here on; what remains is whether the form keeps to it."""
    try:
        policy: dict[str, Any] = json.loads(base64.b64decode(fields["policy"], validate=True))
        expires_at = datetime.fromisoformat(policy["expiration"]).astimezone(UTC)
        conditions = list(policy["conditions"])
    except (binascii.Error, ValueError, TypeError, KeyError):
        return No(400, "InvalidPolicyDocument", "Invalid Policy: it cannot be read.")
    if expires_at <= wall:
        return No(403, _DENIED, "Invalid according to Policy: Policy expired.")
    most = 0
    for each in conditions:
        match each:
            case ["content-length-range", _, int(limit)]:
                most = limit
            case {"bucket": _}:
                continue
            case dict():
                ((name, value),) = each.items()
                if fields.get(name) != value:
                    text = f'Policy Condition failed: ["eq", "${name}", "{value}"]'
                    return No(403, _DENIED, f"Invalid according to Policy: {text}")
    return _placed(fields["key"], Leave(org, "", most, expires_at))


def _placed(place: str, leave: Leave) -> Leave | No:
    video_id = place.removeprefix(_FOLDER)
    if not is_id(video_id):
        return No(403, _DENIED, "Invalid according to Policy: the key is no asset's.")
    return Leave(leave.org, video_id, leave.most, leave.expires_at)

"""Standard Webhooks signatures, version v1 (spec 1.0.0: HMAC-SHA256 over id, timestamp and body)."""

import hmac
from base64 import b64decode, b64encode

_PREFIX = "whsec_"


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Answer `v1,<base64>` for a message; `timestamp` is Unix seconds of the attempt (wall)."""
    key = b64decode(secret.removeprefix(_PREFIX))
    content = f"{message_id}.{timestamp}.".encode() + body
    return f"v1,{b64encode(hmac.digest(key, content, 'sha256')).decode()}"


def webhook_headers(secret: str, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Answer the three headers; the id is the delivery's and stays the same over its attempts."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(secret, message_id, timestamp, body),
    }

"""Other people's verdict on a webhook: the two packages that a receiver would verify it with."""

import standardwebhooks
import svix.webhooks

from telecine.simulations.receiver import Received


def verify(received: Received, secret: str) -> None:
    """Let both judge the signature (and that `webhook-timestamp` is now); raises their error."""
    headers = dict(received.headers)
    standardwebhooks.Webhook(secret).verify(received.body, headers)
    svix.webhooks.Webhook(secret).verify(received.body, headers)

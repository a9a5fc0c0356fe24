"""Whether a webhook proves who sent it: its signature, and TPStreams' token."""

from hmac import compare_digest

from telecine.simulations import judges
from telecine.simulations.clients.things import Endpoint
from telecine.simulations.clients.tpstreams import TOKEN_HEADER
from telecine.simulations.receiver import Received, verify_signature


def forgery(received: Received, endpoint: Endpoint, secret: str) -> str | None:
    """Answer what is wrong with a request's proof, or None if the judges find nothing.

    Judge within five minutes: `standardwebhooks` refuses older ones. Raises JudgesMissing.
    """
    judges.require()
    from standardwebhooks import WebhookVerificationError  # noqa: PLC0415 - an optional extra

    try:
        verify_signature(received, secret)
    except WebhookVerificationError as error:
        return f"its signature is wrong: {error}"
    if endpoint.token is None:
        return None
    shown = received.headers.get(TOKEN_HEADER)
    if shown is None:
        return f"it has no {TOKEN_HEADER}"
    if not compare_digest(shown, endpoint.token):
        return f"its {TOKEN_HEADER} is another one"
    return None

"""One webhook goes out: whatever its answer says, the attempt comes to something."""

from base64 import b64encode
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from telecine.delivery import trying
from telecine.delivery.keyring import Keyring, Keys
from telecine.delivery.measures import AttemptMeasures
from telecine.delivery.sender import Sender
from telecine.delivery.signing import signer
from telecine.delivery.trying import Trying
from telecine.delivery.verdict import Verdict
from telecine.shared.observing.tracing import Tracing
from telecine.shared.time.virtual_time import Anchor, VirtualClock
from tests.delivery.receivers import answer, answering, receiving
from tests.shared import endpoints
from tests.shared.golden_cases import OWED
from tests.shared.videos import minute

SIGNER = signer(endpoints.KEY.id, "v1", f"whsec_{b64encode(b'k' * 24).decode()}")
KEYS = Keys((SIGNER,), {str(endpoints.FIRST.token_key): "hunter2"})


def trying_with(sender: Sender) -> Trying:
    clock = SimpleNamespace(anchor=Anchor(minute(1), minute(1), 1.0))
    keyring = SimpleNamespace(ready=lambda *_: KEYS)
    return Trying(
        cast("VirtualClock", clock),
        sender,
        cast("Keyring", keyring),
        timeout=10.0,
        retry_after_most=timedelta(days=1),
        measures=AttemptMeasures(),
        tracing=Tracing(),
    )


async def test_answer_that_cannot_be_judged_is_on_record_as_one_without_a_wish(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: Any) -> Verdict:
        raise OverflowError("signed integer is greater than maximum")

    monkeypatch.setattr(trying, "judge", stumble)
    async with receiving(answering(answer(410, "Gone", "Retry-After: 7"))) as receiver:
        subscription = endpoints.FIRST.model_copy(update={"url": receiver.url})
        profile = endpoints.profile(1, subscription)
        with capture_logs() as logs:
            tried = await trying_with(sender).send(OWED, profile, minute(3))

    assert tried.verdict == Verdict(success=False, gone=True)
    assert (tried.outcome.status, len(receiver.requests)) == (410, 1)
    assert [each["event"] for each in logs] == ["attempt.not_judged"]

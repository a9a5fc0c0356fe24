"""The effects of the delivery worker, in the order in which they come: where it may be killed."""

from typing import Any

from nats.aio.msg import Msg

from telecine.delivery import publishing
from telecine.delivery.directory import Directory
from telecine.delivery.keyring import Keyring
from telecine.delivery.records import Records
from telecine.delivery.sender import Sender
from telecine.shared.wire.bus import Bus
from tests.failpoints import Effect


def _news(_: Any, subject: str, *__: Any) -> bool:
    return subject.startswith("attempt.")


def _of_delivery(_: Any, messages: list[Msg]) -> bool:
    return any(message.metadata.consumer.startswith("delivery-") for message in messages)


def _one_of_delivery(_: Any, message: Msg) -> bool:
    return _of_delivery(_, [message])


FOUND = Effect(Directory, "find")
UNLOCKED = Effect(Keyring, "of")
SENT = Effect(Sender, "send")
RECORDED = Effect(Records, "write")
TIMER_SET = Effect(publishing, "set_timer")
TOLD = Effect(Bus, "publish", _news)
ACKNOWLEDGED = Effect(Bus, "ack_all", _of_delivery)
#: What makes no attempt is acknowledged by itself.
DISMISSED = Effect(Bus, "ack", _one_of_delivery)
#: Only of a message that may have been worked on before.
RECORD_READ = Effect(Records, "get")
LAST_READ = Effect(Records, "attempt")

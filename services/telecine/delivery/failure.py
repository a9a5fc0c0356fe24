"""Why an attempt failed: one class of ours and one sentence, from whatever went wrong. Pure."""

import errno
import os
import ssl

from telecine.delivery.outcome import TEXT_CAP, Failure, legible
from telecine.delivery.reading import BadAnswer
from telecine.delivery.recording import Recording

#: What this machine lacks: files, room in the kernel, a port or an address to call from.
_OURS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.EADDRNOTAVAIL})


def unsendable(error: Exception) -> Failure:
    """The request itself is at fault; nobody was called."""
    return Failure("protocol", f"the request cannot be sent: {_sentence(str(error))}")


def unresolved(host: str, error: OSError) -> Failure:
    return Failure("dns", f"{host} did not resolve: {_reason(error)}", error.errno in _OURS)


def no_connection(peer: str, error: OSError) -> Failure:
    if isinstance(error, ConnectionRefusedError):
        return Failure("connect", f"connection refused by {peer}")
    # The loops word it in their own ways; the system's words are the same with all of them.
    why = os.strerror(error.errno) if error.errno else _reason(error)
    return Failure("connect", f"no connection to {peer}: {why}", error.errno in _OURS)


def failure_of(error: Exception, recording: Recording) -> Failure:
    """The failure behind what went wrong over a connection; whatever it is, there is an answer."""
    match error:
        case BadAnswer():
            return Failure("protocol", f"the answer is not good HTTP: {_sentence(str(error))}")
        case ssl.SSLError() if recording.ready is None:
            return Failure("tls", f"no TLS with {recording.peer}: {_reason(error)}")
        case ssl.SSLError():
            # With TLS 1.3 a refusal (say, of our missing client certificate) comes as an alert
            # after the handshake, in place of the answer.
            return Failure("tls", f"{recording.peer} ended TLS: {_reason(error)}")
        case _:
            # A receiver must not be able to end a worker through a gap in this list.
            return Failure("protocol", _sentence(f"{type(error).__name__}: {error}"))


def broken_off(recording: Recording, error: Exception | None) -> Failure:
    """The connection ended before the answer did; `error` is None if it ended in order."""
    peer = recording.peer or "the receiver"
    if recording.handshaking is not None and recording.ready is None:
        how = "connection closed" if error is None else _reason(error)
        return Failure("tls", f"{peer} broke off the TLS handshake: {how}")
    how = "closed" if error is None else "reset"
    when = "without an answer" if recording.first_byte is None else "during its answer"
    return Failure("reset", f"{peer} {how} the connection {when}")


def timed_out(recording: Recording, seconds: float) -> Failure:
    """The deadline passed; the sentence says what was being waited for."""
    if recording.answer.status:
        waited_for = f"{recording.peer} did not end its answer"
    elif recording.reused or recording.ready is not None:
        waited_for = f"{recording.peer} did not answer"
    elif recording.handshaking is not None:
        waited_for = f"no TLS handshake with {recording.peer}"
    elif recording.opened is not None:
        waited_for = f"no connection to {recording.tried}"
    else:
        waited_for = "the host name did not resolve"
    return Failure("timeout", f"{waited_for} within {seconds:g} s")


def _reason(error: Exception) -> str:
    """The operating system's or OpenSSL's own words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _sentence(error.verify_message)
    if isinstance(error, ssl.SSLError) and error.reason:
        return _sentence(error.reason.replace("_", " ").lower())
    return _sentence(getattr(error, "strerror", None) or str(error))


def _sentence(text: str) -> str:
    """One bounded line: a message may quote the receiver, over several lines."""
    line = " ".join(text.split())
    return legible(line.encode("utf-8", "replace"))[:TEXT_CAP]

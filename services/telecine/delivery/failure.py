"""Why an attempt failed: aiohttp's exceptions become one class of ours and one sentence."""

import ssl

from aiohttp import (
    ClientConnectionError,
    ClientConnectorCertificateError,
    ClientConnectorDNSError,
    ClientConnectorError,
    ClientConnectorSSLError,
    ClientOSError,
    ClientPayloadError,
    ClientResponseError,
    InvalidURL,
    NonHttpUrlClientError,
)
from aiohttp.http import HttpProcessingError

from telecine.delivery.outcome import TEXT_CAP, Failure, legible
from telecine.delivery.recording import Recording
from telecine.delivery.vetting import Forbidden


def failure_of(error: Exception, recording: Recording) -> Failure:
    """The failure behind an exception; whatever it is, there is an answer."""
    match error:
        case ClientConnectorError():
            return _no_connection(error, recording)
        case ClientConnectionError() if isinstance(error.__cause__, ssl.SSLError):
            # With TLS 1.3 a refusal (say, of our missing client certificate) comes as an alert
            # after the handshake, in place of the answer.
            return Failure("tls", f"{recording.peer} ended TLS: {_reason(error.__cause__)}")
        case ClientConnectionError() | ClientPayloadError():
            return Failure("reset", _broken_off(error, recording))
        case ClientResponseError() | HttpProcessingError():
            return Failure("protocol", f"the answer is not good HTTP: {_sentence(error.message)}")
        case InvalidURL() | NonHttpUrlClientError() | ValueError():
            return Failure("protocol", f"the request cannot be sent: {_sentence(str(error))}")
        case _:
            # A receiver must not be able to end a worker through a gap in this list.
            return Failure("protocol", _sentence(f"{type(error).__name__}: {error}"))


def timed_out(recording: Recording, seconds: float) -> Failure:
    """The deadline passed; the sentence says what was being waited for."""
    marks = recording.marks
    if recording.status is not None:
        waited_for = f"{recording.peer} did not end its answer"
    elif marks.ready is not None:
        waited_for = f"{recording.peer} did not answer"
    elif marks.handshaking is not None:
        waited_for = f"no TLS handshake with {recording.tried[-1]}"
    elif marks.opened is not None:
        waited_for = f"no connection to {recording.tried[-1]}"
    else:
        waited_for = "the host name did not resolve"
    return Failure("timeout", f"{waited_for} within {seconds:g} s")


def _no_connection(error: ClientConnectorError, recording: Recording) -> Failure:
    peer = recording.tried[-1] if recording.tried else f"{error.host}:{error.port}"
    if isinstance(error.os_error, Forbidden):
        return Failure("egress", str(error.os_error))
    reason = _reason(error.os_error)
    match error:
        case ClientConnectorDNSError():
            return Failure("dns", f"{error.host} did not resolve: {reason}")
        case ClientConnectorCertificateError() | ClientConnectorSSLError():
            return Failure("tls", f"no TLS with {peer}: {reason}")
    if recording.marks.handshaking is not None:
        return Failure("tls", f"{peer} broke off the TLS handshake: {reason}")
    if isinstance(error.os_error, ConnectionRefusedError):
        return Failure("connect", f"connection refused by {peer}")
    return Failure("connect", f"no connection to {peer}: {reason}")


def _broken_off(error: Exception, recording: Recording) -> str:
    how = "reset" if isinstance(error, ClientOSError) else "closed"
    when = "without an answer" if recording.marks.first_byte is None else "during its answer"
    return f"{recording.peer or 'the receiver'} {how} the connection {when}"


def _reason(error: OSError) -> str:
    """The operating system's or OpenSSL's own words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _sentence(error.verify_message)
    if isinstance(error, ssl.SSLError) and error.reason:
        return _sentence(error.reason.replace("_", " ").lower())
    return _sentence(error.strerror or str(error))


def _sentence(text: str) -> str:
    """One bounded line: the parser's messages quote the receiver, over several lines."""
    line = " ".join(text.rstrip(" ^\n").split())
    return legible(line.encode("utf-8", "replace"))[:TEXT_CAP]

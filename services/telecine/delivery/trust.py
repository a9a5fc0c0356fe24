"""Whom webhooks over TLS trust: the system's authorities, and those of a file beside them."""

import ssl
from pathlib import Path

from telecine.shared.errors import Refusal


def trusting(ca_file: Path | None) -> ssl.SSLContext:
    """Answer a client's TLS context. Raises Refusal if the file holds no certificate."""
    context = ssl.create_default_context()
    if ca_file is None:
        return context
    try:
        context.load_verify_locations(ca_file)
    except OSError as error:  # ssl's own error is one as well
        raise Refusal("invalid", _why(ca_file, error), "ca_file") from error
    return context


def _why(ca_file: Path, error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        why = "holds no PEM certificate ('-----BEGIN CERTIFICATE-----')"
    else:
        why = f"cannot be read ({error.strerror})"
    return f"TELECINE_CA_FILE: {ca_file} {why}; name a file of PEM certificates, or leave it unset"

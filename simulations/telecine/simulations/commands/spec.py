"""`telecine spec asyncapi|openapi|fidelity`: the documents that are generated from the code."""

import json
from pathlib import Path
from typing import Any

from telecine.simulations.spec import asyncapi, fidelity, openapi

DOCUMENTS = {
    "asyncapi": lambda: written(asyncapi.document()),
    "openapi": lambda: written(openapi.document()),
    "fidelity": fidelity.document,
}


def run(name: str, output: str | None) -> int:
    """Print a document, or write it to a file."""
    text = DOCUMENTS[name]()
    if output is None:
        print(text, end="")
    else:
        Path(output).write_text(text, encoding="utf-8")
    return 0


def written(document: dict[str, Any]) -> str:
    """Answer a document as it is committed: one field a line, so that changes can be read."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"

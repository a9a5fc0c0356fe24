"""The OpenAPI 3.1 document of the house's HTTP: what the routes say, and the webhooks."""

from typing import Any

from telecine.simulations.spec.door import composed


def document() -> dict[str, Any]:
    """Answer the whole document."""
    with composed() as app:
        described: dict[str, Any] = app.openapi()
    return described

"""What the gateway counts: requests by the route that answered them, and what became of uploads."""

from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from telecine.shared.observing.metrics import Metrics

_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
#: Paths that no route has; their names are the caller's to invent.
_NOWHERE = "(none)"


class HttpMeasures:
    """A middleware: every request by method, route template and status, and how long it took."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app = app
        self._requests = metrics.counter(
            "telecine_http_requests_total", "Requests answered.", "method", "route", "status"
        )
        self._seconds = metrics.histogram(
            "telecine_http_request_duration_seconds",
            "From the request's head to the answer's last byte.",
            "method",
            "route",
        )
        self._open = metrics.gauge("telecine_http_requests_open", "Requests under way.")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = perf_counter(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            with self._open.track_inprogress():
                await self._app(scope, receive, noted)
        finally:
            method = scope["method"] if scope["method"] in _METHODS else "other"
            route = template(scope)
            self._requests.labels(method, route, str(status)).inc()
            self._seconds.labels(method, route).observe(perf_counter() - began)


def template(scope: Scope) -> str:
    """Answer the path as its route has it, with names for what varies."""
    return str(getattr(scope.get("route"), "path", _NOWHERE))

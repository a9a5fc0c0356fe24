"""A receiver of webhooks that answers by a script and remembers everything that came.

    async with Receiver() as receiver:
        url = receiver.on("/hook", Answer(500), Answer(200))  # fails once, then takes it
        ...
        await receiver.wait(lambda it: len(it.at("/hook")) == 2)

What a request is answered depends on its `webhook-id` and on how often that id came before, never
on who came first: the same run gives the same answers, however the network orders them.
"""

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from aiohttp import web
from multidict import CIMultiDictProxy

LARGEST_BODY = 8 * 1024 * 1024  # bytes; a message inside the house has 1 MiB


@dataclass(frozen=True)
class Received:
    """One request as it came. `number`: the n-th with this path and `webhook-id`, from 1."""

    path: str
    headers: CIMultiDictProxy[str]
    body: bytes
    at: datetime  # wall time, UTC: when the last byte had come
    number: int

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """What one request is answered, after `delay` seconds of wall time."""

    status: int = 200
    body: str = "webhook received\n"
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0


NOT_SCRIPTED = Answer(404, "nothing is scripted for this path\n")


class Receiver:
    """An HTTP server on the loopback while its `async with` block runs; port 0 is any free one.

    `name` is what the house calls us by, if that is not the `host` that we listen on.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0, *, name: str | None = None) -> None:
        self.received: list[Received] = []
        self._host, self._port, self._name = host, port, name or host
        self._scripts: dict[str, tuple[Answer, ...]] = {}
        self._by_path: defaultdict[str, list[Received]] = defaultdict(list)
        self._times: Counter[tuple[str, str]] = Counter()
        self._news = asyncio.Event()

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=LARGEST_BODY)
        app.router.add_post("/{path:.*}", self._take)
        # An answer that is still being delayed when the block ends has nobody to wait for it.
        self._runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=0.01
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        """`http://<name>:<port>`, without a slash at the end."""
        return f"http://{self._name}:{self._port}"

    def on(self, path: str, *answers: Answer) -> str:
        """Script a path anew and answer its full URL.

        The n-th request of one `webhook-id` gets the n-th answer, later ones the last; without
        answers all get 200. A path without a script is answered 404 (and remembered all the same).
        """
        self._scripts[path] = answers or (Answer(),)
        return self.url + path

    def at(self, path: str) -> list[Received]:
        """Everything that came to one path, in the order of arrival."""
        return list(self._by_path[path]) if path in self._by_path else []

    async def wait(self, condition: Callable[["Receiver"], bool], deadline: float = 10.0) -> None:
        """Return once the condition holds; it is asked now and after whatever comes.

        A request counts when all of it has come, before it is answered. Raises TimeoutError after
        `deadline` seconds of wall time, with the counts of what has come.
        """
        try:
            async with asyncio.timeout(deadline):
                while not condition(self):
                    await self._news.wait()
        except TimeoutError:
            raise TimeoutError(f"not within {deadline:g} s; so far: {self._summary()}") from None

    async def _take(self, request: web.Request) -> web.Response:
        taken = self._remember(request.path, request.headers, await request.read())
        script = self._scripts.get(taken.path, (NOT_SCRIPTED,))
        answer = script[min(taken.number, len(script)) - 1]
        if answer.delay:
            await asyncio.sleep(answer.delay)
        return web.Response(status=answer.status, text=answer.body, headers=answer.headers)

    def _remember(self, path: str, headers: CIMultiDictProxy[str], body: bytes) -> Received:
        key = (path, headers.get("webhook-id", ""))
        self._times[key] += 1
        taken = Received(path, headers, body, datetime.now(UTC), self._times[key])
        self.received.append(taken)
        self._by_path[path].append(taken)
        self._news.set()  # wakes everyone who waits, once for all that came in the same moment
        self._news = asyncio.Event()
        return taken

    def _summary(self) -> str:
        counts = [f"{path} {len(taken)}" for path, taken in sorted(self._by_path.items())]
        return ", ".join(counts) or "nothing"


def verify_signature(received: Received, secret: str) -> None:
    """Let the `standardwebhooks` package judge the signature; a wrong one raises its error.

    It also refuses a `webhook-timestamp` more than five minutes from now, so judge soon. Not
    judged: whether the body is JSON.
    """
    try:
        from standardwebhooks import Webhook  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise ImportError(
            "signatures are judged by a package that is not installed: "
            "pip install 'telecine[judges]'"
        ) from error
    Webhook(secret).verify(received.body, dict(received.headers), json_parse=False)

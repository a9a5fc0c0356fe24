"""Calling the house over HTTP: JSON in, JSON out, and an error that shows what was answered."""

from dataclasses import dataclass
from typing import Any

import httpx

from telecine.shared.errors import TelecineError

#: Seconds that one answer may take, under a burst too.
PATIENCE = 30.0
_SHOWN = 500


class HouseUnreachable(TelecineError):
    """Nobody answers there, or nobody who knows our key."""


class UnexpectedAnswer(TelecineError):
    """The house answered, but not with what its documents say."""


@dataclass(frozen=True)
class Api:
    """The house at one address, as somebody with one `Authorization` header sees it."""

    http: httpx.AsyncClient
    authorization: str

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        params: dict[str, Any] | None = None,
        expect: int = 200,
    ) -> Any:
        """Answer what the house answers, as read from JSON (None if it is empty).

        `key` is sent as `Idempotency-Key`. Raises HouseUnreachable, UnexpectedAnswer.
        """
        headers = {"Authorization": self.authorization}
        if key:
            headers["Idempotency-Key"] = key
        try:
            answer = await self.http.request(
                method, path, json=body, params=params, headers=headers
            )
        except httpx.TransportError as error:
            what = f"{method} {self.http.base_url.join(path)}"
            raise HouseUnreachable(f"{what}: {error or type(error).__name__}") from error
        said = f"{answer.status_code} {answer.text[:_SHOWN]}".rstrip()
        if answer.status_code != expect:
            raise UnexpectedAnswer(f"{method} {path} must answer {expect}, but answered {said}")
        try:
            return answer.json() if answer.content else None
        except ValueError as error:
            raise UnexpectedAnswer(f"{method} {path} must answer JSON, not {said}") from error

"""A customer of the house, in tests: its endpoints, its uploads, and what `/v1` says about them."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from tests.waiting import until

ORG, KEY = "demo", "demo-key"
BEARER = {"authorization": f"Bearer {KEY}"}
OMEGA = "/company/client"
TPSTREAMS = f"/api/v1/{ORG}"


@dataclass(frozen=True)
class Customer:
    """The organisation `demo`, through its own APIs only. `patience`: seconds until it is answered."""

    http: httpx.AsyncClient
    patience: float = 30.0

    async def endpoint(self, url: str, *types: str) -> str:
        """Have OmegaStream's events sent to a URL (`video.uploaded` if none is named)."""
        body = {"url": url, "events": types or ("video.uploaded",)}
        return str((await self.call("POST", f"{OMEGA}/webhooks", body))["id"])

    async def tpstreams_endpoint(self, url: str, token: str) -> str:
        """Have TPStreams' changes of status sent to a URL, with a token."""
        body = {"url": url, "secret_token": token}
        path, headers = f"{TPSTREAMS}/webhooks/", {"authorization": f"Token {KEY}"}
        answer = await self.http.post(path, json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def switch(self, endpoint_id: str, active: bool) -> None:
        await self.call("POST", f"{OMEGA}/webhooks/{endpoint_id}/status", {"active": active})

    async def delete(self, endpoint_id: str) -> None:
        await self.call("DELETE", f"{OMEGA}/webhooks/{endpoint_id}")

    async def upload(self, title: str = "clip") -> str:
        """Upload a video by link. Answers its uuid."""
        body = {"url": "http://example.com/clip.mp4", "title": title}
        return str((await self.call("POST", f"{OMEGA}/video/stream/copy", body))["uuid"])

    async def event(self, endpoint_id: str, event_id: str) -> Any:
        """Answer an event as OmegaStream shows it in detail."""
        return await self.call("GET", f"{OMEGA}/webhooks/{endpoint_id}/events/{event_id}")

    async def secret(self, endpoint_id: str) -> str:
        return str((await self.call("GET", f"/v1/endpoints/{endpoint_id}/secret"))["secret"])

    async def resend(self, delivery_id: str) -> int:
        """Resend a delivery. Answers the number that the attempt will have."""
        path = f"/v1/deliveries/{delivery_id}/resend"
        return int((await self.call("POST", path, status=202))["number"])

    async def speed(self, speed: float) -> None:
        await self.call("PUT", "/v1/clock", {"speed": speed})

    async def history(self, video_id: str) -> list[dict[str, Any]]:
        return list((await self.call("GET", f"/v1/videos/{video_id}/history"))["facts"])

    async def deliveries(self, **selectors: str) -> list[dict[str, Any]]:
        """Answer what was owed, newest first (at most 200)."""
        found = await self.call("GET", "/v1/deliveries", params={"limit": "200", **selectors})
        return list(found["deliveries"])

    async def delivery(self, delivery_id: str) -> Any:
        """Answer a delivery with its body and its attempts."""
        return await self.call("GET", f"/v1/deliveries/{delivery_id}")

    async def one(self, endpoint_id: str, state: str) -> dict[str, Any]:
        """Wait until the one delivery of an endpoint is in a state; answer it.

        Long enough for a question to a service that was killed to have timed out (10 s).
        """

        async def there() -> dict[str, Any] | None:
            found = await self.deliveries(endpoint_id=endpoint_id)
            assert len(found) <= 1, f"more than one delivery: {found}"
            states = {each["state"] for each in found}
            assert states <= {state, "postponed", "parked"}, f"{states} instead of {state}"
            return found[0] if states == {state} else None

        return dict(await until(there, deadline=30))

    async def ended(self, endpoint_id: str, state: str) -> Any:
        """Wait until an endpoint's one delivery is in a state; answer it in detail."""
        return await self.delivery((await self.one(endpoint_id, state))["id"])

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        params: dict[str, str] | None = None,
        status: int = 200,
    ) -> Any:
        """Ask until the house answers: 503 means that a service is just not there, "try again".

        What was to be deleted and is gone when we ask again was deleted the first time.
        """
        refusals = 0
        headers = {**BEARER, "idempotency-key": uuid4().hex}

        async def answered() -> httpx.Response | None:
            asked = self.http.request(method, path, json=body, params=params, headers=headers)
            answer = await asked
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                return answer
            nonlocal refusals
            refusals += 1
            return None

        answer: httpx.Response = await until(answered, deadline=self.patience)
        if refusals and method == "DELETE" and answer.status_code == httpx.codes.NOT_FOUND:
            return None
        assert answer.status_code == status, answer.text
        return answer.json()

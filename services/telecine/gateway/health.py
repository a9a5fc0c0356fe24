"""Alive and ready: `/healthz` says that this process answers, `/readyz` that the whole house does."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from telecine.shared.copies.heartbeat import Pulse
from telecine.shared.wire.bus import Bus

SERVICES = ("clock", "delivery", "gateway", "ingest", "subscriptions", "transcoder")


class Health(BaseModel):
    """`ok`, `ready` or `starting`; `missing` are the services that do not answer yet."""

    status: str
    missing: list[str] = []


def router(bus: Bus, pulse: Pulse) -> APIRouter:
    """Answer the health routes."""
    routes = APIRouter(tags=["health"])

    @routes.get("/healthz", response_model=Health, summary="Whether this process answers")
    async def healthz() -> JSONResponse:
        return JSONResponse({"status": "ok"})

    @routes.get(
        "/readyz",
        response_model=Health,
        responses={503: {"model": Health}},
        summary="Whether every service is up",
    )
    async def readyz() -> JSONResponse:
        beating = {beat.service for beat in pulse.alive() if beat.ready}
        missing = [name for name in SERVICES if name not in beating]
        if not bus.is_connected:
            missing = ["nats"]
        if missing:
            return JSONResponse({"status": "starting", "missing": missing}, 503)
        return JSONResponse({"status": "ready"})

    return routes

"""Alive and ready: `/healthz` says that this process answers, `/readyz` that the whole house does."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from telecine.shared.bus import Bus
from telecine.shared.heartbeat import Pulse

SERVICES = ("clock", "delivery", "gateway", "ingest", "subscriptions", "transcoder")


def router(bus: Bus, pulse: Pulse) -> APIRouter:
    """Answer the health routes."""
    routes = APIRouter(tags=["health"])

    @routes.get("/healthz", summary="Whether this process answers")
    async def healthz() -> JSONResponse:
        return JSONResponse({"status": "ok"})

    @routes.get("/readyz", summary="Whether every service is up")
    async def readyz() -> JSONResponse:
        beating = {beat.service for beat in pulse.alive() if beat.ready}
        missing = [name for name in SERVICES if name not in beating]
        if not bus.is_connected:
            missing = ["nats"]
        if missing:
            return JSONResponse({"status": "starting", "missing": missing}, 503)
        return JSONResponse({"status": "ready"})

    return routes

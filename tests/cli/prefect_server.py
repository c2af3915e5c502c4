"""A Prefect server as far as an export from the command line sees one, with a run whose states a test lays down.

Paths, answers and status codes as Prefect 3.9.1 has them; it remembers what it was asked for.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.serving import AppAt, served

DEPLOYMENT = "7b0e0f4e-3a53-4a0e-8b7e-8d6f6d6b0001"
RUN = "7b0e0f4e-3a53-4a0e-8b7e-8d6f6d6b0002"
OTHER_RUN = "7b0e0f4e-3a53-4a0e-8b7e-8d6f6d6b0003"
"""Begun by somebody else."""


@dataclass
class PrefectServer:
    """`states` are shown one after the other, and the last one for ever after."""

    url: str = ""
    states: list[dict[str, str]] = field(default_factory=list)
    states_of_other: list[dict[str, str]] = field(default_factory=list)
    knows_deployment: bool = True
    refusal: str | None = None
    table: list[dict[str, str]] = field(default_factory=list)
    at_each_look: Callable[[], Awaitable[None]] | None = None
    started: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """Deployments by their names, with the parameters of the run."""
    asked_for: list[dict[str, Any]] = field(default_factory=list)
    """Filters of artifacts."""
    _named: str = ""

    async def csrf_token(self, _request: Request) -> Response:
        return JSONResponse({"token": "a-token"})

    async def deployment(self, request: Request) -> Response:
        if not self.knows_deployment:
            return JSONResponse({"detail": "Deployment not found"}, 404)
        self._named = f"{request.path_params['flow']}/{request.path_params['name']}"
        return JSONResponse({"id": DEPLOYMENT})

    async def create_flow_run(self, request: Request) -> Response:
        assert request.headers["Prefect-Csrf-Token"] == "a-token"
        if self.refusal is not None:
            return JSONResponse({"detail": self.refusal}, 409)
        self.started.append((self._named, (await request.json())["parameters"]))
        return JSONResponse(self._run({"type": "SCHEDULED", "name": "Scheduled"}), 201)

    async def flow_run(self, request: Request) -> Response:
        run_id = request.path_params["id"]
        states = self.states if run_id == RUN else self.states_of_other
        state = states.pop(0) if len(states) > 1 else states[0]
        if self.at_each_look is not None:
            await self.at_each_look()
        return JSONResponse(self._run(state, run_id))

    async def artifacts(self, request: Request) -> Response:
        self.asked_for.append(await request.json())
        data = json.dumps(self.table)
        return JSONResponse([{"type": "table", "data": data}] if self.table else [])

    def _run(self, state: dict[str, str], run_id: str = RUN) -> dict[str, Any]:
        return {"id": run_id, "name": "amber-lynx", "state": {"message": None, **state}}

    def app_at(self, url: str) -> Starlette:
        self.url = f"{url}/api"
        return Starlette(
            routes=[
                Route("/api/csrf-token", self.csrf_token),
                Route("/api/deployments/name/{flow}/{name}", self.deployment),
                Route(
                    f"/api/deployments/{DEPLOYMENT}/create_flow_run", self.create_flow_run, methods=["POST"]
                ),
                Route("/api/flow_runs/{id}", self.flow_run),
                Route("/api/artifacts/filter", self.artifacts, methods=["POST"]),
            ]
        )


@asynccontextmanager
async def open_prefect() -> AsyncIterator[PrefectServer]:
    server = PrefectServer()
    async with served(AppAt(server.app_at)):
        yield server

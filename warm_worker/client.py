"""Prefect's API for one lane: one client for all its runs, which leaves out what is only bookkeeping.

Counted on 3.8.8, a run of a plain `BaseWorker` subclass costs the server 13 requests; see README for those left.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.context import AsyncClientContext
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_KEY, PREFECT_API_URL


class FrugalClient(PrefectClient):
    """Answers from what is in hand already; everything else is Prefect's own client."""

    def __init__(self) -> None:
        super().__init__(
            PREFECT_API_URL.value(),
            auth_string=PREFECT_API_AUTH_STRING.value(),
            api_key=PREFECT_API_KEY.value(),
        )
        self.in_hand: dict[UUID, FlowRun] = {}

    async def read_flow_run(self, flow_run_id: UUID) -> FlowRun:
        """The engine reads the run anew right after Prefect has answered that it runs (flow_engine.py)."""
        return self.in_hand.get(flow_run_id) or await super().read_flow_run(flow_run_id)

    async def update_flow_run(self, flow_run_id: UUID, **changes: Any) -> httpx.Response:  # type: ignore[override]
        """The engine writes the flow's retry policy onto each run (flow_engine.py): only where there is one."""
        policy = changes.get("empirical_policy")
        if flow_run_id in self.in_hand and policy is not None and not policy.retries:
            return httpx.Response(httpx.codes.NO_CONTENT)
        return await super().update_flow_run(flow_run_id, **changes)


@asynccontextmanager
async def frugal_client() -> AsyncIterator[FrugalClient]:
    """Every `get_client` of Prefect's inside the block finds this one: one CSRF token, one pool of connections."""
    client = FrugalClient()
    async with AsyncClientContext.model_construct(client=client):
        yield client


def current_client() -> FrugalClient:
    """The one of the lane this runs on."""
    context = AsyncClientContext.get()
    assert context and isinstance(context.client, FrugalClient)  # noqa: S101 - the lane's home opened it
    return context.client

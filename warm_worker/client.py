"""Prefect's API for one lane: one client for all its runs, which leaves out what is only bookkeeping.

Never one client for several runs at once: without a valid CSRF token each of its requests fetches one, Prefect's server
keeps the last, and the others are refused again and again (client/base.py of 3.9.1; tried: 403 for minutes, and a run
left Pending).
"""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any
from uuid import UUID

import certifi
import httpx
from prefect.client.orchestration import PrefectClient, SyncPrefectClient
from prefect.client.schemas.objects import FlowRun, ServerDefaultResultStorage
from prefect.context import AsyncClientContext, SyncClientContext
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_SSL_CERT_FILE, PREFECT_API_URL

_NO_STORAGE = ServerDefaultResultStorage(default_result_storage_block_id=None)
"""Asked for at the start of each run (results.py). Our results stay in memory: deployments/environment.py."""


def _how_to_reach_it() -> dict[str, Any]:
    return {"auth_string": PREFECT_API_AUTH_STRING.value(), "httpx_settings": {"verify": _trusted()}}


@cache
def _trusted() -> ssl.SSLContext:
    """Read once: Prefect's client reads the file of certificates anew for each client, 30 ms of a core."""
    return ssl.create_default_context(cafile=PREFECT_API_SSL_CERT_FILE.value() or certifi.where())


class FrugalClient(PrefectClient):
    """Answers from what is in hand already; everything else is Prefect's own client."""

    def __init__(self) -> None:
        super().__init__(PREFECT_API_URL.value(), **_how_to_reach_it())
        self.in_hand: dict[UUID, FlowRun] = {}

    async def read_server_default_result_storage(self) -> ServerDefaultResultStorage:
        return _NO_STORAGE

    async def read_flow_run(self, flow_run_id: UUID) -> FlowRun:
        """The engine reads the run anew right after Prefect has answered that it runs (flow_engine.py)."""
        return self.in_hand.get(flow_run_id) or await super().read_flow_run(flow_run_id)

    async def update_flow_run(self, flow_run_id: UUID, **changes: Any) -> httpx.Response:  # type: ignore[override]  # noqa: ANN401
        """The engine writes the flow's retry policy onto each run (flow_engine.py): only where there is one."""
        policy = changes.get("empirical_policy")
        if flow_run_id in self.in_hand and policy is not None and not policy.retries:
            return httpx.Response(httpx.codes.NO_CONTENT)
        return await super().update_flow_run(flow_run_id, **changes)


class FrugalSyncClient(SyncPrefectClient):
    """Prefect makes one for each run, TLS certificates and all, to ask for the storage of results."""

    def __init__(self) -> None:
        super().__init__(PREFECT_API_URL.value(), **_how_to_reach_it())

    def read_server_default_result_storage(self) -> ServerDefaultResultStorage:
        return _NO_STORAGE


@asynccontextmanager
async def frugal_clients() -> AsyncIterator[None]:
    """Every `get_client` of Prefect's inside the block finds these: one CSRF token, one pool of connections."""
    # model_construct: the contexts' own constructors make Prefect's clients.
    with SyncClientContext.model_construct(client=FrugalSyncClient()):
        async with AsyncClientContext.model_construct(client=FrugalClient()):
            yield


def current_client() -> FrugalClient:
    """The one of the lane this runs on."""
    context = AsyncClientContext.get()
    if context is None or not isinstance(context.client, FrugalClient):
        raise RuntimeError("Nobody has opened `frugal_clients` around this.")
    return context.client

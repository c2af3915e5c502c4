"""Flow runs in Prefect: start one, see how it does, read its table. Over REST: to import Prefect takes seconds.

https://docs.prefect.io/v3/api-ref/rest-api
"""

import json
from dataclasses import dataclass
from typing import Any

import httpx

from deployments.prefect_api import PrefectApiError, checked
from settings import Settings

_ENDS = frozenset({"COMPLETED", "FAILED", "CANCELLED", "CRASHED"})
_REFUSALS = frozenset({400, 409, 422})


@dataclass(frozen=True)
class Run:
    """A flow run, as it was when last asked for."""

    id: str
    name: str
    state: str
    """Its state's name, which people read."""
    state_type: str
    message: str

    @classmethod
    def from_prefect(cls, answer: Any) -> "Run":  # noqa: ANN401 - JSON
        state = answer.get("state") or {}
        words = (state.get("name"), state.get("type"), state.get("message"))
        name, kind, message = (str(word or "") for word in words)
        return cls(str(answer["id"]), str(answer["name"]), name, kind, message)

    @property
    def has_ended(self) -> bool:
        return self.state_type in _ENDS

    @property
    def is_completed(self) -> bool:
        return self.state_type == "COMPLETED"


def run_url(settings: Settings, run_id: str) -> str:
    """Where Prefect's UI shows it."""
    return f"{settings.api_url.removesuffix('/api')}/runs/flow-run/{run_id}"


async def start_run(client: httpx.AsyncClient, deployment: str, parameters: dict[str, Any]) -> Run:
    """Of a deployment such as `prospect-export/new`. Raises PrefectApiError in Prefect's words if it refuses."""
    found = await client.get(f"/deployments/name/{deployment}")
    if found.status_code == httpx.codes.NOT_FOUND:
        raise PrefectApiError(f"Prefect knows no deployment {deployment}: run `make deploy`.")
    path = f"/deployments/{checked(found).json()['id']}/create_flow_run"
    answer = await client.post(path, json={"parameters": parameters})
    if answer.status_code in _REFUSALS:
        raise PrefectApiError(f"Prefect refused to start {deployment}: {_detail(answer)}")
    return Run.from_prefect(checked(answer).json())


def _detail(answer: httpx.Response) -> str:
    try:
        told = answer.json()
    except ValueError:
        return answer.text[:500]
    detail = told.get("detail") or told.get("exception_detail") if isinstance(told, dict) else None
    return str(detail or told)[:500]


async def read_run(client: httpx.AsyncClient, run_id: str) -> Run:
    """As it is now; PrefectApiError for one that was deleted."""
    return Run.from_prefect(checked(await client.get(f"/flow_runs/{run_id}")).json())


async def table_of_run(client: httpx.AsyncClient, run_id: str, key: str) -> list[dict[str, Any]]:
    """The rows of the newest table artifact of that key which the run made; none if it made none."""
    body = {
        "artifacts": {
            "flow_run_id": {"any_": [run_id]},
            "key": {"any_": [key]},
            "type": {"any_": ["table"]},
        },
        "sort": "CREATED_DESC",
        "limit": 1,
    }
    found = checked(await client.post("/artifacts/filter", json=body)).json()
    data = found[0]["data"] if found else "[]"
    rows: list[dict[str, Any]] = json.loads(data) if isinstance(data, str) else data
    return rows

"""Which flow a run may have: ours, by module path, from a deployment that asks for nothing else. Runs nothing."""

import time
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.responses import DeploymentResponse
from prefect.exceptions import ObjectNotFound
from prefect.flows import Flow
from prefect.logging import get_logger

log = get_logger("warm_worker")

OUR_FLOWS = "flows."

REMEMBERED_SECONDS = 30.0
"""How long a deployment that was read counts: after a `make deploy` old and new runs may share it that long."""


class Refused(Exception):  # noqa: N818 - says what happened
    """The worker does not run this; the message is the run's, in Prefect's UI."""


@dataclass(frozen=True)
class Remembered:
    """A deployment as it was read at a time (monotonic seconds)."""

    deployment: DeploymentResponse
    at: float


class Admission:
    """`code` is the version this process runs. One for all lanes."""

    def __init__(self, code: str) -> None:
        self._code = code
        self._remembered: dict[UUID, Remembered] = {}
        self.stale: set[UUID] = set()
        """Deployments that were registered from other code than this process runs."""

    async def flow_of(self, client: PrefectClient, flow_run: FlowRun) -> Flow[..., Any]:
        """The flow to run; raises Refused."""
        deployment = await self._deployment(client, flow_run)
        if flow_run.job_variables or deployment.job_variables:
            raise Refused("This worker takes no job variables: remove them from the run and its deployment.")
        if deployment.pull_steps:
            raise Refused("This worker runs installed code and pulls none: deploy with `pull: []`.")
        flow = load(deployment.entrypoint or "")
        self._compare(deployment)
        return flow

    async def _deployment(self, client: PrefectClient, flow_run: FlowRun) -> DeploymentResponse:
        if flow_run.deployment_id is None:
            raise Refused("This worker runs deployments only, and this run has none.")
        known = self._remembered.get(flow_run.deployment_id)
        if known is None or time.monotonic() - known.at > REMEMBERED_SECONDS:
            try:
                deployment = await client.read_deployment(flow_run.deployment_id)
            except ObjectNotFound:
                raise Refused("The run's deployment is gone: `make deploy` makes it again.") from None
            known = self._remembered[flow_run.deployment_id] = Remembered(deployment, time.monotonic())
        return known.deployment

    def _compare(self, deployment: DeploymentResponse) -> None:
        """A worker that runs other code than was deployed goes on, and says so once for each deployment."""
        if deployment.version in {None, self._code}:
            self.stale.discard(deployment.id)
        elif deployment.id not in self.stale:
            self.stale.add(deployment.id)
            log.warning(
                "Deployment '%s' was registered from code %s, and this worker runs %s: restart the worker, or run"
                " `make deploy` where the newer code is.",
                deployment.name,
                deployment.version,
                self._code,
            )


def load(entrypoint: str) -> Flow[..., Any]:
    """The flow at a module path such as `flows.reference_request.reference_request`; raises Refused."""
    module, _, name = entrypoint.rpartition(".")
    if not module.startswith(OUR_FLOWS) or not all(part.isidentifier() for part in entrypoint.split(".")):
        raise Refused(f"This worker runs flows of {OUR_FLOWS}* by module path only, not '{entrypoint}'.")
    try:
        flow = getattr(import_module(module), name, None)
    except ModuleNotFoundError as error:
        raise Refused(f"The code of this worker has no '{entrypoint}' ({error}): is it older?") from None
    if not isinstance(flow, Flow):
        raise Refused(f"The code of this worker has no flow '{entrypoint}': is it older than the deployment?")
    if not flow.isasync or flow.isgenerator:
        raise Refused(f"'{entrypoint}' is not an `async def`: a flow here awaits, it never blocks.")
    return flow

"""The regular look `reconcile/own-work`, which Prefect begins every minute: kept away, or begun when it suits."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from deployments.prefect_api import checked, every, prefect_api
from tools.bench.figures import NotMeasured
from tools.bench.scene import Scene


class OwnWork:
    """Inside `sweep_paused`: none but what is asked for."""

    def __init__(self, scene: Scene, deployment_id: str) -> None:
        self._scene = scene
        self._deployment_id = deployment_id

    async def order(self) -> str:
        """The id of a run that begins as soon as the worker hears of it."""
        async with prefect_api(self._scene.settings) as api:
            ordered = await api.post(f"/deployments/{self._deployment_id}/create_flow_run", json={})
        return str(checked(ordered).json()["id"])

    async def is_done(self, flow_run_id: str) -> bool:
        """Raises NotMeasured when it came to another end than it should."""
        async with prefect_api(self._scene.settings) as api:
            state = checked(await api.get(f"/flow_runs/{flow_run_id}")).json()["state"]
        if state["type"] in ("FAILED", "CRASHED", "CANCELLED"):
            raise NotMeasured(f"the sweep ended as {state['name']}: {state['message']}")
        return bool(state["type"] == "COMPLETED")


@asynccontextmanager
async def sweep_paused(scene: Scene) -> AsyncIterator[OwnWork]:
    """Its schedule rests for the length of a block."""
    async with prefect_api(scene.settings) as api:
        (sweep,) = [one for one in await every(api, "/deployments/filter") if one["name"] == "own-work"]
        checked(await api.patch(f"/deployments/{sweep['id']}", json={"paused": True}))
        try:
            yield OwnWork(scene, sweep["id"])
        finally:
            checked(await api.patch(f"/deployments/{sweep['id']}", json={"paused": False}))

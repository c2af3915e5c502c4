"""Starting exports by hand, as ops may in Prefect's UI, instead of waiting for a schedule or the next attempt."""

from typing import Any

from sqlalchemy import select

from deployments.prefect_api import checked, every, prefect_api
from hiring.export_order import Scope
from settings import Settings
from store.prospect_orders import ProspectOrders
from store.tables import Connection, DeliveryState
from wiring import current_parts


async def start_export(settings: Settings, scope: Scope, connection_id: int) -> str:
    """A run of the deployment of this scope; returns its id."""
    order: dict[str, Any] = {"scope": scope.value, "connection_id": connection_id}
    async with prefect_api(settings) as api:
        (deployment,) = [one for one in await every(api, "/deployments/filter") if one["name"] == scope.value]
        body = {"parameters": {"order": order}, "state": {"type": "SCHEDULED"}}
        run = checked(await api.post(f"/deployments/{deployment['id']}/create_flow_run", json=body))
    return str(run.json()["id"])


async def hurry(settings: Settings) -> None:
    """An export that waits for its next attempt begins now; where none is ordered, somebody looks for new prospects."""
    async with current_parts().database.transaction() as session:
        connection_id = (await session.scalars(select(Connection.id))).one()
        order = await ProspectOrders(session, connection_id).unfinished()
        state = order.state if order else None
    if state is DeliveryState.WAITING:
        await start_export(settings, Scope.ALL_EXISTING, connection_id)
    elif state is None:
        await start_export(settings, Scope.NEW, connection_id)

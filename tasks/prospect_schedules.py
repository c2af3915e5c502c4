"""Gives each connection that exports prospects its schedule in Prefect, once: from then on it is the admins'."""

from datetime import timedelta
from uuid import UUID

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.schedules import IntervalSchedule
from prefect.exceptions import ObjectNotFound

from hiring.export_order import ExportOrder, Scope
from store.prospect_walks import Walks, exporting_connections
from tasks.looks import Look
from wiring import current_parts

DEPLOYMENT = "prospect-export/new"
EVERY = timedelta(minutes=15)


async def make_missing_schedules(look: Look) -> None:
    """One that an admin deleted stays deleted; a deployment that was made anew gets them anew."""
    async with current_parts().database.transaction() as session:
        connections = await exporting_connections(session)
    if not connections:
        return
    async with get_client() as client:
        try:
            deployment = await client.read_deployment_by_name(DEPLOYMENT)
        except ObjectNotFound:
            return
        there = {schedule.slug for schedule in deployment.schedules}
        for one in connections:
            with look.on_its_own():
                look.found += await _make(client, deployment.id, one, there)


async def _make(
    client: PrefectClient, deployment_id: UUID, connection_id: int, there: set[str | None]
) -> bool:
    """The row is locked while Prefect is asked, so that two looks at once make one schedule."""
    async with current_parts().database.transaction() as session:
        walk = await Walks(session, connection_id).get()
        if walk.scheduled_on == str(deployment_id):
            return False
        slug = f"connection-{connection_id}"
        if slug not in there:
            order = ExportOrder(scope=Scope.NEW, connection_id=connection_id)
            schedule = DeploymentScheduleCreate(
                schedule=IntervalSchedule(interval=EVERY),
                active=True,
                slug=slug,
                parameters={"order": order.model_dump(mode="json", exclude_defaults=True)},
            )
            await client.create_deployment_schedules(deployment_id, [schedule])
        walk.scheduled_on = str(deployment_id)
    return True

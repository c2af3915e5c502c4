"""What ops are told of where no flow run's state says it: events of our own in Prefect, with opaque ids only.

`deployments/automations.yaml` waits for them. They are sent in the background and may be lost with the process: the
inbox and /metrics know the same, and no work waits for an event.
"""

from enum import StrEnum

from prefect.events import emit_event
from prefect.settings import PREFECT_API_URL

DELIVERY_DEAD = "crosschq-lever.delivery.dead"
CONNECTION_PAUSED = "crosschq-lever.connection.paused"


class Because(StrEnum):
    """Why a connection paused itself."""

    CREDENTIALS = "credentials-refused"
    MOST_PER_HOUR = "most-per-hour"


def delivery_is_dead(delivery_id: int, connection_id: int, flow_run_id: str | None = None) -> None:
    """Nothing tries it again. `flow_run_id` where the run that worked on it is not the one that says so."""
    runs = [_flow_run(flow_run_id)] if flow_run_id else []
    _emit(DELIVERY_DEAD, f"crosschq-lever.delivery.{delivery_id}", [*runs, _connection(connection_id)])


def connection_is_paused(connection_id: int, because: Because) -> None:
    """Nothing is done for it until a person has acted."""
    payload = {"because": because.value}
    _emit(CONNECTION_PAUSED, f"crosschq-lever.connection.{connection_id}", [], payload)


def _flow_run(flow_run_id: str) -> dict[str, str]:
    return {
        "prefect.resource.id": f"prefect.flow-run.{flow_run_id}",
        "prefect.resource.role": "flow-run",
    }


def _connection(connection_id: int) -> dict[str, str]:
    return {
        "prefect.resource.id": f"crosschq-lever.connection.{connection_id}",
        "prefect.resource.role": "connection",
    }


def _emit(
    event: str, resource_id: str, related: list[dict[str, str]], payload: dict[str, str] | None = None
) -> None:
    # Without an address Prefect's client would start a server of its own, just to be told.
    if PREFECT_API_URL.value():
        resource = {"prefect.resource.id": resource_id, "prefect.resource.name": _name(resource_id)}
        emit_event(event, resource=resource, related=related, payload=payload or {})


def _name(resource_id: str) -> str:
    """`delivery 12`."""
    return " ".join(resource_id.split(".")[1:])

"""Asks Prefect for flow runs. Hands over opaque ids only: all of Prefect's users see parameters, names and tags.

Prefect evaluates `__prefect_kind` objects inside parameters (contracts/prefect-facts.md A4), so nothing that came from
outside goes into them.
"""

import asyncio
from http import HTTPStatus
from typing import Protocol
from uuid import UUID

import httpx
from prefect.client.orchestration import get_client
from prefect.exceptions import ObjectNotFound

from store.attempts import Attempt
from store.due import SNAPSHOT_EVENT
from store.tables import Delivery

STAGE_CHANGE_DEPLOYMENT = "reference-request/stage-change"
CROSSCHQ_UPDATE_DEPLOYMENT = "reference-request/crosschq-update"

PATIENCE_SECONDS = 20.0
"""Prefect's client would try for minutes, and hold up what is due; the store hands the order out again after 30 s."""


class PrefectUnavailable(Exception):  # noqa: N818 - says what happened
    """Prefect's API did not take the order, or the deployment is not there; the same order is sent again later."""


class FlowRuns(Protocol):
    async def start(self, delivery: Delivery) -> str:
        """The id of the flow run for the delivery's present attempt: the same one however often it is asked for."""


class PrefectRuns:
    """Flow runs through Prefect's API, one per attempt by its idempotency key."""

    def __init__(self) -> None:
        self._deployments: dict[str, UUID] = {}

    async def start(self, delivery: Delivery) -> str:
        name = CROSSCHQ_UPDATE_DEPLOYMENT if delivery.event == SNAPSHOT_EVENT else STAGE_CHANGE_DEPLOYMENT
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self._create(name, delivery)
        except ObjectNotFound:
            raise PrefectUnavailable(f"Prefect has no deployment '{name}': run `make deploy`.") from None
        except httpx.HTTPStatusError as error:
            if error.response.status_code == HTTPStatus.NOT_FOUND:
                # Deleted, or deployed anew under another id: look it up again next time.
                self._deployments.pop(name, None)
            raise PrefectUnavailable(f"Prefect's API answered {error.response.status_code}.") from None
        except (httpx.HTTPError, TimeoutError) as error:
            raise PrefectUnavailable(f"Prefect's API did not answer ({type(error).__name__}).") from None
        except ValueError:
            raise PrefectUnavailable("What answers at PREFECT_API_URL is not Prefect's API.") from None

    async def _create(self, deployment: str, delivery: Delivery) -> str:
        attempt = Attempt(delivery.id, delivery.attempt)
        async with get_client() as client:
            if deployment not in self._deployments:
                self._deployments[deployment] = (await client.read_deployment_by_name(deployment)).id
            run = await client.create_flow_run_from_deployment(
                self._deployments[deployment],
                name=run_name(delivery),
                parameters={"delivery_id": attempt.delivery_id, "attempt": attempt.number},
                tags=run_tags(delivery),
                idempotency_key=attempt.token,
            )
        return str(run.id)


def run_tags(delivery: Delivery) -> list[str]:
    """Ids to find a run by: its connection, what it is about, and the opportunity where it is known."""
    about = [f"opportunity:{delivery.opportunity_id}"] if delivery.opportunity_id else []
    return list(dict.fromkeys([f"connection:{delivery.connection_id}", delivery.subject, *about]))


def run_name(delivery: Delivery) -> str:
    """`references-for-<opportunity id>` or `update-of-<Crosschq's request id>`; later attempts say which they are."""
    verb = "update-of" if delivery.event == SNAPSHOT_EVENT else "references-for"
    again = f"-attempt-{delivery.attempt}" if delivery.attempt > 1 else ""
    return f"{verb}-{delivery.subject.partition(':')[2]}{again}"

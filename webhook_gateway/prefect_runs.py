"""Asks Prefect for flow runs. Hands over opaque ids only: all of Prefect's users see parameters, names and tags.

Prefect evaluates `__prefect_kind` objects inside parameters (docs/vendors/prefect.md A4), so nothing that came from
outside goes into them.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from http import HTTPStatus
from typing import Any, Protocol
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient, get_client
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Scheduled

from hiring.export_order import Scope
from lever.webhooks import CANDIDATE_DELETED, CANDIDATE_STAGE_CHANGE
from outbound.causes import cause_of
from outbound.transport import BadStatus, CallFailed
from store.attempts import Attempt
from store.due import SNAPSHOT_EVENT
from store.due_follow_ups import FOLLOW_UP_EVENT
from store.prospect_orders import EXISTING_EVENT, NEW_EVENT, SINGLE_EVENT
from store.question_again import QUESTION_AGAIN_EVENT
from store.tables import Delivery
from store.wake_ups import WakeUp
from webhook_gateway.health import PoolSeen

DEPLOYMENTS = {
    CANDIDATE_STAGE_CHANGE: "reference-request/stage-change",
    SNAPSHOT_EVENT: "reference-request/crosschq-update",
    CANDIDATE_DELETED: "candidate-erasure/deleted",
    EXISTING_EVENT: "prospect-export/all-existing",
    NEW_EVENT: "prospect-export/new",
    SINGLE_EVENT: "prospect-export/all-existing",
}
EXPORT_SCOPES = {
    EXISTING_EVENT: Scope.ALL_EXISTING,
    NEW_EVENT: Scope.NEW,
    SINGLE_EVENT: Scope.ALL_EXISTING,
}
OUTCOME_DEPLOYMENT = "hiring-outcome/news"
"""For all other events: hired, archived, Crosschq's word, and a follow-up's later attempts."""
FOLLOW_UP_DEPLOYMENT = "hiring-followup/due"

PATIENCE_SECONDS = 20.0
"""Prefect's client would try for minutes, and hold up what is due; the store hands the order out again after 30 s."""

KEEP_SECONDS = 4.0
"""A connection that is idle for longer is not used again: Prefect's server closes it after 5, maybe at that moment."""


class PrefectUnavailable(Exception):  # noqa: N818 - says what happened
    """Prefect's API did not take the order, or the deployment is not there; the same order is sent again later."""


class PrefectRefused(PrefectUnavailable):
    """Prefect answered with an error or with something odd: maybe because of this one order."""


class NotOrderable(Exception):  # noqa: N818 - says what it is
    """No order can be made of the row, whatever Prefect says."""


_OUTAGES = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
"""Statuses that say nothing about the order."""


class FlowRuns(Protocol):
    async def start(self, delivery: Delivery) -> str:
        """The id of the flow run for the delivery's present attempt: the same one however often it is asked for."""


class PrefectRuns:
    """Flow runs through Prefect's API, one per attempt by its idempotency key. Whoever made it closes it.

    Its clients are kept, for an order each: to make one takes 40 ms of a core, and a CSRF token from Prefect.
    """

    def __init__(self) -> None:
        self._deployments: dict[str, UUID] = {}
        self._idle: list[PrefectClient] = []

    async def aclose(self) -> None:
        """When no order is under way any more."""
        while self._idle:
            await self._idle.pop().__aexit__(None, None, None)

    async def start(self, delivery: Delivery) -> str:
        with _orderable():
            deployment = DEPLOYMENTS.get(delivery.event, OUTCOME_DEPLOYMENT)
            order = {
                "name": run_name(delivery),
                "parameters": run_parameters(delivery),
                "tags": run_tags(delivery),
                "idempotency_key": Attempt(delivery.id, delivery.attempt).token,
            }
        return await self._order(deployment, **order)

    async def schedule(self, wake_up: WakeUp) -> str:
        """The run that waits for a follow-up's time: the same one for the same token."""
        with _orderable():
            order = {
                "name": f"question-about-{wake_up.opportunity_id}",
                "parameters": {"follow_up_id": wake_up.follow_up_id, "generation": wake_up.generation},
                "tags": [f"connection:{wake_up.connection_id}", f"opportunity:{wake_up.opportunity_id}"],
                "idempotency_key": wake_up.token,
                "state": Scheduled(scheduled_time=wake_up.due_at),
            }
        return await self._order(FOLLOW_UP_DEPLOYMENT, **order)

    async def cancel(self, flow_run_id: str) -> None:
        """Only one that still waits: what is at work or over stays as it is."""
        with _orderable():
            run_id = UUID(flow_run_id)
        async with _in_our_words(), self._client() as client:
            with suppress(ObjectNotFound):
                run = await client.read_flow_run(run_id)
                if run.state and run.state.is_scheduled():
                    message = "Its follow-up was scheduled anew, or has ended."
                    await client.set_flow_run_state(run.id, Cancelled(message=message))

    async def pool(self, name: str) -> PoolSeen | None:
        """A work pool as it is; None where there is none. Raises PrefectUnavailable."""
        try:
            async with _in_our_words(), self._client() as client:
                pool = await client.read_work_pool(name)
                workers = await client.read_workers_for_work_pool(name)
        except ObjectNotFound:
            return None
        heard = [one.last_heartbeat_time for one in workers if one.last_heartbeat_time]
        return PoolSeen(pool.is_paused, heard)

    async def _order(self, deployment: str, **order: Any) -> str:  # noqa: ANN401 - as Prefect's client takes it
        try:
            async with _in_our_words(), self._client() as client:
                if deployment not in self._deployments:
                    self._deployments[deployment] = (await client.read_deployment_by_name(deployment)).id
                run = await client.create_flow_run_from_deployment(self._deployments[deployment], **order)
        except ObjectNotFound:
            # Deleted, or deployed anew under another id: it is looked up again next time.
            self._deployments.pop(deployment, None)
            raise PrefectUnavailable(
                f"Prefect has no deployment '{deployment}': run `make deploy`."
            ) from None
        return str(run.id)

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[PrefectClient]:
        """Never for two orders at once, or each would fetch a CSRF token where one is missing or an hour old.

        Prefect's server keeps the last, and refuses the others again and again (client/base.py of 3.9.1). One whose
        order failed, for whatever reason, is not used again.
        """
        async with AsyncExitStack() as unless_kept:
            client = self._idle.pop() if self._idle else await _opened()
            unless_kept.push_async_exit(client)
            yield client
            unless_kept.pop_all()
            self._idle.append(client)


@asynccontextmanager
async def _in_our_words() -> AsyncIterator[None]:
    """Whatever keeps Prefect from doing it becomes PrefectUnavailable, within PATIENCE_SECONDS."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            yield
    except BadStatus as error:
        if error.response.status_code == HTTPStatus.NOT_FOUND:
            raise ObjectNotFound(error) from None
        status = error.response.status_code
        which = PrefectUnavailable if status in _OUTAGES else PrefectRefused
        raise which(f"Prefect's API answered {status}.") from None
    except (CallFailed, TimeoutError) as error:
        raise PrefectUnavailable(f"Prefect's API could not be asked: {cause_of(error).seen}.") from None
    except ValueError:
        raise PrefectRefused("What answers at PREFECT_API_URL is not Prefect's API.") from None


@contextmanager
def _orderable() -> Iterator[None]:
    """Whatever goes wrong while an order is made up is the row's fault."""
    try:
        yield
    except Exception as error:
        raise NotOrderable(type(error).__name__) from error


async def _opened() -> PrefectClient:
    client = get_client(httpx_settings={"limits": httpx.Limits(keepalive_expiry=KEEP_SECONDS)})
    return await client.__aenter__()


def run_parameters(delivery: Delivery) -> dict[str, Any]:
    """Which attempt at which delivery; an export finds its own by the connection, as it is started by hand, too."""
    if delivery.event in EXPORT_SCOPES:
        order = {"scope": EXPORT_SCOPES[delivery.event].value, "connection_id": delivery.connection_id}
        return {"order": order}
    return {"delivery_id": delivery.id, "attempt": delivery.attempt}


def run_tags(delivery: Delivery) -> list[str]:
    """Ids to find a run by: its connection, what it is about, and the opportunity where it is known."""
    if delivery.event == CANDIDATE_DELETED:
        # What erases somebody does not keep whom.
        return [f"connection:{delivery.connection_id}"]
    about = [f"opportunity:{delivery.opportunity_id}"] if delivery.opportunity_id else []
    return list(dict.fromkeys([f"connection:{delivery.connection_id}", delivery.subject, *about]))


_VERBS = {
    CANDIDATE_STAGE_CHANGE: "references-for",
    SNAPSHOT_EVENT: "update-of",
    FOLLOW_UP_EVENT: "question-about",
    QUESTION_AGAIN_EVENT: "question-again-about",
    EXISTING_EVENT: "prospects-of-connection",
    NEW_EVENT: "new-prospects-of-connection",
    SINGLE_EVENT: "prospects-of-connection",
}


def run_name(delivery: Delivery) -> str:
    """Such as `references-for-<opportunity id>` or `update-of-<Crosschq's request id>`; later attempts say which."""
    again = f"-attempt-{delivery.attempt}" if delivery.attempt > 1 else ""
    if delivery.event == CANDIDATE_DELETED:
        return f"erasure-{delivery.id}{again}"
    verb = _VERBS.get(delivery.event, "outcome-of")
    return f"{verb}-{delivery.subject.partition(':')[2]}{again}"

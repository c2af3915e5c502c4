"""The public port: webhooks in. Verifies the raw bytes, records, and only then answers 2xx; without a database, 503."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from pages.addresses import make_app
from store.database import DATABASE_ERRORS
from store.deliveries import NewDelivery, Recorded
from store.due import PING_EVENT
from store.outages import why_not_written
from store.tables import Vendor, WebhookEndpoint
from store.vault import Vault, VaultError
from webhook_gateway.body import TooLarge, TooSlow, read_capped
from webhook_gateway.crosschq_intake import read_crosschq
from webhook_gateway.inbox import Inbox, Known
from webhook_gateway.intake import Arrival, Intake, Rejected, Unreadable
from webhook_gateway.lever_intake import read_lever
from webhook_gateway.metrics import Metrics
from webhook_gateway.readiness import LastRecording

log = logging.getLogger(__name__)

Result = TypeVar("Result")
CLOSE = {"Connection": "close"}
"""With answers to what went wrong in time or size: nothing is left open."""

INTAKES: dict[Vendor, Intake] = {Vendor.LEVER: read_lever, Vendor.CROSSCHQ: read_crosschq}
METHODS = {Vendor.LEVER: ["POST"], Vendor.CROSSCHQ: ["POST", "PUT"]}

_ANSWERS = {
    Recorded.NEW: (202, "recorded"),
    Recorded.QUEUED_AGAIN: (202, "recorded"),
    Recorded.REPEAT: (200, "known"),
    Recorded.ERASED: (200, "erased"),
}


@dataclass(frozen=True)
class Gateway:
    """What the routes work with. `recorded` is called after each commit that gives the dispatcher work.

    `patience` is in seconds: a body that takes longer gets 408, and a database that does 503, as one that is down.
    """

    inbox: Inbox
    vault: Vault
    metrics: Metrics
    now: Callable[[], datetime]
    retention: timedelta
    recorded: Callable[[], None]
    patience: float = 10.0
    last: LastRecording = field(default_factory=LastRecording)

    async def receive(self, request: Request, vendor: Vendor) -> Response:
        began, result = time.perf_counter(), "error"
        try:
            response, result = await self._answer(request, vendor)
        finally:
            # An error of our own is counted too, on its way to a 500.
            self.metrics.webhooks.labels(vendor.value, result).inc()
            self.metrics.answer_seconds.labels(vendor.value).observe(time.perf_counter() - began)
        return response

    async def _answer(self, request: Request, vendor: Vendor) -> tuple[Response, str]:
        try:
            return await self._take(request, vendor)
        except TooLarge:
            # What is left of the body would otherwise be read, to find the next request on the connection.
            return PlainTextResponse("too large", 413, CLOSE), "too large"
        except TooSlow:
            log.warning(
                "A %s webhook's body took over %g s and was answered 408.", vendor.value, self.patience
            )
            return PlainTextResponse("too slow", 408, CLOSE), "too slow"
        except Unreadable as error:
            return PlainTextResponse(str(error), 400), "unreadable"
        except Rejected:
            return PlainTextResponse("not genuine", 401), "rejected"
        except ClientDisconnect:
            return PlainTextResponse("incomplete", 400), "incomplete"
        except (*DATABASE_ERRORS, VaultError) as error:
            # Not the database's own words: they quote what was to be written.
            why = str(error) if isinstance(error, VaultError) else why_not_written(error)
            self.last.failed(error)
            log.error("A %s webhook could not be recorded and was answered 503: %s", vendor.value, why)
            return PlainTextResponse("try again later", 503, CLOSE), "unavailable"

    async def _take(self, request: Request, vendor: Vendor) -> tuple[Response, str]:
        known = await self._in_time(self.inbox.endpoint(request.path_params["key"]))
        if known is None or known[0].vendor is not vendor or not known[0].is_open:
            return PlainTextResponse("not found", 404), "unknown"
        endpoint, _ = known
        try:
            new = await self._read(request, known)
        except (TooLarge, Unreadable, Rejected) as error:
            # Also of senders who have shown nothing yet but the URL, as Lever's signature is within the body: they
            # raise one count and change one reason.
            await self._remember_rejection(endpoint, str(error))
            raise
        return await self._record(endpoint, new)

    async def _read(self, request: Request, known: Known) -> NewDelivery:
        """Raises TooLarge, TooSlow, Unreadable or Rejected."""
        endpoint, connection = known
        body = await read_capped(request, self.patience)
        arrival = Arrival(endpoint, connection, body, request.headers.get("authorization"), self.now())
        return INTAKES[endpoint.vendor](arrival, self.vault, self.retention)

    async def _remember_rejection(self, endpoint: WebhookEndpoint, reason: str) -> None:
        log.warning("Webhook endpoint %d rejected a request: %s.", endpoint.id, reason)
        await self._in_time(self.inbox.note_rejection(endpoint, reason))

    async def _record(self, endpoint: WebhookEndpoint, new: NewDelivery) -> tuple[Response, str]:
        try:
            recorded = await self._in_time(self.inbox.record(new))
        except DATABASE_ERRORS as error:
            self.last.failed(error, new)
            raise
        self.last.succeeded()
        if recorded is Recorded.ANOTHER_BODY:
            reason = "a signature that was used before came with another body"
            await self._remember_rejection(endpoint, reason)
            raise Rejected(reason)
        if new.event == PING_EVENT:
            return PlainTextResponse("connection verified"), "ping"
        if new.outcome is None and recorded in (Recorded.NEW, Recorded.QUEUED_AGAIN):
            self.recorded()
        status, words = _ANSWERS[recorded]
        return PlainTextResponse(words, status), words

    async def _in_time(self, doing: Awaitable[Result]) -> Result:
        """Raises TimeoutError, one of DATABASE_ERRORS."""
        async with asyncio.timeout(self.patience):
            return await doing


def create_public_app(gateway: Gateway, pages: Sequence[Route] = ()) -> Starlette:
    """Webhooks and the owners' answers; health and metrics are on the private port."""

    async def lever(request: Request) -> Response:
        return await gateway.receive(request, Vendor.LEVER)

    async def crosschq(request: Request) -> Response:
        return await gateway.receive(request, Vendor.CROSSCHQ)

    return make_app(
        [
            Route("/webhooks/lever/{key}", lever, methods=METHODS[Vendor.LEVER]),
            Route("/webhooks/crosschq/{key}", crosschq, methods=METHODS[Vendor.CROSSCHQ]),
            *pages,
        ]
    )

"""Carries out one step of the plan in Lever (lever.md 6.2), and stores each token at once. Decides nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from pydantic import SecretStr

from lever.client import LeverClient
from lever.models import WebhookCreated
from onboarding.saving import keep_token
from onboarding.webhook_ids import is_same_access
from onboarding.webhook_plan import Step
from outbound.errors import NotExecuted, NotFound, Refused
from store.connections import Connections
from store.tables import Connection, WebhookEndpoint
from wiring import Parts


@dataclass(frozen=True)
class Making:
    """No row is locked while Lever is asked: what is stored is read anew each time."""

    parts: Parts
    client: LeverClient
    connection: Connection
    """As it was when the client was opened."""

    async def make_new(self, step: Step) -> None:
        """Before the old one goes, so that none is missing meanwhile: Lever may have two of one event and address.

        Lever never shows a token again. One whose token was not kept, as Lever's answer was lost or we were killed
        before it was stored, is of no use: the next time it is found by its address, and deleted.
        """
        before = await self._close(step.endpoint) if step.closes_on_the_way else None
        try:
            created = await self.client.create_webhook(step.endpoint.event, step.url)
        except (NotExecuted, Refused):
            await self._open_again(step.endpoint, before)
            raise
        await self._keep(step.endpoint, before, created)

    async def delete_old(self, step: Step) -> None:
        for webhook in step.old:
            with suppress(NotFound):  # gone already, which is all that is wanted
                await self.client.delete_webhook(webhook.id)

    async def _close(self, endpoint: WebhookEndpoint) -> bytes | None:
        """Returns the tokens of before, sealed."""
        async with self._now(endpoint) as (_, row):
            before, row.secrets = row.secrets, None
        return before

    async def _open_again(self, endpoint: WebhookEndpoint, before: bytes | None) -> None:
        async with self._now(endpoint) as (_, row):
            row.secrets = row.secrets or before

    async def _keep(self, endpoint: WebhookEndpoint, before: bytes | None, created: WebhookCreated) -> None:
        async with self._now(endpoint) as (connection, row):
            row.secrets = row.secrets or before
            # To a key that was replaced meanwhile Lever does not list it: with its id it would seem deleted there.
            access = (self.connection.lever_url, self.connection.lever_key)
            webhook_id = created.id if is_same_access(self.parts.vault, connection, *access) else None
            keep_token(
                row, self.parts.vault, SecretStr(created.signature_token), self.parts.now(), webhook_id
            )

    @asynccontextmanager
    async def _now(self, endpoint: WebhookEndpoint) -> AsyncIterator[tuple[Connection, WebhookEndpoint]]:
        """Both rows as they are now. The connection's lock is the one that all who store tokens take."""
        async with self.parts.database.transaction() as session:
            connection = await Connections(session).locked(self.connection.id)
            yield connection, await session.get_one(WebhookEndpoint, endpoint.id)

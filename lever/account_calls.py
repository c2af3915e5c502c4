"""The calls that concern a Lever account rather than one candidacy. LeverClient is these and the others.

Above each call stands the section of docs/vendors/lever.md it rests on.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal

from pydantic import TypeAdapter

from lever.calls import create, read_all, read_one
from lever.models import (
    ArchiveReason,
    DispositionStage,
    DispositionStages,
    Posting,
    Stage,
    Tag,
    User,
    Webhook,
    WebhookCreated,
)
from outbound.http import VendorHttp
from outbound.lists import Reading, Skipped, listed
from outbound.paths import path_of


@dataclass(frozen=True, slots=True)
class AccountCalls:
    """Users, stages, archive reasons, tags and webhooks of one Lever account."""

    http: VendorHttp

    # lever.md 7 and 8
    async def user(self, user_id: str) -> User:
        """Also a deactivated one."""
        return await read_one(self.http, User, "/users/:id", user_id)

    # lever.md 5 and 8
    def users(self) -> AsyncIterator[User]:
        """All active users, the newest first."""
        return read_all(self.http, User, "/users")

    # lever.md 5 and 7
    def postings(self) -> AsyncIterator[Posting]:
        """All that the key may see, in every state."""
        return read_all(self.http, Posting, "/postings")

    # lever.md 7 and 8
    async def stages(self, skipped: Skipped | None = None) -> tuple[Stage, ...]:
        """All stages of the account."""
        return await listed(read_all(self.http, Stage, "/stages"), skipped)

    # lever.md 7 (only recorded, not documented)
    async def disposition_stages(self, skipped: Skipped | None = None) -> tuple[DispositionStage, ...]:
        """All stages with pipeline and rank, which tell lead stages from the others."""
        return await listed(self._disposition_stages(), skipped)

    async def _disposition_stages(self) -> AsyncIterator[DispositionStage]:
        pattern = "/disposition_stages"
        answer = await read_one(self.http, DispositionStages, pattern)
        reading = Reading(TypeAdapter(DispositionStage), self.http.reading(f"GET {pattern}"))
        for one in reading.readable(answer.stages):
            yield one
        reading.end()

    # lever.md 5 (type) and 7
    async def archive_reasons(
        self, of_type: Literal["hired", "non-hired"] | None = None, skipped: Skipped | None = None
    ) -> tuple[ArchiveReason, ...]:
        """All of the account, or those of one type; to hire, take the first active one of type hired (lever.md 8)."""
        params = {} if of_type is None else {"type": of_type}
        return await listed(read_all(self.http, ArchiveReason, "/archive_reasons", params=params), skipped)

    # lever.md 7 and 8
    def tags(self) -> AsyncIterator[Tag]:
        """All tags of the account."""
        return read_all(self.http, Tag, "/tags")

    # lever.md 6.2
    def webhooks(self) -> AsyncIterator[Webhook]:
        """Those made with this key, without their signature tokens."""
        return read_all(self.http, Webhook, "/webhooks")

    # lever.md 6.2
    async def create_webhook(self, event: str, url: str) -> WebhookCreated:
        """Never deduplicated, so list first; silent until a Super Admin turns its event group on."""
        return await create(self.http, WebhookCreated, "/webhooks", json={"event": event, "url": url})

    # lever.md 6.2
    async def delete_webhook(self, webhook_id: str) -> None:
        """Only one made through the API."""
        path = path_of("/webhooks/:id", webhook_id)
        await self.http.write("DELETE", path, operation="DELETE /webhooks/:id")

"""What the pages of deliveries, requests and follow-ups find in the store, as the processes leave it there."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import select

from store.attempts import Attempt
from store.effects import Effects
from store.outcome_tables import FollowUp
from store.requests import NewRequest
from store.tables import Audit, Delivery, DeliveryState, EffectState, ReferenceRequest, RequestState
from tests.factories import Connected, connect
from tests.pages.admin.browser import Browser
from tests.pages.admin.conftest import Pages
from tests.store.inbox import finish, row, running, stage_change
from tests.store.reservations import reserved
from tests.store.waits import begin

SCRIPT = "<script>alert(1)</script>"
IMAGE = '"><img src=x onerror=alert(1)>'
WHY = "Lever was repaired."
BODY = json.dumps(
    {
        "event": "candidateStageChange",
        "triggeredAt": 1_700_000_000_000,
        "signature": "a-secret-signature",
        "data": {"opportunityId": "opportunity-1", "name": "Ada Lovelace", "emails": ["ada@people.test"]},
    }
)


@dataclass(frozen=True)
class Desk:
    """The pages with a connection, and the admin's browser before them."""

    pages: Pages
    connected: Connected
    admin: Browser

    @classmethod
    async def of(cls, pages: Pages, **changes: object) -> "Desk":
        admin = pages.open_browser()
        await admin.become_admin()
        return cls(pages, await connect(pages.parts.database, pages.parts.vault, **changes), admin)

    async def delivery(
        self, state: DeliveryState, outcome: str = "It came to this.", opportunity: str = "opportunity-1"
    ) -> Delivery:
        """A stage change whose first attempt ended so."""
        sealed = self.pages.parts.vault.seal(BODY)
        new = replace(stage_change(self.connected, opportunity, body=sealed), opportunity_id=opportunity)
        attempt = await running(self.pages.parts.database, new)
        if state is not DeliveryState.RUNNING:
            assert await finish(self.pages.parts.database, attempt, state, outcome)
        return await row(self.pages.parts.database, attempt.delivery_id)

    async def again(self, delivery_id: int) -> Delivery:
        return await row(self.pages.parts.database, delivery_id)

    async def effect(self, delivery: Delivery, key: str, state: EffectState = EffectState.DONE) -> None:
        attempt = Attempt(delivery.id, delivery.attempt)
        async with self.pages.parts.database.transaction() as session:
            effects = Effects(session)
            await effects.intend(self.connected.connection.id, key, attempt)
            await effects.settle(
                self.connected.connection.id,
                key,
                attempt,
                state,
                result="note-77" if state is EffectState.DONE else None,
                detail=None,
            )

    async def request(
        self, state: RequestState, opportunity: str = "opportunity-9", **changes: str
    ) -> ReferenceRequest:
        new = NewRequest(self.connected.connection.id, opportunity, None, "Engineers", "Engineer II", "index")
        changed = replace(new, **changes)  # type: ignore[arg-type]
        return await reserved(self.pages.parts.database, changed, state)

    async def follow_up(self, opportunity: str = "opportunity-5") -> FollowUp:
        due_at = datetime(2099, 5, 1, 9, 30, tzinfo=UTC)
        return await begin(self.pages.parts.database, self.connected, opportunity, due_at)

    async def audits(self, subject: str) -> list[tuple[str, str, str | None]]:
        async with self.pages.parts.database.transaction() as session:
            rows = await session.scalars(select(Audit).where(Audit.subject == subject).order_by(Audit.id))
            return [(one.who, one.what, one.why) for one in rows]

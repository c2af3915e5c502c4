"""Somebody with a mail and a browser, in front of the answer page over the test's own store."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import select

from hiring.follow_ups import FollowUpState
from mail.links import AnswerLinks, Link
from pages.addresses import make_app
from pages.answer import create_answer_routes
from store.database import Database
from store.due_follow_ups import DueFollowUps
from store.follow_ups import FollowUps
from store.outcome_tables import FollowUp
from store.requests import NewRequest, Requests
from store.tables import Audit, Connection, Delivery
from store.vault import Vault

# Past, so that the database's clock finds due what our clock does.
NOW = datetime(2024, 11, 24, 12, 0, tzinfo=UTC)
REPORTED = datetime(2024, 11, 10, 9, 0, tzinfo=UTC)
HTTP, HTTPS = "http://127.0.0.1:8600", "https://references.test"


@dataclass
class Clock:
    """Moves only when told."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Owner:
    """Has been asked. `base` is where the page is reached."""

    database: Database
    vault: Vault
    base: str = HTTP
    clock: Clock = field(default_factory=Clock)
    link: Link = field(default_factory=lambda: Link(1, 2))
    path: str = field(init=False)
    browser: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        self.browser = self.new_browser()
        self.get_mail(self.link)

    def new_browser(self) -> httpx.AsyncClient:
        routes = create_answer_routes(self.database, self.vault, self.clock, f"{self.base}/")
        app = make_app(routes)
        return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=self.base)

    def get_mail(self, link: Link) -> None:
        """From now on its link is the one that is opened."""
        self.link = link
        url = AnswerLinks.from_vault(self.vault, self.clock).url(self.base, link)
        self.path = url.removeprefix(self.base)

    async def open(self, path: str | None = None) -> httpx.Response:
        return await self.browser.get(path or self.path)

    async def send(self, outcome: str, hired_on: str = "2024-11-20", **how: Any) -> httpx.Response:
        """Opens the page, fills in the form and sends it; the answer as it comes, redirects not followed."""
        path = self.path
        form = filled(await self.open(path), outcome, hired_on)
        return await self.browser.post(path, data=form, **how)

    async def follow_up(self) -> FollowUp:
        async with self.database.transaction() as session:
            return await session.get_one(FollowUp, self.link.follow_up_id)

    async def change(self, **values: object) -> None:
        """What a flow or ops would do meanwhile."""
        async with self.database.transaction() as session:
            stored = await session.get_one(FollowUp, self.link.follow_up_id)
            for name, value in values.items():
                setattr(stored, name, value)

    async def hand_over(self) -> None:
        """The follow-up's time has come, and a flow is at work on it."""
        follow_up = await self.follow_up()
        async with self.database.transaction() as session:
            handed = await DueFollowUps(session).hand_over(follow_up.id, follow_up.generation)
            assert isinstance(handed, Delivery)

    async def end(self, because: str) -> None:
        async with self.database.transaction() as session:
            follow_up = await FollowUps(session).find(self.link.follow_up_id)
            assert follow_up is not None
            await FollowUps(session).end(follow_up, because)

    async def audits(self) -> list[Audit]:
        async with self.database.transaction() as session:
            return list(await session.scalars(select(Audit).order_by(Audit.id)))


def filled(page: httpx.Response, outcome: str, hired_on: str = "2024-11-20") -> dict[str, str]:
    """The form of a page, filled in."""
    return {"page": proof_in(page), "outcome": outcome, "hired_on": hired_on}


def proof_in(page: httpx.Response) -> str:
    found = re.search(r'name="page" value="(\w+)"', page.text)
    return found[1] if found else ""


async def ask(database: Database, connection: Connection) -> None:
    """A follow-up that was asked as its second generation, and may be answered for six more days."""
    new = NewRequest(
        connection.id, "opportunity-1", "contact-1", "Engineers", "Engineer <II> & more", "index"
    )
    async with database.transaction() as session:
        request = await Requests(session).reserve(new)
        assert request is not None
        session.add(
            FollowUp(
                connection_id=connection.id,
                request_id=request.id,
                opportunity_id=request.opportunity_id,
                state=FollowUpState.ASKED,
                generation=3,
                link_generation=2,
                reported_at=REPORTED,
                asked_at=NOW - timedelta(days=1),
                due_at=NOW + timedelta(days=6),
                flow_run_id="run-of-the-reminder",
            )
        )

"""The people of a campaign: each candidate's story to its end, and who looks after what stays unknown."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

import httpx

from cli.follow_ups import run_ask_now
from cli.resolve import run_resolve_request
from hiring.outcomes import Outcome
from mail.addresses import sender_of
from mail.letter import message_id
from outbound.transport import BadStatus, NoAnswer
from store.follow_ups import FollowUps
from store.outcome_tables import FollowUp
from store.requests import Requests
from tools.demo.mailbox import Owner
from tools.demo.people import CrosschqPeople, LeverPeople
from wiring import current_parts

ACTS = ("candidate_opens", "self_reference", "add_references", "answer_next", "answer_next", "answer_next")
LOOKS_EVERY = 1.0
"""Seconds between two looks of a person who waits for a mail."""


@dataclass
class Candidate:
    """Moved once by a recruiter; answers as soon as asked, and only once. Hired, or not, in the end.

    `owner` is who may be asked how it ended; nobody is asked of those that are `hired_in_lever` at once.
    """

    lever: LeverPeople
    crosschq: CrosschqPeople
    owner: Owner
    dice: Random
    id: str
    email: str
    name: str

    def __post_init__(self) -> None:
        self.hired_in_lever = self.dice.random() < 1 / 3
        is_hired = self.hired_in_lever or self.dice.random() < 1 / 2
        self.outcome = Outcome.HIRED if is_hired else Outcome.NOT_HIRED

    async def live(self, within: float) -> None:
        """Is moved within so many seconds, gives everything for the report, and then it is said how it ended."""
        await asyncio.sleep(self.dice.uniform(0, within))
        await self.lever.move(self.id)
        request_id = await self._invitation()
        for act in ACTS:
            await asyncio.sleep(self.dice.uniform(0, 2))
            await self.crosschq.act(request_id, act)
        if self.hired_in_lever:
            await self.lever.archive(self.id)
        else:
            await self._answer(await self._question())

    async def _invitation(self) -> str:
        while not (requests := await self.crosschq.requests_for(self.email)):  # noqa: ASYNC110 - as people do
            await asyncio.sleep(LOOKS_EVERY)
        return str(requests[-1]["id"])

    async def _question(self) -> str:
        """The link of the mail to the owner."""
        words = f"as {self.name} hired?"
        while not (about := [one for one in await self.owner.mails() if words in one["subject"]]):  # noqa: ASYNC110
            await asyncio.sleep(LOOKS_EVERY)
        return await self.owner.link(about[0]["id"])

    async def _answer(self, link: str) -> None:
        """Again and again while the page is away, until it does not ask any more."""
        day = f"{datetime.now(UTC):%Y-%m-%d}" if self.outcome is Outcome.HIRED else ""
        while True:
            await asyncio.sleep(self.dice.uniform(0, 2))
            with suppress(NoAnswer, BadStatus):
                page = await self.owner.http.get(link)
                if not page.is_server_error and "<form" not in page.text:
                    return
                if (await self.owner.answer(link, self.outcome.value, day)).is_redirect:
                    return


@dataclass(frozen=True)
class Postmaster:
    """Whoever runs the mail server."""

    http: httpx.AsyncClient
    url: str

    async def behave(self) -> None:
        """No more faults."""
        (await self.http.delete(f"{self.url}/sandbox/knobs")).raise_for_status()

    async def set_knobs(self, **knobs: object) -> None:
        """Faults to come: see `sandbox/mailbox/knobs.py`."""
        (await self.http.put(f"{self.url}/sandbox/knobs", json=knobs)).raise_for_status()


async def resolve_unknown(lever: LeverPeople, crosschq: CrosschqPeople) -> int:
    """Looks into Crosschq for each request nobody knows the fate of, and says what is there; returns how many."""
    async with current_parts().database.transaction() as session:
        unknown = await Requests(session).unknown()
    for request in unknown:
        try:
            emails = (await lever.opportunity(request.opportunity_id))["emails"]
        except BadStatus:
            continue
        found = await crosschq.requests_for(emails[0])
        await run_resolve_request(request.id, found[-1]["id"] if found else None, "looked into Crosschq")
    return len(unknown)


async def ask_where_no_mail_came(owner: Owner) -> int:
    """Lets owners be asked whose mail was put off, or never confirmed and is not there; returns how many."""
    there = {mail["message_id"] for mail in await owner.mails()}
    later = current_parts().now() + timedelta(minutes=1)
    async with current_parts().database.transaction() as session:
        waiting = [one for one in await FollowUps(session).next_due(1000) if one.due_at > later]
    without = [one for one in waiting if there.isdisjoint(mails_of(one))]
    for follow_up in without:
        await run_ask_now(follow_up.id, "the mail server is well again, and has no mail about it")
    return len(without)


def mails_of(follow_up: FollowUp) -> list[str]:
    """The Message-IDs of all mails there can be about it."""
    parts = current_parts()
    keys = [f"mail/{follow_up.id}/{generation}" for generation in range(1, follow_up.generation + 1)]
    domain = sender_of(parts.settings.mail_from).domain
    return [message_id(parts.vault.blind_index(key), domain) for key in keys]

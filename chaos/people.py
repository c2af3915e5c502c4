"""The people of a campaign: each candidate's story, and the person who resolves what stays unknown."""

import asyncio
from dataclasses import dataclass
from random import Random

import httpx

from cli.resolve import run_resolve_request
from demo.people import CrosschqPeople, LeverPeople
from store.requests import Requests
from wiring import current_parts

ACTS = ("candidate_opens", "self_reference", "add_references", "answer_next", "answer_next", "answer_next")
LOOKS_EVERY = 1.0
"""Seconds between two looks of a person who waits for a mail."""


@dataclass
class Candidate:
    """Moved once by a recruiter; answers as soon as asked, and only once."""

    lever: LeverPeople
    crosschq: CrosschqPeople
    dice: Random
    id: str = ""
    email: str = ""

    async def live(self, within: float) -> None:
        """Is moved within so many seconds, and gives everything for the report."""
        met = await self.lever.meet_candidate()
        self.id, self.email = met["id"], met["email"]
        await asyncio.sleep(self.dice.uniform(0, within))
        await self.lever.move(self.id)
        request_id = await self._mail()
        for act in ACTS:
            await asyncio.sleep(self.dice.uniform(0, 2))
            await self.crosschq.act(request_id, act)

    async def _mail(self) -> str:
        while not (requests := await self.crosschq.requests_for(self.email)):  # noqa: ASYNC110 - as people do
            await asyncio.sleep(LOOKS_EVERY)
        return str(requests[-1]["id"])


async def resolve_unknown(lever: LeverPeople, crosschq: CrosschqPeople) -> int:
    """Looks into Crosschq for each request nobody knows the fate of, and says what is there; returns how many."""
    async with current_parts().database.transaction() as session:
        unknown = await Requests(session).unknown()
    for request in unknown:
        try:
            emails = (await lever.opportunity(request.opportunity_id))["emails"]
        except httpx.HTTPStatusError:
            continue
        found = await crosschq.requests_for(emails[0])
        await run_resolve_request(request.id, found[-1]["id"] if found else None, "looked into Crosschq")
    return len(unknown)

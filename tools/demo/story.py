"""The main job as one candidate lives it, step by step. Acts as people do and believes only what they could see."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from tools.demo.people import CrosschqPeople, LeverPeople

PATIENCE = 90.0
"""Seconds for one step: on the stock pool each run starts an interpreter of its own, on two busy cores."""


class StepFailed(Exception):  # noqa: N818 - says what happened
    """A step of the story did not come true in time; names it and says what was seen instead."""


@dataclass(frozen=True)
class Told:
    """A step that came true; `seconds` since the one before."""

    step: str
    seconds: float


@dataclass
class Story:
    """One candidate, from the recruiter's move to the report on the profile."""

    lever: LeverPeople
    crosschq: CrosschqPeople
    patience: float = PATIENCE
    opportunity_id: str = ""
    email: str = ""
    name: str = ""
    request_id: str = ""
    _began: float = field(default_factory=time.monotonic)

    async def play(self) -> AsyncIterator[Told]:
        """Tells each step when it has come true; raises StepFailed."""
        candidate = await self.lever.meet_candidate()
        self.opportunity_id, self.email, self.name = candidate["id"], candidate["email"], candidate["name"]
        self._began = time.monotonic()

        await self.lever.move(self.opportunity_id)
        yield self.told("A recruiter moved the candidate to stage 'Crosschq' in Lever")
        await self.wait_until("Crosschq has the reference request", self._request_arrived)
        yield self.told("Crosschq has the reference request, with the template for the posting's tag")
        await self.wait_for_status("Crosschq: sent")
        yield self.told("Lever shows the tag 'Crosschq: sent'")
        await self.wait_for_note("request sent")
        yield self.told("and a note that says what was asked, in whose name")

        for act in ("candidate_opens", "self_reference", "add_references"):
            request = await self.crosschq.act(self.request_id, act)
        asked = len(request["references"])
        yield self.told(f"The candidate answered about themselves and named {asked} references")
        for answered in range(1, asked):
            await self.crosschq.act(self.request_id, "answer_next")
            await self.wait_for_status(f"Crosschq: {answered} of {asked}")
            yield self.told(f"A reference answered: Lever shows 'Crosschq: {answered} of {asked}'")
        await self.crosschq.act(self.request_id, "answer_next")
        async for told in self._report():
            yield told

    async def _report(self) -> AsyncIterator[Told]:
        await self.wait_until("the report's link stands on the profile", self._link_is_there)
        yield self.told("The last one answered: the report's link stands on the Lever profile")
        await self.wait_until("the report's PDF is a file on the opportunity", self._file_is_there)
        yield self.told("its PDF is a file on the opportunity")
        await self.wait_for_note("report complete")
        yield self.told("a note carries the summary")
        await self.wait_for_status("Crosschq: complete")
        yield self.told("and the status tag says 'Crosschq: complete'")

    async def wait_for_status(self, tag: str) -> None:
        async def shows_only_it() -> bool:
            shown = [
                one for one in await self.lever.tags(self.opportunity_id) if one.startswith("Crosschq: ")
            ]
            return shown == [tag]

        await self.wait_until(f"the only status tag in Lever is '{tag}'", shows_only_it)

    async def wait_for_note(self, words: str) -> None:
        async def says_it_once() -> bool:
            notes = await self.lever.notes(self.opportunity_id)
            return sum(words in note for note in notes) == 1

        await self.wait_until(f"one note in Lever says '{words}'", says_it_once)

    async def _request_arrived(self) -> bool:
        requests = await self.crosschq.requests_for(self.email)
        if requests:
            self.request_id = requests[0]["id"]
        return len(requests) == 1

    async def _link_is_there(self) -> bool:
        links = (await self.lever.opportunity(self.opportunity_id))["links"]
        return [link for link in links if self.request_id in link] != []

    async def _file_is_there(self) -> bool:
        return await self.lever.files(self.opportunity_id) == [f"crosschq-report-{self.request_id}.pdf"]

    async def wait_until(self, what: str, came_true: Callable[[], Awaitable[bool]]) -> None:
        try:
            async with asyncio.timeout(self.patience):
                while not await came_true():  # noqa: ASYNC110 - people look again, too
                    await asyncio.sleep(0.3)
        except TimeoutError:
            raise StepFailed(f"It did not come true within {self.patience:.0f} s that {what}.") from None

    def told(self, step: str) -> Told:
        """The step has come true just now."""
        now = time.monotonic()
        seconds, self._began = now - self._began, now
        return Told(step, seconds)

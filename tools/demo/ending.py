"""How it ends after the report: hired in Lever, or nobody says so and the owner is asked. Acts as people do."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from tools.demo.mailbox import Owner
from tools.demo.story import StepFailed, Story, Told


@dataclass
class Ending:
    """Of one candidate, whose story has been played to the report."""

    story: Story
    owner: Owner

    async def hired_in_lever(self) -> AsyncIterator[Told]:
        """Tells each step when it has come true; raises StepFailed."""
        await self.story.lever.archive(self.story.opportunity_id)
        yield self.story.told("A recruiter archived the candidate as hired in Lever")
        await self.crosschq_shows("hired")
        yield self.story.told("Crosschq shows 'hired'")
        await self.lever_shows("hired")
        yield self.story.told("Lever shows the tag 'Crosschq outcome: hired' and a note")

    async def not_hired_says_the_owner(self) -> AsyncIterator[Told]:
        """The same; the wait for the question is the connection's."""
        await self.story.wait_until("the owner has the question in their mailbox", self.has_mail)
        yield self.story.told("Nobody said how it ended: the candidate's owner has an e-mail with one link")
        answer = await self.owner.answer(await self.owner.link(await self._mail()), "not_hired")
        if answer.is_error:
            raise StepFailed(f"The answer page answered {answer.status_code}.")
        yield self.story.told("The owner opened the page and answered 'not hired'")
        await self.crosschq_shows("not_hired")
        yield self.story.told("The answer was settled: Crosschq shows 'not hired'")
        await self.lever_shows("not hired")
        yield self.story.told("and Lever the tag 'Crosschq outcome: not hired' and a note")

    async def crosschq_shows(self, status: str) -> None:
        async def shows_it() -> bool:
            set_so_far = await self.story.crosschq.outcomes(self.story.request_id)
            return [outcome["hiring_status"] for outcome in set_so_far] == [status]

        await self.story.wait_until(f"Crosschq was told '{status}', once", shows_it)

    async def lever_shows(self, words: str) -> None:
        tag = f"Crosschq outcome: {words}"

        async def shows_it() -> bool:
            tags = await self.story.lever.tags(self.story.opportunity_id)
            return [one for one in tags if one.startswith("Crosschq outcome: ")] == [tag]

        await self.story.wait_until(f"the only outcome tag in Lever is '{tag}'", shows_it)
        await self.story.wait_for_note(f"Outcome: {words}")

    async def has_mail(self) -> bool:
        """Whether the question about this candidate is in the mailbox."""
        return await self._mail() != ""

    async def _mail(self) -> str:
        """The id of the question about this candidate, or nothing."""
        subject = f"Was {self.story.name} hired?"
        found = [mail["id"] for mail in await self.owner.mails() if mail["subject"] == subject]
        return found[0] if found else ""

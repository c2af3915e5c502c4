"""References who opted in become leads in Lever: all at once, one more as it comes, and one who thinks better of it.

Acts as a sourcer, a reference and an admin do, and believes only what they could see.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any

from deployments.prefect_api import checked, every, prefect_api
from settings import Settings
from tools.demo.story import Story, Told

MANY = 30
UNUSABLE = {"no_email": 1, "bad_email": 1}
"""Of them. Two have something to say in the table at the end."""
WITHDRAWN_TAG = "Crosschq prospect: withdrawn"
TABLE = "prospect-export"
LOOK = "/deployments/name/prospect-export/new"


@dataclass
class ProspectStory:
    """`story` is of a candidate whose references have answered; one of them opts in late."""

    story: Story
    settings: Settings
    _leads: int = field(default=0, init=False)
    _began_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(), init=False)

    async def gather(self) -> AsyncIterator[Told]:
        """They have opted in over the years; one of them is in Lever already."""
        crosschq = self.story.crosschq
        before = {one["id"] for one in await crosschq.prospects()}
        await crosschq.add_prospects(MANY, **UNUSABLE)
        those = [one for one in await crosschq.prospects() if one["id"] not in before and one["email"]]
        for one in those:
            await self._is_somebody_new(one)
        known = await self.story.lever.meet_candidate()
        usable = next(one for one in those if "@" in one["email"])
        await crosschq.change_prospect(usable["id"], "change", email=known["email"])
        self._leads = MANY - sum(UNUSABLE.values()) - 1
        yield self.story.told(
            f"{MANY} references have opted in at Crosschq to hear of jobs: two cannot be used, one is in Lever"
        )

    async def backfill(self) -> AsyncIterator[Told]:
        """The switch for all of them was turned on just now."""
        yield self.story.told("An admin turned both switches on: all there are, and new ones as they come")
        for number in (1, self._leads // 2, self._leads):
            await self.story.wait_until(f"{number} prospects are leads in Lever", self._are_leads(number))
            yield self.story.told(f"{number} of {self._leads} are leads in Lever, in New lead")
        await self.story.wait_until("Prefect shows who became what", self._table_is_there)
        progress, table = await self._artifact("progress"), await self._artifact("table")
        yield self.story.told(f"Prefect showed how far it was: '{progress['description']}'")
        yield self.story.told(f"and who became what, by Crosschq's ids: {_counted(table)}")

    async def goes_on(self) -> AsyncIterator[Told]:
        """One more opts in, and withdraws again."""
        lever, crosschq = self.story.lever, self.story.crosschq
        late = await crosschq.opts_in_on_the_page(self.story.email)
        late["email"] = await self._is_somebody_new(late)
        yield self.story.told("A reference of the first candidate opted in on the page where they answered")
        await self.look()
        await self.story.wait_until("the new prospect is a lead", self._are_leads(self._leads + 1))
        yield self.story.told(
            "An admin started the look for new ones in Prefect, which comes every 15 minutes by itself: one more lead"
        )
        [lead] = [one for one in await lever.leads() if late["email"] in one["emails"]]
        await crosschq.change_prospect(late["id"], "withdraw")
        await self.look()

        async def is_tagged() -> bool:
            return WITHDRAWN_TAG in await lever.tags(lead["id"])

        await self.story.wait_until(f"the lead has the tag '{WITHDRAWN_TAG}'", is_tagged)
        yield self.story.told(
            f"They withdrew in Crosschq: at the next look their untouched lead got the tag '{WITHDRAWN_TAG}'"
        )

    async def _is_somebody_new(self, prospect: dict[str, Any]) -> str:
        """The sandbox invents the same people at each start; our store remembers those of the last demo."""
        email = f"{token_hex(4)}.{prospect['email']}"
        await self.story.crosschq.change_prospect(prospect["id"], "change", email=email)
        return email

    async def look(self) -> None:
        """An admin starts a run of the deployment that the schedules start."""
        async with prefect_api(self.settings) as prefect:
            deployment = checked(await prefect.get(LOOK)).json()["id"]
            checked(await prefect.post(f"/deployments/{deployment}/create_flow_run", json={}))

    async def _artifact(self, kind: str) -> dict[str, Any]:
        """The newest one of an export."""
        async with prefect_api(self.settings) as prefect:
            found = await every(prefect, "/artifacts/filter")
        mine = [
            one
            for one in found
            if one["type"] == kind and str(one["key"]).startswith(TABLE) and one["created"] > self._began_at
        ]
        return max(mine, key=lambda one: str(one["created"]), default={})

    async def _table_is_there(self) -> bool:
        return await self._artifact("table") != {}

    def _are_leads(self, number: int) -> Callable[[], Awaitable[bool]]:
        async def are_leads() -> bool:
            return len(await self.story.lever.leads()) >= number

        return are_leads


def _counted(table: dict[str, Any]) -> str:
    """Such as "27 created, 2 failed, 1 skipped"."""
    rows = [row["what"] for row in json.loads(table["data"])]
    return ", ".join(f"{rows.count(what)} {what}" for what in sorted(set(rows)))

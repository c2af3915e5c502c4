"""Candidates who wait for their follow-up on a real installation, and time, which passes for our store and for Prefect.

Sees what ops see: the rows, and the runs in Prefect. Changes nothing that people could not change.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from prefect.settings import (
    PREFECT_API_AUTH_STRING,
    PREFECT_API_URL,
    PREFECT_CLIENT_CSRF_SUPPORT_ENABLED,
    PREFECT_LOCAL_STORAGE_PATH,
    temporary_settings,
)
from sqlalchemy import select, update

from deployments.environment import ROOT, process_environment
from deployments.prefect_api import checked, every, prefect_api
from deployments.stack import Stack
from store.database import DATABASE_ERRORS
from store.outcome_tables import FollowUp
from store.tables import UNFINISHED, Delivery
from tools.demo.mailbox import Owner
from tools.demo.people import CrosschqPeople, LeverPeople
from tools.demo.story import Story
from wiring import Parts, make_parts, use_parts

AT_ONCE = timedelta(0)
FINISH = ("candidate_opens", "self_reference", "add_references", "finish")


@dataclass(frozen=True)
class WaitingRoom:
    stack: Stack
    lever: LeverPeople
    crosschq: CrosschqPeople
    owner: Owner
    parts: Parts

    async def reported(self) -> Story:
        """A candidate whose report is complete, and whose follow-up waits in Prefect."""
        met = await self.lever.meet_candidate()
        story = Story(self.lever, self.crosschq, 100, met["id"], met["email"], met["name"])

        async def has_request() -> bool:
            requests = await self.crosschq.requests_for(story.email)
            story.request_id = requests[0]["id"] if requests else ""
            return bool(requests)

        await self.lever.move(story.opportunity_id)
        await story.wait_until("Crosschq has the request", has_request)
        for act in FINISH:
            await self.crosschq.act(story.request_id, act)
        await story.wait_for_status("Crosschq: complete")
        await story.wait_until("nothing is at work", lambda: self._is_quiet(story))
        await self.armed(story)
        return story

    async def _is_quiet(self, story: Story) -> bool:
        async with self.parts.database.transaction() as session:
            about = [f"opportunity:{story.opportunity_id}", f"request:{story.request_id}"]
            query = select(Delivery).where(Delivery.subject.in_(about), Delivery.state.in_(UNFINISHED))
            return (await session.scalars(query)).first() is None

    async def follow_up(self, story: Story) -> FollowUp:
        async with self.parts.database.transaction() as session:
            query = select(FollowUp).where(FollowUp.opportunity_id == story.opportunity_id)
            return (await session.scalars(query)).one()

    async def armed(self, story: Story, *, beside: str | None = None) -> FollowUp:
        """The follow-up, as soon as a run waits for it in Prefect; `beside`: another one than this."""

        async def has_run() -> bool:
            return (await self.follow_up(story)).flow_run_id not in (None, beside)

        await story.wait_until("a run waits for the follow-up", has_run)
        return await self.follow_up(story)

    async def is_in(self, story: Story, state: str) -> bool:
        """Not, as long as the database is away."""
        with suppress(*DATABASE_ERRORS):
            return (await self.follow_up(story)).state.value == state
        return False

    async def wait_for_state(self, story: Story, state: str) -> FollowUp:
        await story.wait_until(f"the follow-up is {state}", lambda: self.is_in(story, state))
        return await self.follow_up(story)

    async def time_comes(self, story: Story, ago: timedelta = AT_ONCE) -> FollowUp:
        """The moment the follow-up waits for was so long ago, for Prefect as well; the row as it was before."""
        before = await self.follow_up(story)
        assert before.flow_run_id is not None
        due_at = await self.becomes_due(story, ago)
        await self.reschedule_run(before.flow_run_id, due_at)
        return before

    async def becomes_due(self, story: Story, ago: timedelta) -> datetime:
        """As `time_comes`, and Prefect knows nothing of it."""
        due_at = self.parts.now() - ago
        async with self.parts.database.transaction() as session:
            mine = FollowUp.opportunity_id == story.opportunity_id
            await session.execute(update(FollowUp).where(mine).values(due_at=due_at))
        return due_at

    async def reschedule_run(self, run_id: str, until: datetime) -> None:
        """As ops do in Prefect's UI."""
        await self.set_state(run_id, "SCHEDULED", scheduled_time=until.isoformat())

    async def set_state(self, run_id: str, kind: str, **details: object) -> None:
        state = {"type": kind, "state_details": details}
        async with prefect_api(self.stack.settings) as api:
            checked(await api.post(f"/flow_runs/{run_id}/set_state", json={"state": state}))

    async def run(self, run_id: str | None) -> dict[str, Any] | None:
        """A run as Prefect shows it; None: there is none."""
        async with prefect_api(self.stack.settings) as api:
            answer = await api.get(f"/flow_runs/{run_id}")
        return None if answer.status_code == 404 else dict(checked(answer).json())

    async def wait_for_run(self, story: Story, run_id: str | None, name: str) -> dict[str, Any]:
        """Until Prefect shows the run in the state of that name."""

        async def is_there() -> bool:
            run = await self.run(run_id)
            return run is not None and run["state_name"] == name

        await story.wait_until(f"the run is '{name}' in Prefect", is_there)
        run = await self.run(run_id)
        assert run is not None
        return run

    async def sweep(self, story: Story) -> None:
        """One look of `reconcile` after our own work, by the worker."""
        deployment = await self.deployment("own-work")
        async with prefect_api(self.stack.settings) as api:
            path = f"/deployments/{deployment['id']}/create_flow_run"
            run = checked(await api.post(path, json={})).json()
        await self.wait_for_run(story, run["id"], "Completed")

    async def deployment(self, name: str) -> dict[str, Any]:
        async with prefect_api(self.stack.settings) as api:
            found = await every(api, "/deployments/filter")
        return next(one for one in found if one["name"] == name)

    async def questions(self, story: Story) -> list[dict[str, Any]]:
        """The mails that ask about the candidate, newest first."""
        words = f"as {story.name} hired?"
        return [mail for mail in await self.owner.mails() if words in mail["subject"]]

    async def wait_for_question(self, story: Story) -> None:
        """Until it is out, and remembered: the next wait has begun."""
        await self.wait_for_state(story, "asked")
        assert len(await self.questions(story)) == 1

    async def command(self, *words: object) -> str:
        """What `crosschq-lever ...` says, in a process of its own."""
        process = await asyncio.create_subprocess_exec(
            *[sys.executable, "-m", "cli.main", *map(str, words)],
            env=process_environment(self.stack.settings),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        assert process.returncode == 0, output.decode()
        return output.decode()

    @contextmanager
    def as_worker(self, *, clock_off: timedelta) -> Iterator[None]:
        """What is called inside believes to be on a worker whose clock is so much ahead; behind, if it is negative."""
        settings = self.stack.settings
        parts = replace(self.parts, now=lambda: self.parts.now() + clock_off)
        with (
            temporary_settings(
                {
                    PREFECT_API_URL: settings.api_url,
                    PREFECT_API_AUTH_STRING: settings.prefect_auth_string.get_secret_value(),
                    PREFECT_CLIENT_CSRF_SUPPORT_ENABLED: True,
                    PREFECT_LOCAL_STORAGE_PATH: settings.data_dir / "storage",  # never the user's own
                }
            ),
            use_parts(parts),
        ):
            yield


@asynccontextmanager
async def waiting_room(
    stack: Stack, lever: LeverPeople, crosschq: CrosschqPeople
) -> AsyncIterator[WaitingRoom]:
    async with make_parts(stack.settings) as parts:
        yield WaitingRoom(stack, lever, crosschq, Owner(lever.http, stack.mailbox_url), parts)

"""Whole journeys of candidates, some at a time: moved, asked, reported on, and their owner's answer shown."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TypeVar

import httpx
from sqlalchemy import ColumnElement, or_, select, update

from hiring.follow_ups import FollowUpState
from mail.links import AnswerLinks, Link
from store.outcome_tables import FollowUp
from store.tables import Connection, ReferenceRequest
from tools.bench.figures import NotMeasured
from tools.bench.scene import Scene, until
from tools.demo.mailbox import Owner

Row = TypeVar("Row", ReferenceRequest, FollowUp)

AT_ONCE = 8
BEFORE_REFERENCES = ("candidate_opens", "self_reference", "add_references")
SOON = {"follow_up_after": timedelta(seconds=2), "settle_after": timedelta(seconds=1)}


async def travel(scene: Scene, count: int) -> None:
    """Returns when all have ended and nothing is at work; raises NotMeasured when one ended otherwise."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one() -> None:
        async with places:
            await _journey(scene)

    async with _short_waits(scene), asyncio.TaskGroup() as group:
        for _ in range(count):
            group.create_task(one())
    await scene.quiet()


async def _journey(scene: Scene) -> None:
    opportunity = (await scene.lever.meet_candidate())["id"]
    await scene.lever.move(opportunity)
    await _comes_true(scene, opportunity, ReferenceRequest.crosschq_id.is_not(None))
    crosschq_id = (await _newest(scene, ReferenceRequest, opportunity)).crosschq_id or ""
    for act in BEFORE_REFERENCES:
        request = await scene.crosschq.act(crosschq_id, act)
    for answered in range(1, len(request["references"]) + 1):
        await scene.crosschq.act(crosschq_id, "answer_next")
        await _comes_true(scene, opportunity, ReferenceRequest.answered >= answered)
    await _comes_true(scene, opportunity, FollowUp.state == FollowUpState.ASKED)
    await _answer(scene, await _newest(scene, FollowUp, opportunity))
    await _comes_true(scene, opportunity, FollowUp.state == FollowUpState.ENDED)
    if (ended := await _newest(scene, FollowUp, opportunity)).answer is None:
        raise NotMeasured(f"a journey ended without an answer: {ended.ended_because}")


async def _answer(scene: Scene, follow_up: FollowUp) -> None:
    links = AnswerLinks.from_vault(scene.parts.vault, scene.parts.now)
    link = Link(follow_up.id, follow_up.link_generation or 0)
    async with httpx.AsyncClient(timeout=60) as browser:
        owner = Owner(browser, scene.stack.mailbox_url)
        answer = await owner.answer(links.url(str(scene.settings.public_base_url), link), "not_hired")
    if answer.is_error:
        raise NotMeasured(f"the answer page answered {answer.status_code}")


async def _newest(scene: Scene, table: type[Row], opportunity: str) -> Row:
    query = select(table).where(table.opportunity_id == opportunity)
    async with scene.parts.database.transaction() as session:
        return (await session.scalars(query)).one()


async def _comes_true(scene: Scene, opportunity: str, condition: ColumnElement[bool]) -> None:
    """Of the request or follow-up of this candidate."""
    of_it = or_(ReferenceRequest.opportunity_id == opportunity, FollowUp.opportunity_id == opportunity)
    joined = select(ReferenceRequest.id).outerjoin(FollowUp, FollowUp.request_id == ReferenceRequest.id)

    async def is_so() -> bool:
        async with scene.parts.database.transaction() as session:
            return await session.scalar(joined.where(of_it, condition)) is not None

    await until(is_so)


@asynccontextmanager
async def _short_waits(scene: Scene) -> AsyncIterator[None]:
    """Nobody measures for two weeks; afterwards the waits are as before."""
    async with scene.parts.database.transaction() as session:
        before = (await session.scalars(select(Connection))).one()
        usual = {name: getattr(before, name) for name in SOON}
        await session.execute(update(Connection).values(**SOON))
    try:
        yield
    finally:
        async with scene.parts.database.transaction() as session:
            await session.execute(update(Connection).values(**usual))

"""A vendor that did it and then failed is never asked twice, and an outage costs one unconfirmed act, not many."""

from typing import Any

import pytest
from sqlalchemy import func, select, update

from store.tables import Delivery, DeliveryState, Effect, EffectState
from tests.flows.office import Office, Ran

pytestmark = pytest.mark.stack

DID_IT_THEN_503 = {"fail_after_write": 1, "match": "POST", "lose_webhooks": 1}


async def every_candidate(office: Office, number: int) -> list[dict[str, Any]]:
    candidates = [await office.lever.meet_candidate() for _ in range(number)]
    for candidate in candidates:
        await office.move(candidate)
    return candidates


async def effects(office: Office, state: EffectState) -> int:
    async with office.parts.database.transaction() as session:
        query = select(func.count()).select_from(Effect).where(Effect.state == state)
        return (await session.scalars(query)).one()


async def requests(office: Office, candidates: list[dict[str, Any]]) -> list[int]:
    """How many reference requests Crosschq has of each."""
    return [len(await office.crosschq.requests_for(one["email"])) for one in candidates]


@pytest.mark.parametrize("status", [408, 503])
async def test_a_request_that_crosschq_took_before_it_failed_is_asked_once_and_adopted(
    office: Office, status: int
) -> None:
    candidate = await office.lever.meet_candidate()
    await office.crosschq.set_knobs(**DID_IT_THEN_503, fail_after_write_status=status)
    await office.move(candidate)
    assert (await office.work_once()).name == "Unconfirmed"
    assert await office.status_tags(candidate) == ["Crosschq: unconfirmed"]
    assert len(office.crosschq_calls("POST")) == 1, "also within the call nothing is repeated"

    request = await office.the_request(candidate)
    await office.act(request["id"], "candidate_opens")
    await office.work()
    assert await office.status_tags(candidate) == ["Crosschq: sent"]
    await office.the_request(candidate)


async def test_a_503_with_a_time_that_nobody_can_mean_is_not_sent_again(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.crosschq.set_knobs(fail_status=503, fail_count=1000, retry_after="soon", match="POST")
    await office.move(candidate)
    assert (await office.work_once()).name == "Unconfirmed"
    assert len(office.crosschq_calls("POST")) == 1


async def test_a_503_that_says_when_to_come_back_is_sent_again(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.crosschq.set_knobs(fail_status=503, fail_count=1, retry_after="120", match="POST")
    await office.move(candidate)
    assert (await office.work_once()).name == "TryingAgain"
    await office.retry_now()
    assert (await office.work_once()).name == "RequestSent"
    await office.the_request(candidate)


@pytest.mark.parametrize(("path", "status"), [("notes", 408), ("notes", 503), ("addTags", 503)])
async def test_what_lever_did_before_it_failed_is_found_and_not_written_again(
    office: Office, path: str, status: int
) -> None:
    candidate = await office.lever.meet_candidate()
    await office.lever.set_knobs(fail_after_write=1, fail_after_write_status=status, match=f"POST .*/{path}")
    await office.move(candidate)
    assert (await office.work_once()).name == "RequestSent"
    assert len(await office.lever.notes(candidate["id"])) == 1
    assert await office.status_tags(candidate) == ["Crosschq: sent"]


async def test_an_outage_costs_one_unconfirmed_request_and_all_others_are_asked_once_when_it_is_over(
    office: Office,
) -> None:
    await office.crosschq.set_knobs(
        fail_status=503,
        fail_count=1000,
        retry_after="60",
        fail_after_write=1000,
        lose_webhooks=1,
    )
    candidates = await every_candidate(office, 10)
    ran = await office.work()
    assert [one.name for one in ran] == ["Unconfirmed", *9 * ["TryingAgain"]]
    assert all("whether an earlier act was done there is unknown" in one.outcome for one in ran[1:])
    assert await requests(office, candidates) == [1, *9 * [0]]
    assert await effects(office, EffectState.UNKNOWN) == 1

    await office.retry_now()
    assert {one.name for one in await office.work()} == {"TryingAgain"}, "it is not over yet"
    assert await requests(office, candidates) == [1, *9 * [0]]

    await office.crosschq.set_knobs(fail_status=None, fail_count=0, retry_after=None, fail_after_write=0)
    await office.retry_now()
    assert sorted(_moves(await office.work())) == 9 * ["RequestSent"]
    assert await requests(office, candidates) == 10 * [1]
    assert await effects(office, EffectState.UNKNOWN) == 1


async def test_writes_that_fail_while_reads_succeed_are_tried_more_and_more_seldom(office: Office) -> None:
    await office.crosschq.set_knobs(fail_after_write=1000, match="POST", lose_webhooks=1000)
    candidates = await every_candidate(office, 6)
    assert [one.name for one in await office.work()] == [*2 * ["Unconfirmed"], *4 * ["TryingAgain"]]
    await office.retry_now()
    assert _moves(await office.work()) == ["Unconfirmed", *3 * ["TryingAgain"]]
    await office.crosschq.set_knobs(fail_after_write=0)
    await office.retry_now()
    assert _moves(await office.work()) == 3 * ["RequestSent"]
    assert await requests(office, candidates) == 6 * [1]


async def test_whoever_is_held_back_for_days_is_given_up_and_told_of(office: Office) -> None:
    await office.crosschq.set_knobs(fail_status=503, fail_count=1000, retry_after="60", fail_after_write=1)
    _, held = await every_candidate(office, 2)
    await office.work()
    await office.retry_now()
    async with office.parts.database.transaction() as session:
        long_ago = office.parts.now() - office.parts.settings.give_up_after
        await session.execute(update(Delivery).values(first_attempt_at=long_ago))
    ran = await office.work_once()
    assert (ran.name, ran.delivery.state) == ("GivenUp", DeliveryState.DEAD)
    assert await office.status_tags(held) == ["Crosschq: not sent"]
    assert await requests(office, [held]) == [0]


def _moves(ran: list[Ran]) -> list[str]:
    return [one.name for one in ran if one.delivery.event == "candidateStageChange"]

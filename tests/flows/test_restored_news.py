"""A backup is restored, and Crosschq has news of a request that was sent since: they reach the profile all the same."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from flows.reconcile import Scope
from store.tables import ReferenceRequest, RequestState
from tests.flows.backups import Backup
from tests.flows.office import Office

pytestmark = pytest.mark.stack

END = {"cancel": RequestState.CANCELLED, "finish": RequestState.COMPLETED}


async def the_states(office: Office, candidate: dict[str, Any]) -> list[tuple[RequestState, str | None]]:
    async with office.parts.database.transaction() as session:
        rows = await session.scalars(
            select(ReferenceRequest)
            .where(ReferenceRequest.opportunity_id == candidate["id"])
            .order_by(ReferenceRequest.generation)
        )
        return [(row.state, row.crosschq_id) for row in rows]


async def has_the_report(office: Office, candidate: dict[str, Any], request_id: str) -> bool:
    files = await office.lever.files(candidate["id"])
    return files == [f"crosschq-report-{request_id}.pdf"]


async def asked_and_forgotten(office: Office) -> tuple[dict[str, Any], str]:
    """Asked and moved on in Lever, then a backup of before is restored: no look at Lever's stages finds this one."""
    candidate = await office.lever.meet_candidate()
    backup = await Backup.of(office.parts.database)
    await office.move(candidate)
    await office.work()
    await office.move(candidate, "On-site")
    await office.work()
    await backup.restore()
    return candidate, (await office.the_request(candidate))["id"]


async def test_a_request_that_only_its_profile_names_is_adopted_with_its_news(office: Office) -> None:
    candidate, request_id = await asked_and_forgotten(office)
    await office.act(request_id, "finish")
    await office.work()
    assert await the_states(office, candidate) == [(RequestState.COMPLETED, request_id)]
    assert await has_the_report(office, candidate, request_id)
    assert await office.status_tags(candidate) == ["Crosschq: complete"]
    assert await office.follow_up(candidate)


async def test_so_it_is_where_the_candidate_was_archived_since(office: Office) -> None:
    candidate, request_id = await asked_and_forgotten(office)
    await office.archive(candidate, "hired")
    await office.act(request_id, "finish")
    await office.work()
    assert await has_the_report(office, candidate, request_id)


@pytest.mark.parametrize("is_first_checked", [True, False])
@pytest.mark.parametrize("ended_by", ["cancel", "finish"])
async def test_news_of_a_second_request_come_where_only_the_first_is_known(
    office: Office, ended_by: str, *, is_first_checked: bool
) -> None:
    await office.connect_again(lambda text: f"{text}\n[requests]\nask_again_after_days = 1\n")
    candidate = await office.lever.meet_candidate()
    await office.move(candidate)
    await office.work()
    first = (await office.the_request(candidate))["id"]
    backup = await Backup.of(office.parts.database)
    await office.act(first, ended_by)
    await office.work()
    await a_week_passes(office)
    await office.move(candidate, "On-site")
    await office.move(candidate)
    await office.work()
    second = (await office.crosschq.requests_for(candidate["email"]))[0]["id"]
    assert second != first
    await backup.restore()
    if is_first_checked:
        await office.reconcile(Scope.CROSSCHQ)
        await office.work()
    await office.act(second, "finish")
    await office.work()
    await office.reconcile(Scope.CROSSCHQ)
    await office.work()
    assert await the_states(office, candidate) == [(END[ended_by], first), (RequestState.COMPLETED, second)]
    notes = await office.lever.notes(candidate["id"])
    assert sum("ended without a report" in note for note in notes) == (ended_by == "cancel")
    assert sum("report complete" in note for note in notes) == 1 + (ended_by == "finish")
    files = [f"crosschq-report-{one}.pdf" for one in (first, second)]
    assert sorted(await office.lever.files(candidate["id"])) == sorted(files[ended_by == "cancel" :])
    assert await office.status_tags(candidate) == ["Crosschq: complete"]


async def a_week_passes(office: Office) -> None:
    async with office.parts.database.transaction() as session:
        long_ago = office.parts.now() - timedelta(days=7)
        ended = ReferenceRequest.ended_at.is_not(None)
        await session.execute(
            update(ReferenceRequest).where(ended).values(created_at=long_ago, ended_at=long_ago)
        )


async def made_by_hand(office: Office, email: str) -> None:
    async with httpx.AsyncClient() as http:
        answer = await http.post(
            f"{office.crosschq.url}/partners/reference-request/",
            headers={"Authorization": "crosschq-sandbox-key"},
            json={
                "candidate": {"first_name": "Imre", "last_name": "Else", "email": email},
                "jobrole": "general",
                "requestor": "somebody@employer.test",
                "config_params": {"managers": 1, "peers": 1},
                "job_position": "Gardener",
            },
        )
    assert answer.is_success, answer.text
    await office.crosschq_app.state.outbox.idle()


async def test_one_made_by_hand_in_crosschq_is_left_alone(office: Office) -> None:
    candidate, _ = await asked_and_forgotten(office)
    await made_by_hand(office, candidate["email"])
    [ran] = await office.work()
    assert "not started from Lever" in ran.outcome
    assert await the_states(office, candidate) == []


async def test_a_strangers_costs_lever_one_question(office: Office) -> None:
    await made_by_hand(office, "imre@else.test")
    office.lever_app.state.lever.ledger.clear()
    [ran] = await office.work()
    assert "not started from Lever" in ran.outcome
    calls = office.lever_app.state.lever.ledger.calls()
    # Asked once with and once without what is confidential, which this key may not see.
    assert [call.path for call in calls] == ["/v1/opportunities"] * 2


async def test_a_request_whose_end_is_shown_is_found_long_after(office: Office) -> None:
    candidate, request_id = await asked_and_forgotten(office)
    await office.minutes_later(int(timedelta(days=20).total_seconds() // 60))
    await office.act(request_id, "cancel")
    await office.work()
    assert await the_states(office, candidate) == [(RequestState.CANCELLED, request_id)]
    assert await office.status_tags(candidate) == ["Crosschq: ended without report"]

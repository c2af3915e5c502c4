"""What Crosschq's webhooks lead to on the Lever profile: status, report, and nothing twice."""

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import update

from store.tables import Delivery, DeliveryState
from tests.flows.office import Office

pytestmark = pytest.mark.stack


async def a_request_sent(office: Office, like: str = "plain") -> tuple[dict[str, str], str]:
    candidate = await office.lever.meet_candidate(like)
    await office.move(candidate)
    await office.work()
    return candidate, (await office.the_request(candidate))["id"]


async def test_the_status_tag_follows_and_old_ones_go(office: Office) -> None:
    candidate, request_id = await a_request_sent(office)
    await office.act(request_id, "self_reference", "add_references", "answer_next")
    await office.work()
    assert await office.status_tags(candidate) == ["Crosschq: 1 of 3"]
    await office.act(request_id, "answer_next")
    await office.work()
    assert await office.status_tags(candidate) == ["Crosschq: 2 of 3"]


async def test_tags_of_recruiters_stay_even_if_they_look_like_ours(office: Office) -> None:
    candidate, request_id = await a_request_sent(office)
    await office.lever.tag(candidate["id"], "Crosschq: ask Ada")
    await office.act(request_id, "finish")
    await office.work()
    assert set(await office.status_tags(candidate)) == {"Crosschq: ask Ada", "Crosschq: complete"}


@pytest.mark.in_prefect
async def test_the_report_comes_as_link_file_and_note(office: Office) -> None:
    candidate, request_id = await a_request_sent(office)
    await office.act(request_id, "finish")
    await office.work()
    opportunity = await office.lever.opportunity(candidate["id"])
    notes = await office.lever.notes(candidate["id"])
    assert [link for link in opportunity["links"] if request_id in link] == [
        f"{office.crosschq.url}/reports/{request_id}"
    ]
    assert await office.lever.files(candidate["id"]) == [f"crosschq-report-{request_id}.pdf"]
    assert sum("report complete: 3 of 3 references answered" in note for note in notes) == 1
    assert await office.status_tags(candidate) == ["Crosschq: complete"]


async def test_a_report_told_again_is_shown_once(office: Office) -> None:
    candidate, request_id = await a_request_sent(office)
    await office.crosschq.set_knobs(duplicate_webhooks=100)
    await office.act(request_id, "finish")
    await office.work()
    log = office.crosschq_app.state.outbox.log()
    office.crosschq_app.state.outbox.rerun(log[-1].id)
    await office.crosschq_app.state.outbox.idle()
    await office.work()
    assert len(await office.lever.files(candidate["id"])) == 1
    assert len(await office.lever.notes(candidate["id"])) == 2
    assert len((await office.lever.opportunity(candidate["id"]))["links"]) == 1


@pytest.mark.parametrize("path", ["addLinks", "files", "notes"])
async def test_a_lever_silent_after_taking_the_report_gets_it_once(office: Office, path: str) -> None:
    candidate, request_id = await a_request_sent(office)
    await office.lever.set_knobs(hang_after_write=1, hang_seconds=0.2, match=f"POST .*/{path}")
    await office.act(request_id, "finish")
    await office.work()
    assert len(await office.lever.files(candidate["id"])) == 1
    assert len(await office.lever.notes(candidate["id"])) == 2
    assert len((await office.lever.opportunity(candidate["id"]))["links"]) == 1


async def test_one_person_with_two_opportunities_has_each_report_once(office: Office) -> None:
    candidate, request_id = await a_request_sent(office)
    await office.act(request_id, "finish")
    await office.work()
    opportunity = await office.lever.opportunity(candidate["id"])
    second = await office.lever.second_opportunity(opportunity)
    await office.move(second)
    await office.work()
    requests = await office.crosschq.requests_for(candidate["email"])
    await office.act(requests[0]["id"], "finish")
    await office.work()
    links = (await office.lever.opportunity(candidate["id"]))["links"]
    assert sorted(links) == sorted({f"{office.crosschq.url}/reports/{r['id']}" for r in requests})
    assert len(links) == 2


async def test_a_report_link_to_a_foreign_host_is_not_put_on_the_profile(office: Office) -> None:
    candidate, request_id = await a_request_sent(office)
    await office.crosschq.say("report-host", base="https://reports.evil.test")
    await office.act(request_id, "finish")
    await office.work()
    notes = await office.lever.notes(candidate["id"])
    assert (await office.lever.opportunity(candidate["id"]))["links"] == []
    assert await office.lever.files(candidate["id"]) == []
    assert sum("not among the trusted hosts" in note for note in notes) == 1
    assert await office.status_tags(candidate) == ["Crosschq: complete"]


@pytest.mark.parametrize(("kind", "says"), [("huge", "larger than"), ("redirect", "not followed")])
async def test_a_report_that_is_no_pdf_is_linked_but_not_attached(
    office: Office, kind: str, says: str
) -> None:
    candidate, request_id = await a_request_sent(office)
    await office.crosschq.say("report-kind", kind=kind)
    await office.act(request_id, "finish")
    await office.work()
    notes = await office.lever.notes(candidate["id"])
    assert await office.lever.files(candidate["id"]) == []
    assert sum(says in note for note in notes) == 1
    assert len((await office.lever.opportunity(candidate["id"]))["links"]) == 1


@pytest.mark.parametrize(("kind", "says"), [("down", "answered 503"), ("html", "not a PDF")])
async def test_a_pdf_that_does_not_come_holds_back_neither_link_nor_for_ever_the_summary(
    office: Office, kind: str, says: str
) -> None:
    candidate, request_id = await a_request_sent(office)
    await office.crosschq.say("report-kind", kind=kind)
    await office.act(request_id, "finish")
    (ran,) = await office.work()
    assert ran.name == "TryingAgain"
    assert len((await office.lever.opportunity(candidate["id"]))["links"]) == 1
    async with office.parts.database.transaction() as session:
        an_hour_ago = office.parts.now() - timedelta(minutes=61)
        await session.execute(
            update(Delivery).values(next_attempt_at=an_hour_ago, first_attempt_at=an_hour_ago)
        )
    await office.work()
    assert await office.status_tags(candidate) == ["Crosschq: complete"]
    [note] = [one for one in await office.lever.notes(candidate["id"]) if "report complete" in one]
    assert "for an hour its host" in note
    assert says in note
    assert await office.lever.files(candidate["id"]) == []


async def test_a_pdf_that_comes_a_minute_later_is_attached_once(office: Office) -> None:
    candidate, request_id = await a_request_sent(office)
    await office.crosschq.say("report-kind", kind="html")
    await office.act(request_id, "finish")
    assert [one.name for one in await office.work()] == ["TryingAgain"]
    await office.crosschq.say("report-kind", kind="pdf")
    await office.retry_now()
    await office.work()
    assert len(await office.lever.files(candidate["id"])) == 1
    assert await office.status_tags(candidate) == ["Crosschq: complete"]


async def test_a_cancelled_request_is_shown_and_can_be_asked_anew(office: Office) -> None:
    candidate, request_id = await a_request_sent(office)
    await office.act(request_id, "cancel")
    await office.work()
    assert await office.status_tags(candidate) == ["Crosschq: ended without report"]
    await office.move(candidate, "On-site")
    await office.move(candidate)
    assert (await office.work_once()).name == "RequestSent"
    assert await office.status_tags(candidate) == ["Crosschq: sent"]
    assert len(await office.crosschq.requests_for(candidate["email"])) == 2


async def test_lost_and_reordered_webhooks_end_in_the_same_picture(office: Office) -> None:
    candidate, request_id = await a_request_sent(office)
    await office.crosschq.set_knobs(lose_webhooks=3, reorder_webhooks=2)
    await office.act(
        request_id, "self_reference", "add_references", "answer_next", "answer_next", "answer_next"
    )
    await office.work()
    assert await office.status_tags(candidate) == ["Crosschq: complete"]
    assert len(await office.lever.files(candidate["id"])) == 1


async def test_a_request_not_started_from_lever_is_left_alone(office: Office) -> None:
    async with httpx.AsyncClient() as http:
        answer = await http.post(
            f"{office.crosschq.url}/partners/reference-request/",
            headers={"Authorization": "crosschq-sandbox-key"},
            json={
                "candidate": {"first_name": "Imre", "last_name": "Else", "email": "imre@else.test"},
                "jobrole": "general",
                "requestor": "somebody@employer.test",
                "config_params": {"managers": 1, "peers": 1},
                "job_position": "Gardener",
            },
        )
    assert answer.is_success, answer.text
    await office.crosschq_app.state.outbox.idle()
    (ran,) = await office.work()
    assert ran.delivery.state is DeliveryState.IGNORED
    assert "not started from Lever" in ran.outcome


async def test_every_delivery_ends_with_a_reason(office: Office) -> None:
    _, request_id = await a_request_sent(office)
    await office.act(request_id, "finish")
    await office.work()
    deliveries = await office.deliveries()
    assert {delivery.state for delivery in deliveries} <= {DeliveryState.DONE, DeliveryState.IGNORED}
    assert all(delivery.outcome for delivery in deliveries)

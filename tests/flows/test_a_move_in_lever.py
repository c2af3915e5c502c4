"""What a move to the Crosschq stage leads to, as seen in Lever, in Crosschq and in the inbox."""

import pytest
from sqlalchemy import update

from store.tables import Delivery, DeliveryState
from tasks.deleted_opportunities import MISSING_FOR
from tests.flows.office import Office

pytestmark = pytest.mark.stack


@pytest.mark.in_prefect
async def test_a_move_sends_one_request_with_everything_crosschq_needs(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.move(candidate)
    ran = await office.work_once()
    request = await office.the_request(candidate)
    assert ran.name == "RequestSent"
    assert request["jobrole"] == "software-engineer"
    assert {kind: n for kind, n in request["config_params"].items() if n} == {"managers": 1, "peers": 2}
    assert request["requestor"].endswith("@employer.example")
    assert request["hiring_manager"]["email"].endswith("@employer.example")
    assert await office.status_tags(candidate) == ["Crosschq: sent"]
    assert len(await office.lever.notes(candidate["id"])) == 1


async def test_the_template_may_be_chosen_by_a_tag_that_only_the_posting_has(office: Office) -> None:
    candidate = await office.lever.meet_candidate("sales")
    await office.move(candidate)
    await office.work()
    assert (await office.the_request(candidate))["jobrole"] == "sales-representative"


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("no_email", "no usable e-mail address"),
        ("archived", "archived"),
        ("anonymised", "anonymised"),
        ("no_template_tag", "no template matches"),
        ("two_template_tags", "several templates match: 'Engineers', 'Sales'"),
    ],
)
async def test_who_cannot_be_asked_about_gets_a_tag_and_a_note_that_says_why(
    office: Office, kind: str, says: str
) -> None:
    candidate = await office.lever.meet_candidate(kind)
    await office.move(candidate)
    ran = await office.work_once()
    (note,) = await office.lever.notes(candidate["id"])
    assert ran.name == "NotSent"
    assert says in note
    assert says in ran.outcome
    assert await office.status_tags(candidate) == ["Crosschq: not sent"]
    assert not office.crosschq_calls()


@pytest.mark.parametrize(
    "kind",
    [
        "one_word_name",
        "unicode_name",
        "very_long_name",
        "no_posting",
        "no_owner",
        "owner_deactivated",
        "odd_phone",
        "no_hiring_manager",
    ],
)
async def test_odd_candidates_are_asked_about_all_the_same(office: Office, kind: str) -> None:
    candidate = await office.lever.meet_candidate(kind)
    await office.move(candidate)
    ran = await office.work_once()
    assert ran.name == "RequestSent", ran.outcome
    request = await office.the_request(candidate)
    assert request["candidate"]["first_name"]
    assert request["candidate"]["last_name"]


async def test_a_confidential_opportunity_without_access_is_explained_in_the_inbox(office: Office) -> None:
    candidate = await office.lever.meet_candidate("confidential")
    await office.move(candidate)
    ran = await office.work_once()
    assert ran.name == "NotSent"
    assert "made with access to confidential data" in ran.outcome
    assert not office.crosschq_calls()


async def test_a_candidate_moved_on_before_the_run_starts_is_left_alone(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.move(candidate)
    await office.move(candidate, "On-site")
    ran = await office.work_once()
    assert ran.delivery.state is DeliveryState.IGNORED
    assert "On-site" in ran.outcome
    assert not office.crosschq_calls()
    assert not await office.status_tags(candidate)


async def test_a_move_to_another_stage_is_recorded_and_starts_nothing(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.move(candidate, "Phone screen")
    assert await office.work() == []
    (delivery,) = await office.deliveries()
    assert delivery.state is DeliveryState.IGNORED
    assert delivery.outcome == "Ignored: stage 'Phone screen' is not a trigger stage."


async def test_moved_in_twice_within_a_second_sends_one_request(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.move(candidate, times=2)
    ran = [one for one in await office.work() if one.delivery.event == "candidateStageChange"]
    await office.the_request(candidate)
    assert [one.name for one in ran] == ["RequestSent", "Ignored"]
    assert len(await office.lever.notes(candidate["id"])) == 1


async def test_moved_in_again_while_a_request_is_open_gets_a_note_and_no_second_request(
    office: Office,
) -> None:
    candidate = await office.lever.meet_candidate()
    await office.move(candidate)
    await office.work()
    await office.move(candidate, "On-site")
    await office.move(candidate)
    ran = await office.work_once()
    notes = await office.lever.notes(candidate["id"])
    await office.the_request(candidate)
    assert ran.name == "NotedOnly"
    assert sum("already open" in note for note in notes) == 1
    assert await office.status_tags(candidate) == ["Crosschq: sent"]


async def test_moving_again_after_the_problem_is_solved_sends_the_request(office: Office) -> None:
    candidate = await office.lever.meet_candidate("no_template_tag")
    await office.move(candidate)
    await office.work()
    await office.lever.tag(candidate["id"], "crosschq-engineer")
    await office.move(candidate, "On-site")
    await office.move(candidate)
    ran = await office.work_once()
    assert ran.name == "RequestSent"
    assert await office.status_tags(candidate) == ["Crosschq: sent"]


async def test_lever_sending_the_same_webhook_twice_makes_one_run(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.lever.set_knobs(duplicate_webhooks=1)
    await office.move(candidate)
    await office.work_once()
    await office.the_request(candidate)


async def test_a_posting_that_this_key_may_not_see_does_not_stop_the_request(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.lever.tag(candidate["id"], "crosschq-engineer")
    await office.lever.set_knobs(fail_status=403, fail_count=1, match="GET .*/postings/")
    await office.move(candidate)
    ran = await office.work_once()
    assert ran.name == "RequestSent", ran.outcome
    assert (await office.the_request(candidate))["job_position"] == "Engineers"


async def test_the_fallback_template_is_used_when_no_tag_matches(office: Office) -> None:
    await office.connect_again(lambda text: text.replace('lever_tag = "crosschq-sales"', "fallback = true"))
    candidate = await office.lever.meet_candidate("no_template_tag")
    await office.move(candidate)
    await office.work()
    assert (await office.the_request(candidate))["jobrole"] == "sales-representative"


async def test_moved_in_again_after_the_report_gets_a_note_only(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.move(candidate)
    await office.work()
    await office.act((await office.the_request(candidate))["id"], "finish")
    await office.work()
    await office.move(candidate, "On-site")
    await office.move(candidate)
    assert (await office.work_once()).name == "NotedOnly"
    await office.the_request(candidate)
    assert await office.status_tags(candidate) == ["Crosschq: complete"]


async def test_a_deleted_opportunity_is_left_alone(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.move(candidate)
    await office.lever.delete(candidate["id"])
    ran = await office.work_once()
    assert ran.delivery.state is DeliveryState.IGNORED
    assert "does not exist" in ran.outcome


async def test_a_404_that_passes_loses_no_move(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.move(candidate)
    await office.lever.set_knobs(fail_status=404, fail_count=2, match=f"GET .*{candidate['id']}")
    ran = await office.work_once()
    assert (ran.name, ran.delivery.state) == ("TryingAgain", DeliveryState.WAITING)
    await office.retry_now()
    assert (await office.work_once()).name == "RequestSent"


async def test_a_404_that_stays_is_believed_after_an_hour(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.move(candidate)
    await office.lever.set_knobs(fail_status=404, fail_count=1000, match=f"GET .*{candidate['id']}")
    assert (await office.work_once()).name == "TryingAgain"
    async with office.parts.database.transaction() as session:
        await session.execute(
            update(Delivery).values(first_attempt_at=Delivery.first_attempt_at - MISSING_FOR)
        )
    await office.retry_now()
    ran = await office.work_once()
    assert ran.delivery.state is DeliveryState.IGNORED
    assert "does not exist in Lever any more" in ran.outcome


async def test_what_lever_lists_as_deleted_is_not_waited_for(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.move(candidate)
    await office.lever.set_knobs(lose_webhooks=100)
    await office.lever.delete(candidate["id"])
    assert (await office.work_once()).delivery.state is DeliveryState.IGNORED

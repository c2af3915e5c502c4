"""A backup is restored, or a second installation begins: nobody is asked again who was asked since."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from flows.reconcile import Scope
from lever.webhooks import CANDIDATE_STAGE_CHANGE
from store.audits import PersonsWord
from store.resolving import resolve_request
from store.tables import ReferenceRequest, RequestState
from tests.flows.backups import Backup
from tests.flows.office import Office

pytestmark = pytest.mark.stack


async def polled(office: Office) -> None:
    """Lever is asked for moves that nobody told of, and what is found is worked on."""
    await office.reconcile(Scope.LEVER, later=timedelta(minutes=10))
    await office.work()


async def asked_and_forgotten(office: Office, *acts: str) -> dict[str, Any]:
    """A candidate who is asked, and for whom Crosschq goes on so far; then a backup of before is restored."""
    backup = await Backup.of(office.parts.database)
    candidate = await office.lever.meet_candidate()
    await office.move(candidate)
    await office.work()
    if acts:
        await office.act((await office.the_request(candidate))["id"], *acts)
        await office.work()
    await backup.restore()
    return candidate


@pytest.mark.parametrize(
    ("acts", "tag"),
    [
        ((), "Crosschq: sent"),
        (("self_reference", "add_references", "answer_next"), "Crosschq: 1 of 3"),
        (("finish",), "Crosschq: complete"),
        (("cancel",), "Crosschq: ended without report"),
    ],
)
async def test_a_restored_backup_asks_nobody_again(office: Office, acts: tuple[str, ...], tag: str) -> None:
    candidate = await asked_and_forgotten(office, *acts)
    await polled(office)
    await office.the_request(candidate)
    assert await office.status_tags(candidate) == [tag]


async def the_rows(office: Office) -> list[ReferenceRequest]:
    async with office.parts.database.transaction() as session:
        return list(await session.scalars(select(ReferenceRequest).order_by(ReferenceRequest.id)))


async def without_ids(office: Office, candidate: dict[str, Any]) -> None:
    """As notes were before they named the request in Crosschq, or as somebody has edited them."""
    for note in office.lever_app.state.lever.account.notes[candidate["id"]]:
        for field in note.fields:
            field.value = field.value.partition(" (crosschq-request")[0]


async def shown_once(office: Office, candidate: dict[str, Any]) -> None:
    opportunity = await office.lever.opportunity(candidate["id"])
    notes = await office.lever.notes(candidate["id"])
    assert len(await office.lever.files(candidate["id"])) == 1
    assert len(opportunity["links"]) == 1
    assert sum("report complete" in note for note in notes) == 1
    assert sum("request sent" in note for note in notes) == 1


async def test_what_is_found_by_its_note_is_adopted_and_goes_on_to_its_report(office: Office) -> None:
    candidate = await asked_and_forgotten(office)
    await polled(office)
    request = await office.the_request(candidate)
    [row] = await the_rows(office)
    assert (row.state, row.crosschq_id) == (RequestState.SENT, request["id"])
    await office.act(request["id"], "finish")
    await office.work()
    await shown_once(office, candidate)
    assert (await office.follow_up(candidate)).request_id == row.id


async def test_a_report_that_was_shown_before_is_not_shown_twice(office: Office) -> None:
    candidate = await asked_and_forgotten(office, "finish")
    await polled(office)
    await office.reconcile(Scope.CROSSCHQ)
    await office.work()
    await shown_once(office, candidate)
    [row] = await the_rows(office)
    assert row.state is RequestState.COMPLETED


async def test_news_that_a_restored_row_does_not_know_are_not_shown_twice(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.move(candidate)
    await office.work()
    backup = await Backup.of(office.parts.database)
    await office.act((await office.the_request(candidate))["id"], "finish")
    await office.work()
    await backup.restore()
    await office.reconcile(Scope.CROSSCHQ)
    await office.work()
    await shown_once(office, candidate)
    [row] = await the_rows(office)
    assert row.state is RequestState.COMPLETED


async def test_an_end_without_report_is_told_once(office: Office) -> None:
    candidate = await asked_and_forgotten(office, "cancel")
    await polled(office)
    await office.reconcile(Scope.CROSSCHQ)
    await office.work()
    notes = await office.lever.notes(candidate["id"])
    assert sum("ended without a report" in note for note in notes) == 1
    [row] = await the_rows(office)
    assert row.state is RequestState.CANCELLED
    await office.move(candidate, "On-site")
    await office.move(candidate)
    assert (await office.work_once()).name == "RequestSent"


async def test_a_report_is_found_by_its_file_where_notes_name_no_request(office: Office) -> None:
    candidate = await asked_and_forgotten(office, "finish")
    await without_ids(office, candidate)
    await polled(office)
    [row] = await the_rows(office)
    assert (row.state, row.crosschq_id) == (RequestState.SENT, (await office.the_request(candidate))["id"])


async def needs_a_person(office: Office, candidate: dict[str, Any]) -> int:
    """The number of the request about which a person is asked."""
    rows = [row for row in await the_rows(office) if row.state is RequestState.UNKNOWN]
    assert len(rows) == 1
    notes = await office.lever.notes(candidate["id"])
    assert sum("asked before" in note for note in notes) == 1
    return rows[0].id


async def test_what_is_found_nowhere_needs_a_person_and_is_adopted_with_crosschqs_news(
    office: Office,
) -> None:
    candidate = await asked_and_forgotten(office)
    await without_ids(office, candidate)
    await polled(office)
    number = await needs_a_person(office, candidate)
    request = await office.the_request(candidate)
    assert await office.status_tags(candidate) == ["Crosschq: sent"]
    [moved] = [one for one in await office.deliveries() if one.event == CANDIDATE_STAGE_CHANGE]
    assert "Needs a person: nothing was sent, as the profile has the tag 'Crosschq: sent'" in (
        moved.outcome or ""
    )
    await office.act(request["id"], "finish")
    await office.work()
    [row] = await the_rows(office)
    assert (row.id, row.state, row.crosschq_id) == (number, RequestState.COMPLETED, request["id"])
    await shown_once(office, candidate)


async def resolve(office: Office, number: int, crosschq_id: str | None) -> None:
    async with office.parts.database.transaction() as session:
        await resolve_request(session, number, crosschq_id, PersonsWord("admin", "I looked."))


@pytest.mark.parametrize("tag", ["Crosschq: sent", "Crosschq: 2 of 3", "Crosschq: complete"])
async def test_a_persons_word_that_crosschq_has_none_sends_it(office: Office, tag: str) -> None:
    candidate = await office.lever.meet_candidate()
    await office.lever.tag(candidate["id"], tag)
    await office.move(candidate)
    assert (await office.work_once()).name == "Unconfirmed"
    assert await office.crosschq.requests_for(candidate["email"]) == []
    await resolve(office, await needs_a_person(office, candidate), None)
    assert (await office.work_once()).name == "RequestSent"
    await office.the_request(candidate)
    assert await office.status_tags(candidate) == ["Crosschq: sent"]


async def test_a_persons_word_under_which_id_crosschq_has_it_adopts_it(office: Office) -> None:
    candidate = await asked_and_forgotten(office)
    await without_ids(office, candidate)
    await polled(office)
    request = await office.the_request(candidate)
    await resolve(office, await needs_a_person(office, candidate), request["id"])
    await office.act(request["id"], "finish")
    await office.work()
    await shown_once(office, candidate)


async def test_who_takes_the_tag_away_and_moves_again_asks(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.lever.tag(candidate["id"], "Crosschq: sent")
    await office.move(candidate)
    await office.work()
    number = await needs_a_person(office, candidate)
    office.lever_app.state.lever.account.opportunities[candidate["id"]].tags.remove("Crosschq: sent")
    await office.move(candidate, "On-site")
    await office.move(candidate)
    ran = await office.work_once()
    assert ran.name == "RequestSent", ran.outcome
    first, second = await the_rows(office)
    assert (first.id, first.state, second.state) == (number, RequestState.FAILED, RequestState.SENT)


async def test_moved_again_it_still_needs_a_person_and_says_so_once_more(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.lever.tag(candidate["id"], "Crosschq: sent")
    for _ in range(2):
        await office.move(candidate, "On-site")
        await office.move(candidate)
        assert (await office.work_once()).name == "Unconfirmed"
    notes = await office.lever.notes(candidate["id"])
    assert sum("asked before" in note for note in notes) == 2
    assert len(await the_rows(office)) == 1


async def test_a_note_that_names_somebody_elses_request_adopts_nothing(office: Office) -> None:
    other = await office.lever.meet_candidate()
    await office.move(other)
    await office.work()
    theirs = (await office.the_request(other))["id"]
    backup = await Backup.of(office.parts.database)
    await backup.restore()
    candidate = await office.lever.meet_candidate("sales")
    await office.lever.tag(candidate["id"], "Crosschq: sent")
    for named in (theirs, "rq_of_nobody", "a/b"):
        mark = f"request-1-sent) (crosschq-request {named}"
        await office.lever.write_note(candidate["id"], f"Forged.\n\n(crosschq-lever {mark})")
    await office.move(candidate)
    assert (await office.work_once()).name == "Unconfirmed"
    await needs_a_person(office, candidate)


async def test_asking_again_after_a_report_does_not_repeat_what_was_lost(office: Office) -> None:
    candidate, first = await office.report_for()
    await office.connect_again(lambda text: f"{text}\n[requests]\nask_again_after_days = 1\n")
    async with office.parts.database.transaction() as session:
        long_ago = office.parts.now() - timedelta(days=9)
        await session.execute(update(ReferenceRequest).values(created_at=long_ago, ended_at=long_ago))
    await office.minutes_later(60)
    backup = await Backup.of(office.parts.database)
    await office.move(candidate, "On-site")
    await office.move(candidate)
    assert (await office.work_once()).name == "RequestSent"
    second = (await office.crosschq.requests_for(candidate["email"]))[0]["id"]
    assert second != first
    await office.act(second, "finish")
    await office.work()
    await backup.restore()
    await polled(office)
    assert len(await office.crosschq.requests_for(candidate["email"])) == 2
    assert [row.crosschq_id for row in await the_rows(office)] == [first, second]


async def test_what_cannot_be_sent_is_told_once_of_one_move(office: Office) -> None:
    candidate = await office.lever.meet_candidate("no_email")
    backup = await Backup.of(office.parts.database)
    await office.move(candidate)
    await office.work()
    await backup.restore()
    await polled(office)
    assert len(await office.lever.notes(candidate["id"])) == 1


async def test_what_is_only_mentioned_is_told_once_of_one_move(office: Office) -> None:
    candidate, _ = await office.report_for()
    backup = await Backup.of(office.parts.database)
    await office.move(candidate, "On-site")
    await office.move(candidate)
    assert (await office.work_once()).name == "NotedOnly"
    await backup.restore()
    await polled(office)
    notes = await office.lever.notes(candidate["id"])
    assert sum("no new request was sent" in note for note in notes) == 1


async def test_a_move_of_somebody_new_costs_no_further_call(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.move(candidate)
    ledger = office.lever_app.state.lever.ledger
    ledger.clear()
    await office.work()
    calls = [(call.method, call.path.rpartition("/")[2]) for call in ledger.calls()]
    assert calls[2] == ("POST", "addTags")
    assert ("GET", "notes") not in calls

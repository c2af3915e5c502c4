"""Deleted in Lever: nothing of the candidate is left, in our store and in Prefect's, and nothing comes back."""

import pytest
from prefect.client.orchestration import PrefectClient

from flows import casework
from store.tables import DeliveryState
from tests.flows.erasing import TidyOffice, naming
from tests.flows.office import Office

pytestmark = [pytest.mark.stack, pytest.mark.in_prefect]


@pytest.fixture
async def tidy(office: Office) -> TidyOffice:
    return TidyOffice(office)


async def test_nothing_of_the_person_is_left_in_either_database(tidy: TidyOffice) -> None:
    candidate, texts = await tidy.whole_story()
    assert {row.partition(":")[0] for row in naming(texts, await tidy.in_store())} >= {"delivery", "effect"}
    assert {row.partition(":")[0] for row in naming(texts, await tidy.in_prefect())} >= {
        *("flow_run", "task_run", "log", "artifact", "artifact_collection", "events", "event_resources"),
    }
    await tidy.delete(candidate)
    ran = await tidy.work()
    assert [one.name for one in ran] == ["Superseded", "Erased"]
    assert naming(texts, await tidy.in_store()) == []
    assert naming(texts, await tidy.in_prefect()) == []


async def test_nothing_is_left_in_what_an_automation_remembers(tidy: TidyOffice) -> None:
    async with tidy.watched_by_an_automation():
        candidate, request_id = await tidy.office.report_for()
        await tidy.events_are_written()
        names = [candidate["id"], request_id]
        remembered = {row.partition(":")[0] for row in naming(names, await tidy.in_prefect())}
        assert remembered >= {"automation_bucket", "automation_held_event"}
        await tidy.delete(candidate)
        await tidy.work()
        assert naming(names, await tidy.in_prefect()) == []


async def test_what_remains_says_that_somebody_was_erased_and_not_whom(tidy: TidyOffice) -> None:
    candidate, _ = await tidy.whole_story()
    await tidy.delete(candidate)
    await tidy.work()
    [carrier] = await tidy.office.deliveries()
    digest = tidy.office.parts.vault.blind_index(f"opportunity:{candidate['id']}")
    assert (carrier.state, carrier.subject) == (DeliveryState.DONE, f"erased:{digest}")
    assert carrier.outcome
    assert "a person asks for it there" in carrier.outcome
    audits = [row for row in await tidy.in_store() if row.startswith("audit:") and digest in row]
    assert any("Erased here: " in row for row in audits)


async def test_later_webhooks_from_either_vendor_are_not_recorded(tidy: TidyOffice) -> None:
    candidate, request_id = await tidy.office.report_for()
    await tidy.delete(candidate)
    await tidy.work()
    lever, crosschq = tidy.office.lever_app.state.lever.outbox, tidy.office.crosschq_app.state.outbox
    for outbox, wanted in ((lever, candidate["id"]), (crosschq, request_id)):
        told = next(one for one in outbox.log() if wanted in str(one.body))
        outbox.rerun(told.id)
        await outbox.idle()
        assert told.tries[-1].status == 200
    assert [one.event for one in await tidy.office.deliveries()] == ["candidateDeleted"]


async def test_what_lever_still_has_is_not_erased(tidy: TidyOffice) -> None:
    candidate = await tidy.office.lever.meet_candidate()
    await tidy.office.move(candidate)
    await tidy.office.work()
    await tidy.say_deleted(candidate)
    [ran] = await tidy.office.work()
    assert (ran.name, ran.outcome) == ("Ignored", "Ignored: Lever still has it.")
    assert naming([candidate["id"]], await tidy.in_store())


async def test_others_keep_what_is_theirs(tidy: TidyOffice) -> None:
    deleted, _ = await tidy.office.report_for()
    other, _ = await tidy.office.report_for()
    before = len(naming([other["id"]], await tidy.in_store()))
    await tidy.delete(deleted)
    await tidy.work()
    assert len(naming([other["id"]], await tidy.in_store())) == before
    kinds = {row.partition(":")[0] for row in naming([other["id"]], await tidy.in_prefect())}
    assert kinds >= {"flow_run", "log", "artifact", "artifact_collection", "events", "event_resources"}


async def test_an_attempt_cut_off_in_prefect_leaves_the_next_one_all_it_needs(
    tidy: TidyOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate, request_id = await tidy.office.report_for()
    await tidy.delete(candidate)
    with monkeypatch.context() as patched:
        patched.setattr(PrefectClient, "delete_flow_run", refuse)
        [cut_off] = await tidy.office.work()
    assert cut_off.state.is_failed()
    await tidy.nothing_waits()
    assert [one.name for one in await tidy.work()] == ["Superseded", "Erased"]
    assert naming([candidate["id"], request_id], await tidy.in_store() + await tidy.in_prefect()) == []


async def test_an_attempt_cut_off_before_it_could_finish_is_finished_by_the_next(
    tidy: TidyOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = await tidy.office.lever.meet_candidate()
    await tidy.delete(candidate)
    with monkeypatch.context() as patched:
        patched.setattr(casework, "finish", refuse)
        [cut_off] = await tidy.office.work()
    assert cut_off.state.is_failed()
    assert naming([candidate["id"]], await tidy.in_store()) == []
    await tidy.nothing_waits()
    [ran] = await tidy.work()
    assert (ran.name, ran.delivery.state) == ("Erased", DeliveryState.DONE)


async def test_a_look_at_levers_list_finds_a_deletion_that_no_webhook_told_of(tidy: TidyOffice) -> None:
    candidate = await tidy.office.lever.meet_candidate()
    await tidy.office.move(candidate)
    await tidy.office.work()
    await tidy.delete(candidate)
    await tidy.lose_word_of_deletion()
    assert [await tidy.look_at_deleted() for _ in range(2)] == [1, 0]
    assert [one.name for one in await tidy.work()] == ["Superseded", "Erased"]
    assert await tidy.look_at_deleted() == 0
    assert naming([candidate["id"]], await tidy.in_store() + await tidy.in_prefect()) == []


async def test_of_strangers_whom_lever_deleted_the_look_takes_no_note(tidy: TidyOffice) -> None:
    candidate = await tidy.office.lever.meet_candidate()
    await tidy.delete(candidate)
    await tidy.lose_word_of_deletion()
    assert await tidy.look_at_deleted() == 0
    assert await tidy.office.deliveries() == []


async def test_into_a_prefect_of_the_admins_own_nobody_reaches_by_sql(tidy: TidyOffice) -> None:
    tidy.prefect_is_the_admins()
    candidate, request_id = await tidy.office.report_for()
    await tidy.delete(candidate)
    erased = (await tidy.work())[-1]
    assert erased.name == "Erased"
    assert "its events about the runs go with its own retention" in erased.outcome
    left = {row.partition(":")[0] for row in naming([candidate["id"], request_id], await tidy.in_prefect())}
    assert left == {"events", "event_resources"}


async def refuse(*_args: object, **_kwargs: object) -> None:
    raise RuntimeError("The process was killed here.")

"""A backup is restored: nobody is asked twice how it ended, and no outcome is told twice."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from flows.reconcile import Scope
from hiring.follow_ups import FollowUpState
from store.tables import Connection
from tests.flows.backups import Backup
from tests.flows.office import Office
from tests.flows.test_hired_in_lever import HIRED, NOT_HIRED, notes_about_outcome, outcome_tags, told

pytestmark = pytest.mark.stack

SETTLED = timedelta(minutes=11)


async def reported(office: Office) -> tuple[dict[str, Any], str, Backup]:
    """A candidate whose report is complete, Crosschq's id of the request, and a backup of then."""
    candidate, request_id = await office.report_for()
    return candidate, request_id, await Backup.of(office.parts.database)


async def asked(office: Office, candidate: dict[str, Any]) -> str:
    """The link that the owner got."""
    assert (await office.when_due(candidate)).name == "Asked"
    return await office.owner.link(office.mailbox.mails()[-1].id)


async def notes_about_asking(office: Office, candidate: dict[str, Any]) -> int:
    return sum("by e-mail on" in note for note in await office.lever.notes(candidate["id"]))


async def test_who_was_asked_since_gets_no_second_mail_and_can_still_answer(office: Office) -> None:
    candidate, request_id, backup = await reported(office)
    link = await asked(office, candidate)
    await backup.restore()
    assert (await office.when_due(candidate)).name == "Asked"
    assert len(office.mailbox.mails()) == 1
    assert await notes_about_asking(office, candidate) == 1
    assert (await office.follow_up(candidate)).state is FollowUpState.ASKED
    assert (await office.owner.answer(link, "not_hired")).status_code == 303
    await office.time_passes(SETTLED)
    await office.wake(candidate)
    assert await told(office.crosschq, request_id) == ["not_hired"]


async def test_who_was_reminded_since_gets_no_second_reminder(office: Office) -> None:
    candidate, _ = await office.report_for()
    await asked(office, candidate)
    backup = await Backup.of(office.parts.database)
    assert (await office.when_due(candidate)).name == "Reminded"
    await backup.restore()
    assert (await office.when_due(candidate)).name == "Reminded"
    assert len(office.mailbox.mails()) == 2
    assert await notes_about_asking(office, candidate) == 2


async def test_a_request_that_was_found_asks_nobody_twice(office: Office) -> None:
    before = await Backup.of(office.parts.database)
    candidate, _ = await office.report_for()
    await asked(office, candidate)
    await before.restore()
    await office.reconcile(Scope.LEVER, later=timedelta(minutes=10))
    await office.work()
    await office.reconcile(Scope.CROSSCHQ)
    await office.work()
    assert (await office.when_due(candidate)).name == "Asked"
    assert len(office.mailbox.mails()) == 1


@pytest.mark.parametrize("crosschq_takes_outcomes", [True, False])
async def test_an_answer_that_was_lost_is_not_asked_for_again(
    office: Office, *, crosschq_takes_outcomes: bool
) -> None:
    async with office.parts.database.transaction() as session:
        await session.execute(update(Connection).values(crosschq_takes_outcomes=crosschq_takes_outcomes))
    candidate, request_id, backup = await reported(office)
    link = await asked(office, candidate)
    await office.owner.answer(link, "not_hired")
    await office.time_passes(SETTLED)
    assert (await office.wake(candidate)).name == "FollowUpEnded"
    await office.work()
    await backup.restore()
    assert (await office.when_due(candidate)).name == "FollowUpEnded"
    await office.work()
    assert len(office.mailbox.mails()) == 1
    assert await told(office.crosschq, request_id) == (["not_hired"] if crosschq_takes_outcomes else [])
    assert await outcome_tags(office, candidate["id"]) == [NOT_HIRED]
    assert len(await notes_about_outcome(office, candidate["id"])) == 1


async def test_a_hire_that_was_lost_is_told_once(office: Office) -> None:
    candidate, request_id, backup = await reported(office)
    await office.archive(candidate)
    await office.work()
    await backup.restore()
    await office.reconcile(Scope.LEVER, later=timedelta(minutes=10))
    ran = await office.work()
    assert {one.delivery.event for one in ran} & {"candidateHired", "candidateArchiveChange"}
    assert await told(office.crosschq, request_id) == ["hired"]
    assert await outcome_tags(office, candidate["id"]) == [HIRED]
    assert len(await notes_about_outcome(office, candidate["id"])) == 1


async def test_a_request_that_was_cancelled_since_is_cancelled_once(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.move(candidate)
    await office.work()
    backup = await Backup.of(office.parts.database)
    await office.archive(candidate, "Withdrew")
    await office.work()
    await backup.restore()
    await office.reconcile(Scope.LEVER, later=timedelta(minutes=10))
    await office.work()
    assert sum("/cancel/" in call.path for call in office.crosschq_calls()) == 1
    notes = await office.lever.notes(candidate["id"])
    assert sum("was cancelled" in note for note in notes) == 1
    assert not any("please cancel it" in note for note in notes)


async def test_an_end_without_an_answer_is_told_once(office: Office) -> None:
    candidate, _ = await office.report_for()
    await asked(office, candidate)
    assert (await office.when_due(candidate)).name == "Reminded"
    backup = await Backup.of(office.parts.database)
    for _ in range(2):
        await backup.restore()
        assert (await office.when_due(candidate)).name == "FollowUpEnded"
    notes = await office.lever.notes(candidate["id"])
    assert sum("did not answer" in note for note in notes) == 1


async def test_that_a_request_cannot_be_cancelled_is_told_once(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.move(candidate)
    await office.work()
    await office.crosschq.set_knobs(cancel_call=False)
    backup = await Backup.of(office.parts.database)
    await office.archive(candidate, "Withdrew")
    await office.work()
    await backup.restore()
    await office.reconcile(Scope.LEVER, later=timedelta(minutes=10))
    await office.work()
    notes = await office.lever.notes(candidate["id"])
    assert sum("please cancel it in Crosschq" in note for note in notes) == 1

"""The note that comes with a report is for those who may read what references said, and never written twice."""

from typing import Any

import pytest

from flows.reconcile import Scope
from sandbox.lever.paperwork import Note, SecretNotes
from store.tables import EffectState
from tests.flows.backups import Backup
from tests.flows.office import Office, Ran
from tests.flows.test_unknown_outcomes import effects

pytestmark = pytest.mark.stack


def notes_of(office: Office, candidate: dict[str, Any]) -> list[Note]:
    """As Lever has them, whatever our key sees."""
    return list(office.lever_app.state.lever.account.notes[candidate["id"]])


def report_notes(office: Office, candidate: dict[str, Any]) -> list[Note]:
    return [one for one in notes_of(office, candidate) if "report complete" in one.fields[0].value]


def key_has(office: Office, secret_notes: SecretNotes) -> None:
    office.lever_app.state.lever.account.secret_notes = secret_notes


async def a_report_comes(office: Office, **trouble: object) -> tuple[dict[str, Any], list[Ran]]:
    candidate = await office.lever.meet_candidate()
    await office.move(candidate)
    await office.work()
    await office.lever.set_knobs(match="POST .*/notes", **trouble)
    await office.act((await office.the_request(candidate))["id"], "finish")
    ran = await office.work()
    await office.lever.behave()
    await office.retry_now()
    return candidate, ran + await office.work()


async def test_the_note_with_the_report_is_secret_and_all_others_are_open(office: Office) -> None:
    candidate, _ = await a_report_comes(office)
    assert [
        (one.secret, "report complete" in one.fields[0].value) for one in notes_of(office, candidate)
    ] == [
        (False, False),
        (True, True),
    ]


async def test_an_admin_may_have_it_open(office: Office) -> None:
    settings = office.parts.settings.model_copy(update={"report_notes": "open"})
    object.__setattr__(office.parts, "settings", settings)
    candidate, _ = await a_report_comes(office)
    assert [one.secret for one in report_notes(office, candidate)] == [False]


@pytest.mark.parametrize("sees", [SecretNotes.VISIBLE, SecretNotes.HIDDEN])
async def test_one_that_was_written_before_lever_failed_is_there_once(
    office: Office, sees: SecretNotes
) -> None:
    key_has(office, sees)
    await a_report_comes(office)
    candidate, ran = await a_report_comes(office, fail_after_write=1, fail_after_write_status=503)
    assert len(report_notes(office, candidate)) == 1
    assert await office.status_tags(candidate) == ["Crosschq: complete"]
    is_unknown = sees is SecretNotes.HIDDEN
    assert await effects(office, EffectState.UNKNOWN) == is_unknown
    assert any("look on the profile" in one.outcome for one in ran) == is_unknown


async def test_one_of_unknown_fate_is_written_where_an_earlier_one_can_be_read(office: Office) -> None:
    await a_report_comes(office)
    candidate, _ = await a_report_comes(office, fail_status=500, fail_count=1)
    assert [one.secret for one in report_notes(office, candidate)] == [True]
    assert await effects(office, EffectState.UNKNOWN) == 0


async def test_the_first_of_unknown_fate_is_not_written_again(office: Office) -> None:
    candidate, ran = await a_report_comes(office, fail_status=500, fail_count=1)
    assert report_notes(office, candidate) == []
    assert await office.status_tags(candidate) == ["Crosschq: complete"]
    assert await effects(office, EffectState.UNKNOWN) == 1
    assert any("look on the profile" in one.outcome for one in ran)


@pytest.mark.parametrize("sees", [SecretNotes.VISIBLE, SecretNotes.HIDDEN])
async def test_the_first_that_only_asking_found_is_written(office: Office, sees: SecretNotes) -> None:
    key_has(office, sees)
    await office.crosschq.set_knobs(lose_webhooks=1000)
    candidate, _ = await a_report_comes(office)
    await office.reconcile(Scope.CROSSCHQ)
    await office.work()
    assert [one.secret for one in report_notes(office, candidate)] == [True]
    assert await office.status_tags(candidate) == ["Crosschq: complete"]
    assert await effects(office, EffectState.UNKNOWN) == 0


@pytest.mark.parametrize("sees", [SecretNotes.VISIBLE, SecretNotes.HIDDEN])
async def test_after_a_restored_backup_the_one_that_the_profile_speaks_of_is_not_written_again(
    office: Office, sees: SecretNotes
) -> None:
    key_has(office, sees)
    await office.crosschq.set_knobs(lose_webhooks=1000)
    candidate = await office.lever.meet_candidate()
    await office.move(candidate)
    await office.work()
    backup = await Backup.of(office.parts.database)
    await office.act((await office.the_request(candidate))["id"], "finish")
    await office.reconcile(Scope.CROSSCHQ)
    await office.work()
    await backup.restore()
    await office.reconcile(Scope.CROSSCHQ)
    ran = await office.work()
    assert len(report_notes(office, candidate)) == 1
    assert any("look on the profile" in one.outcome for one in ran) == (sees is SecretNotes.HIDDEN)


async def test_earlier_ones_that_were_open_or_are_gone_prove_nothing(office: Office) -> None:
    first, _ = await a_report_comes(office)
    second, _ = await a_report_comes(office)
    [opened], [_] = report_notes(office, first), report_notes(office, second)
    opened.secret = False
    office.lever_app.state.lever.account.notes[second["id"]].clear()
    candidate, _ = await a_report_comes(office, fail_status=500, fail_count=1)
    assert report_notes(office, candidate) == []
    assert await effects(office, EffectState.UNKNOWN) == 1


async def test_a_key_that_may_write_none_leaves_an_open_one_that_quotes_nothing(office: Office) -> None:
    key_has(office, SecretNotes.REFUSED)
    candidate, ran = await a_report_comes(office)
    [note] = report_notes(office, candidate)
    assert not note.secret
    assert "references answered" not in note.fields[0].value
    assert await office.status_tags(candidate) == ["Crosschq: complete"]
    assert any("refused the secret note" in one.outcome for one in ran)

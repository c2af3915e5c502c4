"""What is erased of one deleted opportunity, what of others stays, and what the audit trail says afterwards."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import select

from store.attempts import Attempt
from store.audits import Audits
from store.database import Database
from store.effects import Effects
from store.erased_audits import hash_audits
from store.erasure import Erasure, Kept
from store.requests import NewRequest
from store.tables import Audit, Effect, RequestState
from store.vault import Vault
from tests.factories import Connected, connect
from tests.store.inbox import claim, record, row, running, snapshot, stage_change
from tests.store.reservations import INDEX, reserved


@pytest.fixture
async def connected(database: Database, vault: Vault) -> Connected:
    return await connect(database, vault)


def about(connected: Connected, opportunity_id: str, contact_id: str | None = "c-1") -> NewRequest:
    return NewRequest(connected.connection.id, opportunity_id, contact_id, "Engineers", "Engineer", INDEX)


async def carrier_of(database: Database, connected: Connected) -> Attempt:
    """The run that has the word of the deletion in hand."""
    told = replace(stage_change(connected, "o-1"), opportunity_id="o-1", event="candidateDeleted")
    return await running(database, told)


async def kept(database: Database, connected: Connected, carrier: Attempt) -> Kept:
    async with database.transaction() as session:
        return await Erasure(session).kept(connected.connection.id, "o-1", carrier)


async def erase(database: Database, connected: Connected, carrier: Attempt, vault: Vault) -> None:
    async with database.transaction() as session:
        erasure = Erasure(session)
        found = await erasure.kept(connected.connection.id, "o-1", carrier)
        await hash_audits(session, found, carrier.delivery_id, vault.blind_index)
        await erasure.erase(found, carrier, vault.blind_index)


async def with_effects(database: Database, connected: Connected, keys: Sequence[str], by: Attempt) -> None:
    async with database.transaction() as session:
        for key in keys:
            await Effects(session).intend(connected.connection.id, key, by)


async def effects(database: Database) -> set[str]:
    async with database.transaction() as session:
        return set(await session.scalars(select(Effect.key)))


async def test_what_is_kept_is_found_by_the_opportunity_and_by_crosschqs_ids(
    database: Database, connected: Connected
) -> None:
    carrier = await carrier_of(database, connected)
    request = await reserved(database, about(connected, "o-1"), RequestState.SENT)
    for new in (
        stage_change(connected, "o-1"),
        snapshot(connected, f"rq-{request.id}"),
        snapshot(connected, "rq-77"),
    ):
        await record(database, new)
    found = await kept(database, connected, carrier)
    assert found.subjects == ["opportunity:o-1", f"request:rq-{request.id}"]
    assert found.deliveries == [carrier.delivery_id + 1, carrier.delivery_id + 2]
    assert (found.requests, found.contacts) == ([request.id], ["c-1"])


async def test_a_request_that_only_its_effect_knows_is_found(
    database: Database, connected: Connected
) -> None:
    carrier = await carrier_of(database, connected)
    request = await reserved(database, about(connected, "o-1"), RequestState.INTENDED)
    async with database.transaction() as session:
        session.add(
            Effect(
                connection_id=connected.connection.id,
                key=f"crosschq-request/{request.id}",
                attempt_token="t",
                state="done",
                result="rq-9",
            )
        )
    assert (await kept(database, connected, carrier)).crosschq_ids == ["rq-9"]


async def test_keys_of_others_stay_even_if_they_begin_alike(
    database: Database, connected: Connected, vault: Vault
) -> None:
    request = await reserved(database, about(connected, "o-1"), RequestState.SENT)
    another = await running(database, stage_change(connected, "o-12"))
    carrier = await carrier_of(database, connected)
    its = [f"crosschq-request/{request.id}", "note/o-1/sent", "outcome/o-1/1/crosschq", "link/c-1/abc"]
    others = [f"crosschq-request/{request.id}0", "note/o-12/sent", "outcome/o_1/1/crosschq", "link/c-12/abc"]
    await with_effects(database, connected, [*its, *others], another)
    await erase(database, connected, carrier, vault)
    assert await effects(database) == set(others)


async def test_a_contact_stays_as_long_as_another_opportunity_of_theirs_does(
    database: Database, connected: Connected, vault: Vault
) -> None:
    await reserved(database, about(connected, "o-1"), RequestState.COMPLETED)
    await reserved(database, about(connected, "o-2"), RequestState.COMPLETED)
    another = await running(database, stage_change(connected, "o-2"))
    carrier = await carrier_of(database, connected)
    await with_effects(database, connected, ["link/c-1/abc"], another)
    await erase(database, connected, carrier, vault)
    assert await effects(database) == {"link/c-1/abc"}


async def test_the_carrier_forgets_whom_it_was_about_and_is_still_in_hand(
    database: Database, connected: Connected, vault: Vault
) -> None:
    carrier = await carrier_of(database, connected)
    await erase(database, connected, carrier, vault)
    left = await row(database, carrier.delivery_id)
    assert left.subject == f"erased:{vault.blind_index('opportunity:o-1')}"
    assert (left.opportunity_id, left.body, left.state.value) == (None, None, "running")


async def test_runs_at_work_about_the_person_are_seen(database: Database, connected: Connected) -> None:
    carrier = await carrier_of(database, connected)
    request = await reserved(database, about(connected, "o-1"), RequestState.SENT)
    await record(database, snapshot(connected, f"rq-{request.id}"))
    found = await kept(database, connected, carrier)
    async with database.transaction() as session:
        assert not await Erasure(session).is_in_hand(found)
    await claim(database)
    async with database.transaction() as session:
        assert await Erasure(session).is_in_hand(found)


async def test_the_audit_trail_keeps_its_rows_with_hashes_for_ids(
    database: Database, connected: Connected, vault: Vault
) -> None:
    carrier = await carrier_of(database, connected)
    why = "o-1 was archived, o-12 was not."
    await audited(database, connected, "opportunity:o-1", "outcome hired", why, who="delivery:1")
    await erase(database, connected, carrier, vault)
    digest = vault.blind_index("opportunity:o-1")
    [left] = await audits(database)
    assert left.subject == f"erased:{digest}"
    assert left.why == f"{digest} was archived, o-12 was not."


async def test_what_a_person_wrote_about_the_erased_goes(
    database: Database, connected: Connected, vault: Vault
) -> None:
    carrier = await carrier_of(database, connected)
    request = await reserved(database, about(connected, "o-1"), RequestState.SENT)
    said = f"resolved: sent as rq-{request.id}"
    await audited(database, connected, f"request:{request.id}", said, "Ada told me so.")
    await audited(database, connected, f"request:{request.id}0", said, "About another one.")
    await erase(database, connected, carrier, vault)
    its, others = await audits(database)
    assert its.why == "Erased."
    assert its.what == f"resolved: sent as {vault.blind_index(f'request:rq-{request.id}')}"
    assert (others.what, others.why) == (said, "About another one.")


async def test_the_reason_for_cancelling_a_question_goes_too(
    database: Database, connected: Connected, vault: Vault
) -> None:
    carrier = await carrier_of(database, connected)
    await audited(
        database, connected, "opportunity:o-1", "cancelled", "Ada withdrew.", who="command line (ops)"
    )
    await erase(database, connected, carrier, vault)
    [left] = await audits(database)
    assert (left.what, left.why) == ("cancelled", "Erased.")


async def audited(
    database: Database, connected: Connected, subject: str, what: str, why: str, who: str = "somebody"
) -> None:
    async with database.transaction() as session:
        Audits(session).add(
            who=who, what=what, subject=subject, connection_id=connected.connection.id, why=why
        )


async def audits(database: Database) -> Sequence[Audit]:
    async with database.transaction() as session:
        return (await session.scalars(select(Audit).order_by(Audit.id))).all()

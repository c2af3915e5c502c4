"""Who is met again: after a switch, a new key, a deletion in Lever, under another id, or out of sight of most keys."""

import os
from dataclasses import replace

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import update

from hiring.export_order import Scope
from hiring.prospects import IfInLever
from store.key_ring import refresh_ring
from store.prospect_switches import set_switches
from store.prospect_tables import KnownProspect, ProspectKind, ProspectState
from store.vault import Vault
from tests.factories import vault_of
from tests.flows.erasing import TidyOffice
from tests.flows.office import Office
from tests.flows.prospecting import assert_one_to_one, creations, lead_id, one_lead, row_of, states

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif("LONG" not in os.environ, reason="a minute more in CI: set LONG=1"),
]


async def switch(office: Office, *, existing: bool | None = None, new: bool | None = None) -> None:
    async with office.parts.database.transaction() as session:
        await set_switches(
            session, await office.connection_id(), existing=existing, new=new, who="test", why=None
        )


async def opts_in_as(office: Office, email: str) -> str:
    """Another prospect of the same person; its id in Crosschq."""
    other = await office.crosschq.opt_in()
    await office.crosschq.change_prospect(other["id"], "change", email=email)
    return str(other["id"])


async def test_all_existing_are_all_though_new_ones_were_once_exported(office: Office) -> None:
    await office.want_prospects(export_new=False, new_since=office.parts.now())
    await office.crosschq.opt_in()
    await office.export()
    assert len(await office.lever.leads()) == 1


async def test_a_new_one_that_waits_is_exported_with_the_existing_once_its_switch_is_off(
    office: Office,
) -> None:
    await office.want_prospects(export_existing=False)
    await switch(office, new=True)
    await office.crosschq.opt_in()
    await office.lever.set_knobs(fail_status=503, fail_count=1000, match="POST .*/opportunities$")
    await office.export(Scope.NEW)
    assert [row.kind for row in (await office.known_prospects()).values()] == [ProspectKind.NEW]
    await office.lever.behave()
    await switch(office, existing=True, new=False)
    await office.retry_now()
    await office.work()
    await assert_one_to_one(office)


async def test_one_who_opted_in_while_clocks_differed_is_new(office: Office) -> None:
    await office.crosschq.opt_in()
    await office.want_prospects(export_existing=False, export_new=True, new_since=office.parts.now())
    assert (await office.export(Scope.NEW)).name == "Exported"


async def test_the_same_person_is_known_after_a_key_was_rotated(office: Office) -> None:
    first = await one_lead(office, if_in_lever=IfInLever.CREATE)
    [prospect] = await office.crosschq.prospects()
    old = office.parts.settings.secret_keys.get_secret_value()
    vault = Vault([Fernet.generate_key().decode(), old])
    async with office.parts.database.transaction() as session:
        await refresh_ring(vault, session)
    office.parts = replace(office.parts, vault=vault)
    second = await opts_in_as(office, prospect["email"])
    await office.export()
    assert len(creations(office)) == 1
    assert (await row_of(office, second)).opportunity_id == await lead_id(office, first)


async def test_two_rows_of_a_person_under_two_keys_are_one_lead(office: Office) -> None:
    await office.crosschq.add_prospects(1)
    [prospect] = await office.crosschq.prospects()
    await opts_in_as(office, prospect["email"])
    await office.want_prospects(if_in_lever=IfInLever.CREATE)
    await office.lever.set_knobs(fail_status=503, fail_count=1000, match="POST .*/opportunities$")
    await office.export()
    await office.lever.behave()
    other = Fernet.generate_key().decode()
    vault = vault_of(office.parts.settings.secret_keys.get_secret_value(), other)
    async with office.parts.database.transaction() as session:
        await session.execute(
            update(KnownProspect)
            .where(KnownProspect.crosschq_id == prospect["id"])
            .values(email_index=vault_of(other).blind_index(prospect["email"]))
        )
    office.parts = replace(office.parts, vault=vault)
    await office.retry_now()
    await office.work()
    assert len(await office.lever.leads()) == 1
    assert sorted((await states(office)).values()) == [ProspectState.EXISTING, ProspectState.LINKED]


async def test_who_was_deleted_in_lever_is_not_made_under_a_second_id(office: Office) -> None:
    first = await one_lead(office, if_in_lever=IfInLever.CREATE)
    [prospect] = await office.crosschq.prospects()
    tidy = TidyOffice(office)
    await tidy.delete({"id": await lead_id(office, first)})
    await tidy.work()
    second = await opts_in_as(office, f" {prospect['email'].upper()} ")
    await office.export()
    assert len(creations(office)) == 1
    row = await row_of(office, second)
    assert (row.state, row.sealed, row.email_index) == (ProspectState.GONE, None, None)


async def test_one_who_is_in_lever_confidentially_is_there(office: Office) -> None:
    office.lever_app.state.lever.account.confidential_access = True
    person = await office.lever.meet_candidate("confidential")
    await office.want_prospects()
    prospect = await opts_in_as(office, person["email"])
    await office.export()
    assert len(creations(office)) == 0
    assert (await row_of(office, prospect)).opportunity_id == person["id"]


async def test_entries_without_a_usable_id_are_told_and_stop_nobody(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    await office.crosschq.add_prospects(2)
    [first, _] = await office.crosschq.prospects()
    known = office.crosschq_app.state.organization.prospects
    known.add("no id at all", known[first["id"]].person, "Peer", "rq_1")
    await office.want_prospects()
    await office.export()
    assert len(await office.lever.leads()) == 2
    assert "1 prospects of a page have no usable id." in caplog.text

"""A dry run says what the export would do, of whom that concerns, in words whatever the vendors do; it does nothing."""

from io import BytesIO

import pytest
from sqlalchemy import update

from hiring.export_order import Scope
from hiring.prospects import IfInLever
from onboarding.prospect_import import import_prospects
from store.prospect_switches import CLOCKS_DIFFER
from store.prospect_tables import ProspectState
from store.prospect_walks import settings_of
from store.tables import Connection
from tests.flows.office import Office
from tests.flows.prospecting import creations, one_lead, states

pytestmark = pytest.mark.stack

CSV = "Prospect ID,Email,First Name\npr_csv_1,one@imported.test,One\npr_csv_2,two@imported.test,Two\npr_csv_3,,Three\n"


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of two, and a vendor that is asked too often is asked again at once."""
    monkeypatch.setattr("tasks.rehearsal.PAGE", 2)
    monkeypatch.setattr("flows.patience.LONGEST_WAIT", 0.05)


async def said(office: Office, scope: Scope = Scope.ALL_EXISTING, **order: object) -> str:
    state = await office.export(scope, dry_run=True, **order)
    assert state.name == "Rehearsed", state.message
    return str(state.message)


async def imported(office: Office) -> None:
    async with office.parts.database.transaction() as session:
        settings = await settings_of(session, await office.connection_id())
    assert settings is not None
    await import_prospects(office.parts, settings, BytesIO(CSV.encode()), lambda _: None, dry_run=False)


async def test_one_of_new_ones_does_not_count_old_ones(office: Office) -> None:
    await office.crosschq.add_prospects(3)
    since = office.parts.now() + CLOCKS_DIFFER
    await office.want_prospects(export_existing=False, export_new=True, new_since=since)
    assert "there are none" in await said(office, Scope.NEW)
    await office.crosschq.opt_in()
    assert "Of 1 prospects: 1 would be created." in await said(office, Scope.NEW)
    assert await office.known_prospects() == {}


async def test_one_of_new_ones_counts_whoever_waits_too(office: Office) -> None:
    await office.want_prospects(export_new=True, new_since=office.parts.now())
    await imported(office)
    await office.crosschq.opt_in()
    assert "3 would be created" in await said(office, Scope.NEW)


async def test_it_waits_out_a_busy_lever(office: Office) -> None:
    await office.crosschq.add_prospects(3)
    await office.want_prospects()
    await office.lever.set_knobs(fail_status=429, fail_count=9)
    assert "3 would be created" in await said(office)


async def test_a_refused_key_pauses_the_connection_in_words(office: Office) -> None:
    await office.crosschq.add_prospects(1)
    await office.want_prospects()
    async with office.parts.database.transaction() as session:
        await session.execute(update(Connection).values(lever_key=office.parts.vault.seal("revoked")))
    state = await office.export(dry_run=True)
    assert (state.name, "paused until" in str(state.message)) == ("CredentialsRefused", True)
    assert (await office.export(dry_run=True)).name == "Paused"


async def test_a_vendor_that_is_down_ends_it_in_words(office: Office) -> None:
    await office.want_prospects()
    await office.crosschq.set_knobs(fail_status=503, fail_count=1000, match="prospects")
    state = await office.export(dry_run=True)
    assert (state.name, "Nothing was made: start it again." in str(state.message)) == ("LookedInVain", True)


async def test_who_would_leave_lever_is_counted(office: Office) -> None:
    first = await one_lead(office)
    await office.crosschq.add_prospects(2, seed=3)
    unmet = (await office.crosschq.prospects())[1]["id"]
    for one in (first, unmet):
        await office.crosschq.change_prospect(one, "withdraw")
    for _ in range(2):
        words = await said(office)
        assert "1 would be withdrawn" in words
        assert "1 would be created" in words
        assert "1 withdrawn" in words
    assert await states(office) == {first: ProspectState.LINKED}


async def test_imported_ones_count_also_where_crosschq_has_a_list(office: Office) -> None:
    await office.crosschq.add_prospects(3)
    await office.want_prospects()
    await imported(office)
    words = await said(office)
    assert "5 would be created" in words
    assert "1 would fail" in words


async def test_they_are_all_there_is_where_crosschq_has_none(office: Office) -> None:
    await office.want_prospects(from_api=False)
    await imported(office)
    assert "Of 3 prospects: 2 would be created, 1 would fail." in await said(office)
    assert "Of 1 prospects: 1 would be created." in await said(office, only=["pr_csv_2"])


async def test_a_person_is_counted_once_however_many_pages_are_between(office: Office) -> None:
    await office.crosschq.add_prospects(6)
    first, *_, last = await office.crosschq.prospects()
    await office.crosschq.change_prospect(last["id"], "change", email=first["email"].upper())
    await office.want_prospects(if_in_lever=IfInLever.CREATE)
    words = await said(office)
    assert "5 would be created" in words
    assert "1 would be skipped" in words


async def test_one_whom_we_made_by_another_id_is_skipped(office: Office) -> None:
    await one_lead(office, if_in_lever=IfInLever.CREATE)
    again = await office.crosschq.opt_in()
    [first, _] = await office.crosschq.prospects()
    await office.crosschq.change_prospect(again["id"], "change", email=first["email"])
    words = await said(office)
    assert "1 nothing to do" in words
    assert "1 would be skipped" in words
    assert len(creations(office)) == 1


async def test_single_ones_that_nobody_knows_are_named_beside_the_others(office: Office) -> None:
    flawed = (await office.crosschq.add_prospects(1, no_email=1))["flawed"]
    await office.want_prospects()
    await office.export()
    [mended] = flawed["no_email"]
    await office.crosschq.change_prospect(mended, "change", email="mended@prospects.test")
    words = await said(office, only=[mended, "pr_gone"])
    assert "1 would be created" in words
    assert "1 left out" in words
    assert await states(office) == {mended: ProspectState.FAILED}

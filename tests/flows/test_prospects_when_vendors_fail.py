"""Vendors that are busy, broken, silent or refusing during an export: nobody is lost, and nobody is made twice."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from hiring.export_order import Scope
from hiring.prospects import IfInLever
from outbound.errors import CredentialsRefused
from store.prospect_tables import ProspectState
from store.tables import Connection, DeliveryState
from tasks.inbox import pause_connection
from tests.flows.office import Office
from tests.flows.prospecting import assert_one_to_one, creations, emails, lead_of, row_of, states

pytestmark = pytest.mark.stack

CREATION = "POST .*/opportunities$"
NO_API = {"prospects_call": False}


@pytest.mark.parametrize(
    ("column", "order"), [("lever_key", {}), ("crosschq_key", {}), ("lever_key", {"dry_run": True})]
)
async def test_a_key_that_is_replaced_before_its_refusal_is_noted_pauses_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch, column: str, order: dict[str, bool]
) -> None:
    await office.crosschq.add_prospects(2)
    await office.want_prospects()
    async with office.parts.database.transaction() as session:
        await session.execute(update(Connection).values({column: office.parts.vault.seal("revoked")}))

    async def replaced_meanwhile(connection_id: int, refused: CredentialsRefused) -> bool:
        await office.connect_again()
        return await pause_connection(connection_id, refused)

    for place in ("flows.prospect_export", "tasks.inbox"):
        monkeypatch.setattr(f"{place}.pause_connection", replaced_meanwhile)
    assert (await office.export(**order)).name in ("Exported", "TryingAgain", "Rehearsed")
    async with office.parts.database.transaction() as session:
        assert (await session.get_one(Connection, await office.connection_id())).paused_because is None
    await office.work()
    assert len(await office.lever.leads()) == (0 if order else 2)


@pytest.fixture(autouse=True)
def look_again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """After Lever was silent, instead of in five seconds."""
    monkeypatch.setattr("tasks.leads_in_doubt.LOOK_AGAIN", timedelta(seconds=0.5))


async def test_a_busy_lever_is_waited_out_and_the_run_does_not_fail(office: Office) -> None:
    await office.crosschq.add_prospects(4)
    await office.want_prospects()
    await office.lever.set_knobs(fail_status=429, fail_count=15, match=CREATION)
    assert (await office.export()).name == "Exported"
    await office.lever.behave()
    await assert_one_to_one(office)
    [order] = await office.deliveries()
    assert (order.state, order.attempt) == (DeliveryState.DONE, 1)


async def test_no_more_than_asked_for_are_made_though_lever_is_busy(office: Office) -> None:
    await office.crosschq.add_prospects(10)
    await office.want_prospects(if_in_lever=IfInLever.CREATE)
    await office.lever.set_knobs(fail_status=429, fail_count=10, match=CREATION)
    assert (await office.export(at_most=4)).name == "Exported"
    assert len(await office.lever.leads()) == 4


async def test_a_lever_that_is_down_puts_the_export_off_and_the_next_attempt_ends_it(office: Office) -> None:
    await office.crosschq.add_prospects(5)
    await office.want_prospects()
    await office.lever.set_knobs(fail_status=503, fail_count=1000, retry_after="60", match=CREATION)
    assert (await office.export()).name == "TryingAgain"
    [order] = await office.deliveries()
    assert order.state is DeliveryState.WAITING
    await office.lever.behave()
    await office.retry_now()
    [again] = await office.work()
    assert (again.name, again.delivery.attempt) == ("Exported", 2)
    await assert_one_to_one(office)


async def test_a_lever_that_is_down_half_way_makes_nobody_twice(office: Office) -> None:
    await office.crosschq.add_prospects(9)
    await office.want_prospects(if_in_lever=IfInLever.CREATE)
    await office.lever.set_knobs(fail_status=503, fail_count=7, match=CREATION)
    assert (await office.export()).name in ("TryingAgain", "Exported")
    await office.lever.behave()
    await office.retry_now()
    await office.export()
    await assert_one_to_one(office)


@pytest.mark.parametrize("if_in_lever", [IfInLever.SKIP, IfInLever.CREATE])
async def test_a_lever_silent_after_making_a_lead_is_looked_at_before_another_is_made(
    office: Office, if_in_lever: IfInLever
) -> None:
    await office.crosschq.add_prospects(3)
    await office.want_prospects(if_in_lever=if_in_lever)
    await office.lever.set_knobs(hang_after_write=2, hang_seconds=0.2, match=CREATION)
    assert (await office.export()).name == "Exported"
    await assert_one_to_one(office)
    assert set((await states(office)).values()) == {ProspectState.LINKED}
    assert len(creations(office)) == 3
    for one in await office.crosschq.prospects():
        assert (await lead_of(office, one["id"]))["emails"] == [one["email"]]


async def test_a_lever_broken_before_making_a_lead_is_asked_and_then_makes_it(office: Office) -> None:
    await office.crosschq.add_prospects(2)
    await office.want_prospects(if_in_lever=IfInLever.CREATE)
    await office.lever.set_knobs(fail_status=500, fail_count=2, match=CREATION)
    assert (await office.export()).name == "Exported"
    await assert_one_to_one(office)


async def test_a_silent_lever_makes_nobody_twice_who_opted_in_twice(office: Office) -> None:
    await office.crosschq.add_prospects(1)
    [first] = await office.crosschq.prospects()
    await office.crosschq.opt_in()
    second = (await office.crosschq.prospects())[1]
    await office.crosschq.change_prospect(second["id"], "change", email=first["email"].upper())
    await office.want_prospects(if_in_lever=IfInLever.CREATE)
    await office.lever.set_knobs(hang_after_write=1, hang_seconds=0.2, match=CREATION)
    assert (await office.export()).name == "Exported"
    assert emails(await office.lever.leads()) == [first["email"]]
    assert sorted((await states(office)).values()) == [ProspectState.EXISTING, ProspectState.LINKED]


async def test_one_who_changes_while_lever_is_silent_is_still_one_lead(office: Office) -> None:
    await office.crosschq.add_prospects(1)
    [prospect] = await office.crosschq.prospects()
    await office.want_prospects(if_in_lever=IfInLever.CREATE)
    await office.lever.set_knobs(hang_after_write=1, hang_seconds=0.2, match=CREATION)
    await office.export(at_most=1)
    await office.crosschq.change_prospect(prospect["id"], "change", email="moved@prospects.test")
    await office.export()
    assert emails(await office.lever.leads()) == [prospect["email"]]
    assert (await states(office))[prospect["id"]] is ProspectState.LINKED


async def test_a_refused_key_pauses_the_connection_and_the_export_goes_on_when_it_is_mended(
    office: Office,
) -> None:
    await office.crosschq.add_prospects(3)
    await office.want_prospects()
    async with office.parts.database.transaction() as session:
        await session.execute(update(Connection).values(lever_key=office.parts.vault.seal("revoked")))
    assert (await office.export()).name == "CredentialsRefused"
    assert (await office.export()).name == "Paused"
    await office.retry_now()
    assert await office.work() == []

    async with office.parts.database.transaction() as session:
        good = office.parts.vault.seal("lever-sandbox-key")
        await session.execute(update(Connection).values(lever_key=good, paused_because=None))
    [ran] = await office.work()
    assert ran.name == "Exported"
    await assert_one_to_one(office)


async def test_a_crosschq_that_refuses_the_key_pauses_too(office: Office) -> None:
    await office.want_prospects(export_new=True)
    await office.crosschq.set_knobs(fail_status=401, fail_count=1, match="prospects")
    assert (await office.export(Scope.NEW)).name == "CredentialsRefused"
    assert (await office.export(Scope.NEW)).name == "Paused"


async def test_a_crosschq_that_is_down_is_looked_at_again(office: Office) -> None:
    await office.crosschq.add_prospects(2)
    await office.want_prospects()
    await office.crosschq.set_knobs(fail_status=503, fail_count=1000, match="prospects")
    assert (await office.export()).name == "TryingAgain"
    assert (await office.export(Scope.NEW)).name in ("WaitingToTryAgain", "TryingAgain")
    await office.crosschq.behave()
    await office.retry_now()
    await office.work()
    await assert_one_to_one(office)


async def test_a_crosschq_without_the_list_says_what_to_do(office: Office) -> None:
    await office.want_prospects(export_new=True)
    await office.crosschq.set_knobs(**NO_API)
    for scope in Scope:
        state = await office.export(scope)
        assert state.is_failed()
        assert "as a CSV file" in str(state.message), (scope, state.message)


async def test_a_posting_that_is_gone_from_lever_stops_nobody_else(office: Office) -> None:
    await office.crosschq.add_prospects(2)
    first, second = await office.crosschq.prospects()
    await office.crosschq.change_prospect(first["id"], "change", tags=["engineer"])
    await office.crosschq.change_prospect(second["id"], "change", tags=[])
    await office.want_prospects(posting_rules=[{"posting_id": "posting-gone", "tag": "Engineer"}])
    assert (await office.export()).name == "Exported"
    assert emails(await office.lever.leads()) == [second["email"]]
    row = await row_of(office, first["id"])
    assert (row.state, "posting" in (row.reason or "")) == (ProspectState.FAILED, True)


async def test_a_lead_deleted_before_its_making_was_remembered_stops_nobody_else(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cut_off(*_: object) -> None:
        raise ConnectionResetError

    await office.crosschq.add_prospects(1)
    await office.want_prospects()
    with monkeypatch.context() as patched:
        patched.setattr("tasks.prospect_batch.Prospects.linked", cut_off)
        await office.export()
    [lead] = await office.lever.leads()
    await office.lever.delete(lead["id"])
    new = await office.crosschq.opt_in()
    await office.export()
    assert emails(await office.lever.leads()) == [new["email"]]

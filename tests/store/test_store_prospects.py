"""Every prospect that was met: what news changes, whose turn it is, and how each ends whatever happened meanwhile."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from store.attempts import Attempt
from store.begun_prospects import BegunProspects
from store.database import Database
from store.effects import Effects
from store.prospect_intake import ProspectIntake, SeenProspect
from store.prospect_orders import EXISTING_EVENT, ProspectOrders
from store.prospect_tables import KnownProspect, ProspectKind, ProspectState
from store.prospects import Prospects
from store.tables import EffectState
from store.vault import Vault
from tests.factories import connect

ALL = tuple(ProspectKind)
T0 = datetime(2026, 1, 1, tzinfo=UTC)
WAITING, LINKED, EXISTING = ProspectState.WAITING, ProspectState.LINKED, ProspectState.EXISTING
FAILED, WITHDRAWING = ProspectState.FAILED, ProspectState.WITHDRAWING
WITHDRAWN, GONE = ProspectState.WITHDRAWN, ProspectState.GONE


@pytest.fixture
async def connection_id(database: Database, vault: Vault) -> int:
    return (await connect(database, vault)).connection.id


class Shelf:
    """One connection's prospects, a transaction for each act."""

    def __init__(self, database: Database, connection_id: int) -> None:
        self.database, self.connection_id = database, connection_id

    async def see(self, *seen: SeenProspect, kinds: Sequence[ProspectKind] = ALL) -> int:
        async with self.database.transaction() as session:
            return await ProspectIntake(session, self.connection_id).take_in(seen, kinds)

    async def row(self, crosschq_id: str = "pr_1") -> KnownProspect:
        async with self.database.transaction() as session:
            query = select(KnownProspect).where(KnownProspect.crosschq_id == crosschq_id)
            return (await session.scalars(query)).one()

    async def waiting(self, limit: int = 20, kinds: Sequence[ProspectKind] = ALL) -> list[str]:
        async with self.database.transaction() as session:
            rows = await Prospects(session, self.connection_id).waiting(kinds, limit)
            return [row.crosschq_id for row in rows]

    async def link(self, opportunity_id: str = "opp-1", crosschq_id: str = "pr_1") -> None:
        row = await self.row(crosschq_id)
        async with self.database.transaction() as session:
            await Prospects(session, self.connection_id).linked(row.id, opportunity_id, ["tag"])

    async def find(self) -> None:
        row = await self.row()
        async with self.database.transaction() as session:
            await Prospects(session, self.connection_id).found(row.id, "opp-there", "There already.")

    async def fail(self) -> None:
        row = await self.row()
        async with self.database.transaction() as session:
            await Prospects(session, self.connection_id).failed(row.id, "No e-mail.")

    async def show_withdrawn(self) -> None:
        row = await self.row()
        async with self.database.transaction() as session:
            await Prospects(session, self.connection_id).withdrawn(row.id, "Tagged.")

    async def begin(self, state: EffectState = EffectState.INTENDED) -> None:
        """An attempt began to make the lead of generation 1, and was cut off."""
        row = await self.row()
        async with self.database.transaction() as session:
            await BegunProspects(session, self.connection_id).begin(row.id, ["Crosschq"])
        async with self.database.transaction() as session:
            order = await ProspectOrders(session, self.connection_id).place(EXISTING_EVENT, "test")
            attempt = Attempt(order.id, 1)
            await Effects(session).intend(self.connection_id, "prospect/pr_1/1", attempt)
            await Effects(session).settle(
                self.connection_id, "prospect/pr_1/1", attempt, state, result=None, detail=None
            )
            await BegunProspects(session, self.connection_id).not_made_if_refused(row.id)

    async def is_as_met(self, met: KnownProspect) -> bool:
        async with self.database.transaction() as session:
            return await Prospects(session, self.connection_id).is_as_met(met)

    async def is_linked(self, opportunity_id: str) -> bool:
        async with self.database.transaction() as session:
            return await BegunProspects(session, self.connection_id).is_linked(opportunity_id)

    async def in_doubt(self, *indexes: str) -> dict[str, str]:
        async with self.database.transaction() as session:
            rows = await BegunProspects(session, self.connection_id).in_doubt(indexes)
            return {index: row.crosschq_id for index, row in rows.items()}


@pytest.fixture
def shelf(database: Database, connection_id: int) -> Shelf:
    return Shelf(database, connection_id)


def seen(
    crosschq_id: str = "pr_1",
    minute: int = 0,
    *,
    active: bool = True,
    email: str | None = None,
    kind: ProspectKind = ProspectKind.EXISTING,
) -> SeenProspect:
    """As Crosschq tells it `minute` minutes later."""
    return SeenProspect(
        crosschq_id,
        kind,
        active,
        f"sealed at {minute}".encode() if active else None,
        (email or f"index of {crosschq_id}") if active else None,
        T0 + timedelta(minutes=minute),
    )


async def test_a_new_one_waits_and_is_taken_in_once(shelf: Shelf) -> None:
    assert await shelf.see(seen(), seen("pr_2")) == 2
    assert await shelf.see(seen(), seen("pr_2")) == 0
    assert await shelf.see(seen("pr_3"), seen("pr_3")) == 1
    assert await shelf.waiting() == ["pr_1", "pr_2", "pr_3"]


async def test_of_unknown_ones_only_the_wanted_kinds_and_the_active_are_taken_in(shelf: Shelf) -> None:
    new = seen("pr_new", kind=ProspectKind.NEW)
    assert await shelf.see(seen(), new, seen("pr_gone", active=False), kinds=[ProspectKind.NEW]) == 1
    assert await shelf.waiting() == ["pr_new"]


async def test_new_ones_come_before_those_of_a_long_list(shelf: Shelf) -> None:
    await shelf.see(seen(), seen("pr_2"), seen("pr_new", kind=ProspectKind.NEW))
    assert await shelf.waiting(2) == ["pr_new", "pr_1"]
    assert await shelf.waiting(kinds=[ProspectKind.EXISTING]) == ["pr_1", "pr_2"]


async def test_a_batch_never_holds_one_person_twice(shelf: Shelf) -> None:
    same = [seen(f"pr_{number}", email="one index") for number in range(5)]
    await shelf.see(*same, seen("pr_other"))
    assert await shelf.waiting() == ["pr_0", "pr_other"]


async def test_without_an_address_each_is_somebody_else(shelf: Shelf) -> None:
    nobody = [SeenProspect(f"pr_{n}", ProspectKind.EXISTING, True, b"sealed", None, T0) for n in range(3)]
    await shelf.see(*nobody)
    assert len(await shelf.waiting()) == 3


async def test_an_older_or_the_same_state_is_no_news(shelf: Shelf) -> None:
    await shelf.see(seen(minute=5))
    assert await shelf.see(seen(minute=5, active=False), seen(minute=1, active=False)) == 0
    assert (await shelf.row()).state is WAITING


@pytest.mark.parametrize("before", ["wait", "fail"])
async def test_a_change_lets_it_be_tried_with_the_new_data(shelf: Shelf, before: str) -> None:
    await shelf.see(seen())
    if before == "fail":
        await shelf.fail()
    assert await shelf.see(seen(minute=1)) == 1
    row = await shelf.row()
    assert (row.state, row.sealed, row.reason) == (WAITING, b"sealed at 1", None)


async def test_a_change_of_one_who_is_in_lever_changes_nothing(shelf: Shelf) -> None:
    await shelf.see(seen())
    await shelf.link()
    assert await shelf.see(seen(minute=1)) == 0
    row = await shelf.row()
    assert (row.state, row.sealed, row.opportunity_id) == (LINKED, None, "opp-1")


@pytest.mark.parametrize("before", ["wait", "fail", "find"])
async def test_one_who_withdraws_without_a_lead_is_forgotten_at_once(shelf: Shelf, before: str) -> None:
    await shelf.see(seen())
    if before != "wait":
        await getattr(shelf, before)()
    assert await shelf.see(seen(minute=1, active=False)) == 1
    row = await shelf.row()
    assert (row.state, row.sealed, row.email_index) == (WITHDRAWN, None, None)
    assert await shelf.see(seen(minute=2, active=False)) == 0


async def test_one_who_withdraws_with_a_lead_is_to_be_shown_in_lever(shelf: Shelf) -> None:
    await shelf.see(seen())
    await shelf.link()
    await shelf.see(seen(minute=1, active=False))
    assert (await shelf.row()).state is WITHDRAWING
    await shelf.show_withdrawn()
    row = await shelf.row()
    assert (row.state, row.reason, row.email_index) == (WITHDRAWN, "Tagged.", None)


async def test_opting_in_again_before_lever_shows_the_withdrawal_leaves_all_as_it_was(shelf: Shelf) -> None:
    await shelf.see(seen())
    await shelf.link()
    await shelf.see(seen(minute=1, active=False))
    await shelf.see(seen(minute=2))
    row = await shelf.row()
    assert (row.state, row.generation, row.opportunity_id) == (LINKED, 1, "opp-1")
    await shelf.show_withdrawn()
    assert (await shelf.row()).state is LINKED


async def test_opting_in_again_after_it_is_another_lead(shelf: Shelf) -> None:
    await shelf.see(seen())
    await shelf.link()
    await shelf.see(seen(minute=1, active=False))
    await shelf.show_withdrawn()
    await shelf.see(seen(minute=2))
    row = await shelf.row()
    assert (row.state, row.generation, row.opportunity_id) == (WAITING, 2, None)
    assert (row.sealed, row.email_index) == (b"sealed at 2", "index of pr_1")


async def test_who_was_deleted_in_lever_never_waits_again(shelf: Shelf) -> None:
    await shelf.see(seen())
    async with shelf.database.transaction() as session:
        await session.execute(update(KnownProspect).values(state=GONE, sealed=None))
    for minute, active in ((1, True), (2, False), (3, True)):
        assert await shelf.see(seen(minute=minute, active=active)) == 0
    assert (await shelf.row()).state is GONE


@pytest.mark.parametrize("settle", ["find", "fail", "show_withdrawn"])
async def test_what_a_run_found_out_does_not_undo_a_withdrawal_meanwhile(shelf: Shelf, settle: str) -> None:
    await shelf.see(seen())
    await shelf.see(seen(minute=1, active=False))
    await getattr(shelf, settle)()
    row = await shelf.row()
    assert (row.state, row.opportunity_id, row.sealed) == (WITHDRAWN, None, None)


async def test_a_lead_made_while_its_prospect_withdrew_leaves_lever_again(shelf: Shelf) -> None:
    await shelf.see(seen())
    await shelf.see(seen(minute=1, active=False))
    await shelf.link()
    row = await shelf.row()
    assert (row.state, row.opportunity_id, row.tags_given) == (WITHDRAWING, "opp-1", ["tag"])


async def test_one_whose_lead_may_have_been_made_keeps_the_data_to_find_it_by(shelf: Shelf) -> None:
    await shelf.see(seen())
    await shelf.begin()
    await shelf.see(seen(minute=1, email="another index"))
    row = await shelf.row()
    assert (row.state, row.sealed, row.email_index) == (WAITING, b"sealed at 0", "index of pr_1")
    await shelf.see(seen(minute=2, active=False))
    row = await shelf.row()
    assert (row.state, row.sealed) == (WITHDRAWING, b"sealed at 0")
    await shelf.see(seen(minute=3, email="another index"))
    row = await shelf.row()
    assert (row.state, row.generation, row.sealed) == (WAITING, 1, b"sealed at 0")


async def test_it_takes_what_is_new_of_the_same_address(shelf: Shelf) -> None:
    await shelf.see(seen())
    await shelf.begin()
    await shelf.see(seen(minute=1))
    assert (await shelf.row()).sealed == b"sealed at 1"


async def test_one_who_changed_or_withdrew_or_ended_is_not_as_it_was_met(shelf: Shelf) -> None:
    await shelf.see(seen())
    met = await shelf.row()
    assert await shelf.is_as_met(met)
    await shelf.see(seen(minute=1))
    changed = await shelf.row()
    assert (await shelf.is_as_met(met), await shelf.is_as_met(changed)) == (False, True)
    await shelf.fail()
    assert not await shelf.is_as_met(changed)
    await shelf.see(seen(minute=2))
    again = await shelf.row()
    await shelf.see(seen(minute=3, active=False))
    assert not await shelf.is_as_met(again)


async def test_opting_in_again_after_a_lead_was_in_doubt_begins_anew(shelf: Shelf) -> None:
    await shelf.see(seen())
    await shelf.begin()
    await shelf.see(seen(minute=1, active=False))
    await shelf.show_withdrawn()
    await shelf.see(seen(minute=2))
    row = await shelf.row()
    assert (row.generation, row.begun_at, row.begun_sources) == (2, None, [])


async def test_all_sources_a_lead_may_have_are_kept(shelf: Shelf) -> None:
    await shelf.see(seen())
    await shelf.begin()
    first = await shelf.row()
    async with shelf.database.transaction() as session:
        await BegunProspects(session, shelf.connection_id).begin(first.id, ["Crosschq references"])
    row = await shelf.row()
    assert (row.begun_at, row.begun_sources) == (first.begun_at, ["Crosschq", "Crosschq references"])


async def test_whoever_waits_or_withdraws_with_a_lead_in_doubt_is_waited_for(shelf: Shelf) -> None:
    await shelf.see(seen(email="one"), seen("pr_2", email="two"))
    await shelf.begin()
    assert await shelf.in_doubt("one", "two") == {"one": "pr_1"}
    await shelf.see(seen(minute=1, active=False))
    assert await shelf.in_doubt("one", "two") == {"one": "pr_1"}
    await shelf.link()
    assert await shelf.in_doubt("one", "two") == {}


@pytest.mark.parametrize("then", ["stays", "withdraws"])
async def test_a_lead_is_not_the_lead_of_one_who_was_only_found_in_lever_by_it(
    shelf: Shelf, then: str
) -> None:
    await shelf.see(seen(), seen("pr_2"))
    await shelf.find()
    await shelf.link("opp-2", "pr_2")
    if then == "withdraws":
        await shelf.see(seen(minute=1, active=False))
    assert (await shelf.row()).opportunity_id == "opp-there"
    assert not await shelf.is_linked("opp-there")
    assert await shelf.is_linked("opp-2")


async def test_the_lead_of_one_who_withdrew_stays_its_own(shelf: Shelf) -> None:
    await shelf.see(seen())
    await shelf.begin()
    await shelf.link()
    await shelf.see(seen(minute=1, active=False))
    assert await shelf.is_linked("opp-1")
    await shelf.show_withdrawn()
    assert await shelf.is_linked("opp-1")


async def test_one_that_cannot_be_read_any_more_takes_whatever_is_told_next(shelf: Shelf) -> None:
    await shelf.see(seen(minute=5))
    row = await shelf.row()
    async with shelf.database.transaction() as session:
        await Prospects(session, shelf.connection_id).unreadable(row.id, "Cannot be read.")
    assert (await shelf.row()).state is FAILED
    await shelf.see(seen(minute=5))
    assert (await shelf.row()).state is WAITING


async def test_one_whose_lead_lever_refused_was_surely_not_made(shelf: Shelf) -> None:
    await shelf.see(seen())
    await shelf.begin(EffectState.REFUSED)
    await shelf.see(seen(minute=1))
    assert (await shelf.row()).sealed == b"sealed at 1"
    await shelf.see(seen(minute=2, active=False))
    assert (await shelf.row()).state is WITHDRAWN


async def test_one_put_back_is_not_tried_before_its_time(shelf: Shelf) -> None:
    await shelf.see(seen())
    until = datetime.now(UTC) + timedelta(hours=1)
    async with shelf.database.transaction() as session:
        prospects = Prospects(session, shelf.connection_id)
        await prospects.put_back([(await shelf.row()).id], until)
    assert await shelf.waiting() == []
    async with shelf.database.transaction() as session:
        assert await Prospects(session, shelf.connection_id).next_try(ALL) == until


async def test_failed_ones_are_retried_alone_or_all_at_once(shelf: Shelf) -> None:
    await shelf.see(seen(), seen("pr_2"), seen("pr_3"))
    async with shelf.database.transaction() as session:
        await session.execute(update(KnownProspect).values(state=FAILED))
        prospects = Prospects(session, shelf.connection_id)
        assert await prospects.retry(["pr_2", "pr_unknown"]) == 1
        assert await prospects.retry(None) == 2
    assert len(await shelf.waiting()) == 3


async def test_the_lead_of_an_earlier_generation_is_nobody_elses(shelf: Shelf) -> None:
    await shelf.see(seen())
    async with shelf.database.transaction() as session:
        order = await ProspectOrders(session, shelf.connection_id).place(EXISTING_EVENT, "test")
        attempt = Attempt(order.id, 1)
        await Effects(session).intend(shelf.connection_id, "prospect/pr_1/1", attempt)
        await Effects(session).settle(
            shelf.connection_id, "prospect/pr_1/1", attempt, EffectState.DONE, result="opp-1", detail=None
        )
        prospects = BegunProspects(session, shelf.connection_id)
        assert await prospects.is_linked("opp-1")
        assert not await prospects.is_linked("opp-2")

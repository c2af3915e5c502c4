"""However often an export dies, and whatever happens beside it: in the end each prospect is one lead, as it goes on."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Select, func, select, update

from hiring.prospects import IfInLever, OnWithdrawal, Prospect, ProspectPolicy
from outbound.errors import VendorError
from sandbox.lever.app import create_app
from sandbox.lever.options import LeverOptions
from store.attempts import Attempt, Attempts
from store.claiming import claim
from store.database import Database
from store.prospect_intake import ProspectIntake, SeenProspect
from store.prospect_orders import EXISTING_EVENT, ProspectOrders
from store.prospect_tables import KnownProspect, ProspectKind, ProspectState
from store.prospects import Prospects
from store.sealed_prospects import email_index, seal
from store.tables import Delivery, DeliveryState
from store.vault import Vault
from tasks.case import Case
from tasks.lever_writes import add_note
from tasks.prospect_batch import export_batch
from tasks.prospect_records import next_batch
from tasks.prospect_wishes import Wishes
from tasks.prospect_withdrawals import show_withdrawal
from tests.factories import connect, settings_at
from tests.tasks.crashing import (
    LEVER,
    Fault,
    Killed,
    Life,
    Meanwhile,
    MortalDatabase,
    MortalLine,
    MortalParts,
)
from wiring import use_parts

KINDS = (ProspectKind.EXISTING,)
LOOK_AGAIN = timedelta(milliseconds=30)
"""After Lever was silent, instead of some seconds."""
LAG = timedelta(milliseconds=30)
"""Of Lever's list: as if it were five seconds."""
SOURCES = ("Crosschq", "Crosschq references")
T0 = datetime(2026, 1, 1, tzinfo=UTC)


class Event(StrEnum):
    """What happens beside the export."""

    MOVED = "a look finds that the prospect has another e-mail address"
    RENAMED = "a look finds that the prospect has another name"
    WITHDRAWN = "a look finds that the prospect has withdrawn"
    SETTINGS = "the admin wants another source and other tags"


@dataclass(frozen=True)
class Course:
    """How an export goes: when each attempt dies, what Lever does wrong, and whose address is whose."""

    deaths: Sequence[int]
    faults: Sequence[Fault | None]
    people: Sequence[int]
    """One prospect for each number; the same number is the same person, opted in twice."""
    if_in_lever: IfInLever
    batch: int
    events: Sequence[tuple[int, Event, int]] = ()
    """At which moment what happens, and to which of the prospects."""
    lag: timedelta = LAG


courses = st.builds(
    Course,
    deaths=st.lists(st.integers(0, 60), max_size=5),
    faults=st.lists(st.none() | st.sampled_from(Fault), max_size=6),
    people=st.lists(st.integers(1, 4), min_size=1, max_size=5),
    if_in_lever=st.sampled_from(IfInLever),
    batch=st.integers(1, 5),
    events=st.lists(st.tuples(st.integers(0, 60), st.sampled_from(Event), st.integers(0, 4)), max_size=4),
    lag=st.sampled_from([timedelta(0), LAG]),
)


class Export:
    """One export of a connection of its own, to a Lever of its own."""

    def __init__(self, database: Database, vault: Vault, folder: Path, course: Course) -> None:
        self.real, self.vault, self.course = database, vault, course
        app = create_app(LeverOptions(base_url=LEVER, size=1, rate=1e6, burst=1_000_000))
        happens = {at: partial(self._happens, event, which) for at, event, which in course.events}
        self.meanwhile, self.clock = Meanwhile(happens), 0
        self.line = MortalLine(
            httpx.ASGITransport(app), Life(), list(course.faults), self.meanwhile, course.lag
        )
        stated = settings_at(folder)
        self.parts = MortalParts(
            stated, database, vault, httpx.AsyncClient(transport=self.line), line=self.line
        )
        policy = ProspectPolicy(SOURCES[0], ("prospect",), course.if_in_lever)
        self.wishes = Wishes(KINDS, policy, True, None, OnWithdrawal.TAG, None, "withdrawn", None)
        self.connection_id = 0
        self.ids = [f"pr_{uuid4().hex}" for _ in course.people]
        self.former: list[str] = []
        """Leads taken out of Lever whose people have opted in again since: they get another."""

    async def begin(self) -> None:
        """The prospects wait, and an export is ordered."""
        users = (await self._look("/sandbox/cast"))["users"]
        connected = await connect(
            self.real,
            self.vault,
            lever_key=self.vault.seal("lever-sandbox-key"),
            perform_as=users["integration"]["id"],
        )
        self.connection_id = connected.connection.id
        seen = [self._seen(which) for which in range(len(self.ids))]
        async with self.real.transaction() as session:
            await ProspectIntake(session, self.connection_id).take_in(seen, KINDS)
            await ProspectOrders(session, self.connection_id).place(EXISTING_EVENT, "test")

    async def _happens(self, event: Event, which: int) -> None:
        if event is Event.SETTINGS:
            policy = replace(self.wishes.policy, source=SOURCES[1], tags=("other",))
            self.wishes = replace(self.wishes, policy=policy)
            return
        seen = self._seen(which % len(self.ids), event)
        async with self.real.transaction() as session:
            if seen.is_active:
                self.former += await session.scalars(self._taken_out(seen))
            await ProspectIntake(session, self.connection_id).take_in([seen], KINDS)

    def _taken_out(self, seen: SeenProspect) -> Select[str]:
        return select(KnownProspect.opportunity_id).where(
            KnownProspect.crosschq_id == seen.crosschq_id,
            KnownProspect.state == ProspectState.WITHDRAWN,
            KnownProspect.opportunity_id.is_not(None),
            KnownProspect.begun_at.is_not(None),
        )

    def _seen(self, which: int, event: Event | None = None) -> SeenProspect:
        """As Crosschq tells of it now, later than what it told before."""
        self.clock += 1
        crosschq_id, at, person = (
            self.ids[which],
            T0 + timedelta(minutes=self.clock),
            self.course.people[which],
        )
        if event is Event.WITHDRAWN:
            return SeenProspect(crosschq_id, ProspectKind.EXISTING, False, None, None, at)
        name = f"Person {person}" if event is None else f"Another {person}"
        email = f"moved-{which}@prospects.test" if event is Event.MOVED else f"person-{person}@prospects.test"
        prospect = Prospect(crosschq_id, True, name, email, None, "", "", (), (), None, None, at)
        sealed, index = seal(self.vault, prospect), email_index(self.vault, email)
        return SeenProspect(crosschq_id, ProspectKind.EXISTING, True, sealed, index, at)

    async def attempt(self, dies_at: int | None) -> bool:
        """Whether it came to its end; one that was cut off is set free, as `reconcile` does it."""
        life = self.line.life = Life(dies_at)
        case = await self._take_up()
        with use_parts(replace(self.parts, database=MortalDatabase(self.real, life, self.meanwhile))):
            try:
                while await self._is_anything_to_do():
                    for row in await self._leaving():
                        await show_withdrawal.fn(case, self.wishes, row)
                    rows = await next_batch(case, KINDS, (), self.course.batch)
                    await export_batch.fn(case, self.wishes, rows)
                    await asyncio.sleep(0 if rows else LOOK_AGAIN.total_seconds() / 2)
            except (Killed, VendorError):
                return False
        return True

    async def _is_anything_to_do(self) -> bool:
        unfinished = (ProspectState.WAITING, ProspectState.WITHDRAWING)
        return any(row.state in unfinished for row in await self.rows())

    async def _leaving(self) -> Sequence[KnownProspect]:
        async with self.real.transaction() as session:
            return await Prospects(session, self.connection_id).leaving(self.course.batch)

    async def _take_up(self) -> Case:
        async with self.real.transaction() as session:
            mine = Delivery.connection_id == self.connection_id
            free = {"state": DeliveryState.WAITING, "next_attempt_at": func.now()}
            delivery_id = await session.scalar(
                update(Delivery).where(mine).values(free).returning(Delivery.id)
            )
            delivery = await claim(session, delivery_id or 0)
            assert delivery is not None
            taken = await Attempts(session).take_up(Attempt(delivery.id, delivery.attempt))
            assert taken is not None
            return Case.from_delivery(taken)

    async def rows(self) -> Sequence[KnownProspect]:
        async with self.real.transaction() as session:
            mine = KnownProspect.connection_id == self.connection_id
            return (await session.scalars(select(KnownProspect).where(mine))).all()

    async def leads(self) -> dict[str, str]:
        """The address of each lead in Lever, by its id."""
        await self.line.all_done()
        found = (await self._look("/v1/opportunities?origin=sourced"))["data"]
        return {lead["id"]: lead["emails"][0] for lead in found if {*lead["sources"]} & {*SOURCES}}

    async def _look(self, path: str) -> dict[str, Any]:
        auth = ("lever-sandbox-people", "")
        async with httpx.AsyncClient(transport=self.line.lever, base_url=LEVER, auth=auth) as http:
            return dict((await http.get(path)).raise_for_status().json())


@pytest.fixture(autouse=True)
def look_again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.leads_in_doubt.LOOK_AGAIN", LOOK_AGAIN)
    monkeypatch.setattr("store.circuit_breaker.FIRST_HOLD", LOOK_AGAIN)


@pytest.fixture(autouse=True)
def without_prefect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.prospect_withdrawals.add_note", add_note.fn)


HALTED, BUSY, CREATE, SKIP = Fault.SILENT, Fault.BUSY, IfInLever.CREATE, IfInLever.SKIP


@given(course=courses)
@example(Course([], [HALTED, None], [1, 1], CREATE, batch=1))
@example(Course([], [Fault.LATE], [1], CREATE, batch=1))
@example(Course([12, 14, 16, 18, 20], [], [1, 2], CREATE, batch=2))
@example(Course([], [HALTED], [1], SKIP, batch=1, events=[(9, Event.MOVED, 0)]))
@example(Course([], [HALTED], [1], SKIP, batch=1, events=[(9, Event.WITHDRAWN, 0)]))
@example(Course([], [HALTED], [1], CREATE, batch=1, events=[(14, Event.SETTINGS, 0)]))
@example(Course([], [], [1], CREATE, batch=1, events=[(5, Event.WITHDRAWN, 0), (25, Event.MOVED, 0)]))
@example(
    Course([], [None, None, BUSY, HALTED, BUSY], [1, 2], SKIP, batch=2, events=[(9, Event.WITHDRAWN, 0)])
)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_whatever_dies_and_whenever_each_prospect_is_one_lead(
    database: Database, vault: Vault, tmp_path: Path, course: Course
) -> None:
    export = Export(database, vault, tmp_path, course)
    await export.begin()
    for moment in course.deaths:
        await export.attempt(moment)
    while not await export.attempt(None):
        pass
    leads, rows = await export.leads(), await export.rows()
    linked = [row for row in rows if row.state is ProspectState.LINKED]
    left = [row for row in rows if row.state is ProspectState.WITHDRAWN]
    own = [row.opportunity_id for row in [*linked, *left] if row.begun_at and row.opportunity_id]
    assert sorted(leads) == sorted([*own, *export.former])
    assert {row.state for row in rows if row not in left} <= {ProspectState.LINKED, ProspectState.EXISTING}
    assert len({leads[row.opportunity_id or ""] for row in linked}) == len(linked)
    assert {row.opportunity_id for row in rows if row.state is ProspectState.EXISTING} <= set(leads)
    if not any(event in (Event.MOVED, Event.WITHDRAWN) for _, event, _ in course.events):
        assert sorted(leads.values()) == sorted(
            {f"person-{person}@prospects.test" for person in course.people}
        )

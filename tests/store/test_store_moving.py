"""What moves with a request to another opportunity: its follow-up, its rows in the effect log, its outcome."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select, update

from hiring.follow_ups import FollowUpState
from hiring.outcomes import Outcome, OutcomeSource
from store.attempts import Attempt
from store.database import Database
from store.deliveries import LOST_NEWS, Deliveries, Recorded
from store.effects import Effects
from store.erasure import Erasure
from store.moving import NOT_CONFIRMED, Moving
from store.outcome_tables import FollowUp, HiringOutcome
from store.requests import NewRequest
from store.tables import Delivery, DeliveryState, Effect, EffectState, ReferenceRequest, RequestState
from store.tombstones import Tombstones
from store.vault import Vault
from tests.factories import Connected, connect
from tests.store.inbox import record, running, snapshot, stage_change
from tests.store.reservations import INDEX, get, reserve, reserved


@pytest.fixture
async def connected(database: Database, vault: Vault) -> Connected:
    return await connect(database, vault)


@pytest.fixture
async def carrier(database: Database, connected: Connected) -> Attempt:
    told = replace(stage_change(connected, "old"), opportunity_id="old", event="candidateDeleted")
    return await running(database, told)


def about(connected: Connected, opportunity_id: str, contact_id: str | None = "c-1") -> NewRequest:
    return NewRequest(connected.connection.id, opportunity_id, contact_id, "Engineers", "Engineer", INDEX)


async def move(database: Database, connected: Connected, carrier: Attempt) -> list[int]:
    async with database.transaction() as session:
        moving = Moving(session, connected.connection.id, carrier.delivery_id)
        awaiting = await moving.awaiting("old")
        await moving.move(awaiting, "new")
        return [one.id for one in awaiting]


async def effect(
    database: Database, connected: Connected, key: str, by: Attempt, state: EffectState = EffectState.DONE
) -> None:
    async with database.transaction() as session:
        await Effects(session).intend(connected.connection.id, key, by)
        values = {"state": state, "result": "made"}
        await session.execute(update(Effect).where(Effect.key == key).values(values))


async def effects(database: Database) -> dict[str, tuple[EffectState, str | None]]:
    async with database.transaction() as session:
        return {one.key: (one.state, one.result) for one in await session.scalars(select(Effect))}


OPEN = (RequestState.SENT, RequestState.UNKNOWN)


@pytest.mark.parametrize("state", list(RequestState))
async def test_what_is_open_moves(
    database: Database, connected: Connected, carrier: Attempt, state: RequestState
) -> None:
    request = await reserved(database, about(connected, "old"), state)
    assert await move(database, connected, carrier) == ([request.id] if state in OPEN else [])
    after = await get(database, request.id)
    assert (after.opportunity_id, after.state) == ("new" if state in OPEN else "old", state)


@pytest.mark.parametrize(
    ("left", "moves"),
    [(EffectState.INTENDED, True), (EffectState.UNKNOWN, True), (EffectState.REFUSED, False)],
)
async def test_one_that_may_have_left_moves_as_not_confirmed(
    database: Database, connected: Connected, carrier: Attempt, left: EffectState, *, moves: bool
) -> None:
    request = await reserved(database, about(connected, "old"), RequestState.INTENDED)
    await effect(database, connected, f"crosschq-request/{request.id}", carrier, left)
    assert await move(database, connected, carrier) == ([request.id] if moves else [])
    if moves:
        after = await get(database, request.id)
        assert (after.state, after.problem) == (RequestState.UNKNOWN, NOT_CONFIRMED)


async def test_its_marks_move_and_are_to_be_looked_for(
    database: Database, connected: Connected, carrier: Attempt
) -> None:
    worker = await running(database, snapshot(connected, "rq-x"))
    request = await reserved(database, about(connected, "old"), RequestState.SENT)
    other = request.id * 10
    for key in (
        f"crosschq-request/{request.id}",
        f"note/old/request-{request.id}-complete",
        f"note/old/request-{other}-complete",
        f"file/old/crosschq-report-rq-{request.id}.pdf",
        "file/old/crosschq-report-rq-x.pdf",
        "link/c-1/digest",
        "note/old/move-1",
    ):
        await effect(database, connected, key, worker)
    await move(database, connected, carrier)
    async with database.transaction() as session:
        await session.execute(
            update(Delivery)
            .where(Delivery.id == worker.delivery_id)
            .values(state=DeliveryState.DONE, opportunity_id="old")
        )
        erasure = Erasure(session)
        kept = await erasure.kept(connected.connection.id, "old", carrier)
        await erasure.erase(kept, carrier, lambda text: text[::-1])
    assert await effects(database) == {
        f"crosschq-request/{request.id}": (EffectState.DONE, "made"),
        f"note/new/request-{request.id}-complete": (EffectState.INTENDED, None),
        f"file/new/crosschq-report-rq-{request.id}.pdf": (EffectState.INTENDED, None),
        "link/c-1/digest": (EffectState.DONE, "made"),
    }


@pytest.mark.parametrize("own", [None, *RequestState])
async def test_it_comes_after_those_that_are_there(
    database: Database, connected: Connected, carrier: Attempt, own: RequestState | None
) -> None:
    if own:
        await reserved(database, about(connected, "new"), own)
    request = await reserved(database, about(connected, "old"), RequestState.SENT)
    await move(database, connected, carrier)
    after = await get(database, request.id)
    is_open = own in (RequestState.INTENDED, RequestState.UNKNOWN, RequestState.SENT)
    assert (after.generation, after.is_beside_another) == (2 if own else 1, is_open)
    # The next move of the other opportunity makes no further one, whichever of the two is open.
    async with database.transaction() as session:
        before = await session.scalar(select(func.count()).select_from(ReferenceRequest))
    taken_over = await reserve(database, about(connected, "new"))
    assert (taken_over is None) == (own is not RequestState.INTENDED)
    async with database.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(ReferenceRequest)) == before


async def test_its_follow_up_goes_on_as_another_generation(
    database: Database, connected: Connected, carrier: Attempt
) -> None:
    request = await reserved(database, about(connected, "old"), RequestState.COMPLETED)
    async with database.transaction() as session:
        session.add(
            FollowUp(
                connection_id=connected.connection.id,
                request_id=request.id,
                opportunity_id="old",
                state=FollowUpState.ASKED,
                reported_at=func.now(),
                due_at=func.now(),
                flow_run_id="waits",
                link_generation=1,
            )
        )
    assert await move(database, connected, carrier) == [request.id]
    async with database.transaction() as session:
        moved = (await session.scalars(select(FollowUp))).one()
    assert (moved.opportunity_id, moved.state, moved.generation) == ("new", FollowUpState.ASKED, 2)
    assert (moved.void_runs, moved.flow_run_id, moved.link_generation) == (["waits"], None, 1)


@pytest.mark.parametrize("has_own", [True, False])
async def test_an_outcome_that_is_not_shown_yet_goes_on_unless_the_other_one_has_its_own(
    database: Database, connected: Connected, carrier: Attempt, *, has_own: bool
) -> None:
    request = await reserved(database, about(connected, "old"), RequestState.COMPLETED)
    said = {"outcome": Outcome.HIRED, "source": OutcomeSource.ANSWER, "version": 2, "shown_version": 1}
    async with database.transaction() as session:
        for one in ["old", *(["new"] if has_own else [])]:
            session.add(HiringOutcome(connection_id=connected.connection.id, opportunity_id=one, **said))
    assert await move(database, connected, carrier) == [request.id]
    async with database.transaction() as session:
        rows = await session.scalars(select(HiringOutcome).order_by(HiringOutcome.id))
        found = {one.opportunity_id: (one.version, one.shown_version) for one in rows}
    assert found == ({"old": (2, 1), "new": (2, 1)} if has_own else {"new": (3, 1)})


async def test_news_that_waits_goes_on_and_is_not_erased(
    database: Database, connected: Connected, carrier: Attempt
) -> None:
    request = await reserved(database, about(connected, "old"), RequestState.SENT)
    await record(database, snapshot(connected, f"rq-{request.id}", opportunity_id="old"))
    await move(database, connected, carrier)
    async with database.transaction() as session:
        kept = await Erasure(session).kept(connected.connection.id, "old", carrier)
    assert (kept.deliveries, kept.requests, kept.awaited) == ([], [], [])


async def test_a_report_that_was_awaited_is_seen_once_and_without_whom(
    database: Database, connected: Connected, vault: Vault
) -> None:
    here = connected.connection.id
    digests = {name: vault.blind_index(f"request:{name}") for name in ("awaited", "delivered")}
    async with database.transaction() as session:
        await Tombstones(session).lay(here, list(digests.values()), [digests["awaited"]])
    news = [
        snapshot(connected, name, subject_digests=tuple(vault.blind_indexes(f"request:{name}")))
        for name in ("awaited", "delivered", "awaited")
    ]
    async with database.transaction() as session:
        assert await Deliveries(session).record_all(news) == 3 * [Recorded.ERASED]
    async with database.transaction() as session:
        row = (await session.scalars(select(Delivery))).one()
    assert (row.state, row.outcome, row.body) == (DeliveryState.DEAD, LOST_NEWS, None)
    assert (row.subject, row.opportunity_id) == (f"erased:{digests['awaited']}", None)

"""What goes after its retention, what stays whatever its age, and what is known of what went."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text, update

from hiring.outcomes import Outcome, OutcomeSource
from store.attempts import Attempt
from store.audits import Audits, PersonsWord
from store.database import Database
from store.deletion_looks import last_look, note_look
from store.deliveries import Deliveries, NewDelivery, Recorded
from store.due import MOVE_EVENT
from store.effect_keys import creation_key, lead_key, mail_key, note_key, tag_key, withdrawal_key
from store.effects import Effects
from store.erasure import Erasure
from store.outcomes import Outcomes
from store.people import PageSessions, People, SignInFailures
from store.people_tables import PageSession, Role, SignInFailure
from store.replaying import NotReplayable, replay
from store.requests import NewRequest
from store.retention import BATCH, Retention
from store.tables import (
    OPEN_REQUEST,
    UNFINISHED,
    Audit,
    Delivery,
    DeliveryState,
    Effect,
    EffectState,
    NewestMove,
    RequestState,
)
from store.vault import Vault
from tests.factories import Connected, connect
from tests.store.inbox import finish, record, row, running, stage_change
from tests.store.reservations import INDEX, reserved
from tests.store.waits import begin, end

YEAR = timedelta(days=365)
AGES = timedelta(days=1000)
MOVED = datetime(2026, 3, 1, 9, tzinfo=UTC)
HIRED = "candidateHired"

Prepare = Callable[[Database, Connected, Attempt], Awaitable[object]]


@pytest.fixture
async def connected(database: Database, vault: Vault) -> Connected:
    return await connect(database, vault)


def move(connected: Connected, opportunity_id: str = "o-1", **changes: object) -> NewDelivery:
    moved = replace(stage_change(connected, opportunity_id, **changes), opportunity_id=opportunity_id)
    return replace(moved, triggered_at=moved.triggered_at or MOVED)


async def ended(database: Database, new: NewDelivery, state: DeliveryState = DeliveryState.DONE) -> Attempt:
    attempt = await running(database, new)
    assert await finish(database, attempt, state)
    return attempt


async def time_passes(database: Database, passed: timedelta = AGES) -> None:
    """As if all rows were that much older."""
    async with database.transaction() as session:
        for table, columns in (
            ("delivery", ("received_at", "finished_at", "kept_at", "next_attempt_at", "first_attempt_at")),
            ("effect", ("created_at", "updated_at")),
            ("audit", ("at",)),
            ("page_session", ("created_at", "seen_at")),
            ("sign_in_failure", ("at",)),
        ):
            for column in columns:
                earlier = f"UPDATE {table} SET {column} = {column} - CAST(:passed AS interval)"  # noqa: S608 - ours
                await session.execute(text(earlier), {"passed": passed})


async def purge(database: Database, retention: timedelta = YEAR) -> int:
    async with database.transaction() as session:
        return await Retention(session).forget_deliveries(retention)


async def kept(database: Database) -> list[int]:
    async with database.transaction() as session:
        return [*await session.scalars(select(Delivery.id).order_by(Delivery.id))]


async def has_effect(
    database: Database, by: Attempt, key: str, state: EffectState = EffectState.DONE, connection_id: int = 1
) -> None:
    async with database.transaction() as session:
        await Effects(session).intend(connection_id, key, by)
        if state is not EffectState.INTENDED:
            await Effects(session).settle(connection_id, key, by, state, result="made", detail=None)


async def number_of(database: Database, table: type[Effect | Audit | PageSession | SignInFailure]) -> int:
    async with database.transaction() as session:
        return (await session.scalars(select(func.count()).select_from(table))).one()


async def test_what_has_ended_goes_with_its_effects_after_its_retention(
    database: Database, connected: Connected
) -> None:
    done = await ended(database, move(connected))
    ignored = await ended(database, move(connected, "o-2"), DeliveryState.IGNORED)
    await has_effect(database, done, note_key("o-1", "request-1-sent"))
    await has_effect(database, ignored, tag_key(ignored.token, "sent"), EffectState.REFUSED)
    await time_passes(database, YEAR - timedelta(minutes=1))
    assert await purge(database) == 0
    await time_passes(database, timedelta(minutes=2))
    assert await purge(database) == 2
    assert (await kept(database), await number_of(database, Effect)) == ([], 0)


@pytest.mark.parametrize("state", [*UNFINISHED, DeliveryState.DEAD])
async def test_what_is_unfinished_or_needs_a_person_never_goes(
    database: Database, connected: Connected, state: DeliveryState
) -> None:
    await ended(database, move(connected))
    async with database.transaction() as session:
        await session.execute(update(Delivery).values(state=state))
    await time_passes(database)
    assert (await purge(database), await kept(database)) == (0, [1])


async def test_what_waits_for_the_end_of_shadow_mode_never_goes(
    database: Database, connected: Connected
) -> None:
    await ended(database, move(connected))
    async with database.transaction() as session:
        await session.execute(update(Delivery).values(after_shadow=True))
    await time_passes(database)
    assert (await purge(database), await kept(database)) == (0, [1])


def about_request(state: RequestState) -> Prepare:
    async def prepare(database: Database, connected: Connected, _by: Attempt) -> None:
        new = NewRequest(connected.connection.id, "o-1", None, "Engineers", "Engineer", INDEX)
        await reserved(database, new, state)

    return prepare


def with_effect(key: str, state: EffectState = EffectState.DONE) -> Prepare:
    return lambda database, _connected, by: has_effect(database, by, key, state)


async def follow_up_waits(database: Database, connected: Connected, _by: Attempt) -> None:
    await begin(database, connected, "o-1")


async def follow_up_is_over(database: Database, connected: Connected, _by: Attempt) -> None:
    await end(database, (await begin(database, connected, "o-1")).id)


async def outcome_is_unshown(database: Database, connected: Connected, _by: Attempt) -> None:
    async with database.transaction() as session:
        await Outcomes(session).record(
            connected.connection.id, "o-1", Outcome.HIRED, OutcomeSource.ANSWER, None
        )


async def outcome_is_shown(database: Database, connected: Connected, by: Attempt) -> None:
    await outcome_is_unshown(database, connected, by)
    async with database.transaction() as session:
        await Outcomes(session).note_shown(1, 1)


GUARDED: dict[str, Prepare] = {
    **{f"request {state}": about_request(state) for state in OPEN_REQUEST},
    "follow-up waits": follow_up_waits,
    "outcome unshown": outcome_is_unshown,
    "unknown note": with_effect(note_key("o-1", "delivery-1"), EffectState.UNKNOWN),
    "note nobody settled": with_effect(note_key("o-1", "delivery-1"), EffectState.INTENDED),
    "unknown request": with_effect(creation_key(7), EffectState.UNKNOWN),
    "unknown mail": with_effect(mail_key(7, 1), EffectState.UNKNOWN),
    "unknown tag of the last attempt": with_effect(tag_key("delivery:1:1", "sent"), EffectState.UNKNOWN),
    "lead": with_effect(lead_key("p-1", 1)),
    "withdrawn lead": with_effect(withdrawal_key("p-1", 1)),
}
FREE: dict[str, Prepare] = {
    **{f"request {state}": about_request(state) for state in RequestState if state not in OPEN_REQUEST},
    "follow-up over": follow_up_is_over,
    "outcome shown": outcome_is_shown,
    "note": with_effect(note_key("o-1", "delivery-1")),
}


@pytest.mark.parametrize("what", GUARDED)
async def test_what_keeps_a_possible_act_from_being_repeated_stays(
    database: Database, connected: Connected, what: str
) -> None:
    attempt = await ended(database, move(connected))
    await GUARDED[what](database, connected, attempt)
    await time_passes(database)
    assert await purge(database) == 1
    assert await kept(database) == [1]
    # It is not looked at again each minute, but when its retention is over anew.
    assert await purge(database) == 0
    await time_passes(database)
    assert await purge(database) == 1
    assert await kept(database) == [1]


@pytest.mark.parametrize("what", FREE)
async def test_what_no_act_can_come_of_any_more_goes(
    database: Database, connected: Connected, what: str
) -> None:
    attempt = await ended(database, move(connected))
    await FREE[what](database, connected, attempt)
    await time_passes(database)
    assert await purge(database) == 1
    assert (await kept(database), await number_of(database, Effect)) == ([], 0)


async def test_unknown_effects_of_what_is_known_since_do_not_hold_a_delivery(
    database: Database, connected: Connected
) -> None:
    attempt = await ended(database, move(connected))
    await about_request(RequestState.COMPLETED)(database, connected, attempt)
    await has_effect(database, attempt, creation_key(1), EffectState.UNKNOWN)
    earlier = Attempt(attempt.delivery_id, attempt.number - 1)
    await has_effect(database, earlier, tag_key(earlier.token, "sent"), EffectState.UNKNOWN)
    await time_passes(database)
    assert await purge(database) == 1
    assert await kept(database) == []


async def test_what_is_guarded_no_more_goes_with_the_next_retention(
    database: Database, connected: Connected
) -> None:
    attempt = await ended(database, move(connected))
    follow_up = await begin(database, connected, "o-1")
    await time_passes(database)
    await purge(database)
    await end(database, follow_up.id)
    await time_passes(database, YEAR + timedelta(days=1))
    assert await purge(database) == 1
    assert attempt.delivery_id not in await kept(database)


async def test_another_connections_open_request_holds_nothing(
    database: Database, connected: Connected, vault: Vault
) -> None:
    attempt = await ended(database, move(connected))
    await about_request(RequestState.SENT)(database, await connect(database, vault), attempt)
    await time_passes(database)
    await purge(database)
    assert await kept(database) == []


async def knows_of(database: Database, event: str, since: datetime, opportunity_id: str = "o-1") -> bool:
    async with database.transaction() as session:
        return await Deliveries(session).knows_of([event], 1, opportunity_id, since)


async def test_the_newest_move_is_known_when_its_delivery_has_gone(
    database: Database, connected: Connected
) -> None:
    for moved_at in (MOVED, MOVED - timedelta(days=9)):
        await ended(database, move(connected, triggered_at=moved_at))
        await time_passes(database)
        await purge(database)
    assert await kept(database) == []
    assert await knows_of(database, MOVE_EVENT, MOVED)
    assert not await knows_of(database, MOVE_EVENT, MOVED + timedelta(seconds=1))
    assert not await knows_of(database, MOVE_EVENT, MOVED, "o-2")
    assert not await knows_of(database, HIRED, MOVED)


async def test_only_moves_are_kept_apart(database: Database, connected: Connected) -> None:
    await ended(database, move(connected, event=HIRED))
    await time_passes(database)
    await purge(database)
    async with database.transaction() as session:
        assert (await session.scalars(select(NewestMove))).all() == []


async def test_an_erasure_takes_what_was_kept_apart(
    database: Database, connected: Connected, vault: Vault
) -> None:
    for opportunity_id in ("o-1", "o-2"):
        await ended(database, move(connected, opportunity_id))
    await time_passes(database)
    await purge(database)
    carrier = await running(database, replace(move(connected), event="candidateDeleted"))
    async with database.transaction() as session:
        erasure = Erasure(session)
        assert await erasure.kept_among(1, {"o-1", "o-2", "o-3"}) == {"o-1", "o-2"}
        await erasure.erase(await erasure.kept(1, "o-1", carrier), carrier, vault.blind_index)
        assert await erasure.kept_among(1, {"o-1", "o-2", "o-3"}) == {"o-2"}


async def test_a_batch_is_bounded_and_the_oldest_go_first(database: Database, connected: Connected) -> None:
    many = [move(connected, f"o-{number}", outcome="Ignored.") for number in range(BATCH + 5)]
    async with database.transaction() as session:
        await Deliveries(session).record_all(many)
    await time_passes(database)
    async with database.transaction() as session:
        at = Delivery.finished_at - timedelta(days=1)
        await session.execute(update(Delivery).where(Delivery.id <= BATCH).values(finished_at=at))
    assert await purge(database) == BATCH
    assert await kept(database) == [*range(BATCH + 1, BATCH + 6)]


async def test_two_purges_at_once_share_the_work_and_a_locked_row_waits_for_the_next(
    database: Database, connected: Connected
) -> None:
    many = [move(connected, f"o-{number}", outcome="Ignored.") for number in range(2 * BATCH + 1)]
    async with database.transaction() as session:
        await Deliveries(session).record_all(many)
    await time_passes(database)
    async with database.transaction() as session:
        await session.get(Delivery, 1, with_for_update=True)
        await asyncio.gather(purge(database), purge(database))
    await purge(database)
    await purge(database)
    assert await kept(database) == []


async def test_a_webhook_that_is_sent_again_is_known_as_long_as_it_would_be_accepted(
    database: Database, connected: Connected
) -> None:
    new = move(connected)
    await ended(database, new)
    await time_passes(database, YEAR - timedelta(days=1))
    await purge(database)
    assert await record(database, new) is Recorded.REPEAT


async def test_bodies_are_forgotten_after_their_time_and_outcomes_stay(
    database: Database, connected: Connected
) -> None:
    await ended(database, move(connected))
    await record(database, move(connected, "o-2"))

    async def forget(older_than: timedelta) -> int:
        async with database.transaction() as session:
            return await Retention(session).forget_bodies(older_than)

    assert await forget(timedelta(days=30)) == 0
    assert await forget(timedelta(days=-1)) == 1
    assert ((await row(database, 1)).body, (await row(database, 1)).outcome) == (None, "Done.")
    assert (await row(database, 2)).body == b"sealed"
    assert await forget(timedelta(days=-1)) == 0


async def test_the_audit_goes_but_for_what_was_done_to_a_connection_and_its_newest_look(
    database: Database, connected: Connected
) -> None:
    which = connected.connection.id
    async with database.transaction() as session:
        note_look(session, which, 0)
        Audits(session).of_connection(which, who="ada", what="said that Crosschq's own connector is off")
        Audits(session).add(who="ada", what="replayed", subject="delivery:1", connection_id=which)
    await time_passes(database, timedelta(days=1))
    async with database.transaction() as session:
        note_look(session, which, 0)
    await time_passes(database)
    async with database.transaction() as session:
        looked_at = await last_look(session, which)
        assert await Retention(session).forget_audits(timedelta(days=730)) == 2
        assert await last_look(session, which) == looked_at
        said = await Audits(session).latest(which, ["said that Crosschq's own connector is off"])
        assert said is not None
        Audits(session).add(who="ada", what="replayed", subject="delivery:2", connection_id=which)
    async with database.transaction() as session:
        assert await Retention(session).forget_audits(timedelta(days=730)) == 0
    assert await number_of(database, Audit) == 3


async def test_sessions_and_wrong_passwords_go_when_they_are_over(database: Database) -> None:
    async with database.transaction() as session:
        person = await People(session).add("ada", Role.ADMIN, "hash")
        await PageSessions(session).begin("digest", person.id)
        await SignInFailures(session).note(["whence"])
        assert await Retention(session).forget_sessions() == 0
        assert await Retention(session).forget_failures() == 0
    await time_passes(database, timedelta(minutes=31))
    async with database.transaction() as session:
        assert await Retention(session).forget_sessions() == 1
        assert await Retention(session).forget_failures() == 1
    assert [await number_of(database, table) for table in (PageSession, SignInFailure)] == [0, 0]


async def try_replay(database: Database, delivery_id: int) -> None:
    async with database.transaction() as session:
        await replay(session, delivery_id, PersonsWord("ada", "why not"), datetime.now(UTC), YEAR)


async def test_a_delivery_that_can_go_any_moment_is_not_replayed(
    database: Database, connected: Connected
) -> None:
    await ended(database, move(connected))
    await time_passes(database, YEAR + timedelta(hours=1))
    with pytest.raises(NotReplayable, match="ended more than 365 days ago"):
        await try_replay(database, 1)
    await purge(database)
    with pytest.raises(NotReplayable, match=r"no delivery 1 \(any more\).*365 days"):
        await try_replay(database, 1)


async def test_what_was_given_up_can_be_replayed_however_old_it_is(
    database: Database, connected: Connected
) -> None:
    await ended(database, move(connected), DeliveryState.DEAD)
    await time_passes(database)
    await try_replay(database, 1)
    assert (await row(database, 1)).state is DeliveryState.WAITING


async def test_what_a_person_dropped_is_kept_from_then_on(database: Database, connected: Connected) -> None:
    await ended(database, move(connected), DeliveryState.DEAD)
    await time_passes(database)
    async with database.transaction() as session:
        await Deliveries(session).drop(await session.get_one(Delivery, 1), "Dropped.")
    assert (await purge(database), await kept(database)) == (0, [1])

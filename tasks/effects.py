"""Does an outside act at most once, ever: its row is written before the call and settled after it (docs/decisions/06).

Neither vendor has idempotency keys. After a time-out the act is looked for before it is repeated; what cannot be
looked for stays unknown, and a person decides. Until the vendor has answered a read, no further act begins there.

Everything that we write outside, mail included, goes through here; so here, and nowhere else, is where shadow mode is
kept: no story can get past it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from outbound.errors import (
    CredentialsRefused,
    NotExecuted,
    OutcomeUnknown,
    Refused,
    SlowDown,
    Unavailable,
    VendorError,
)
from outbound.guard import checked_before_writes
from store.attempts import Attempts
from store.circuit_breaker import CircuitBreaker, Tripped
from store.effects import Before, Effects
from store.shadow import Shadow
from store.tables import EffectState, Vendor
from tasks.case import Case, crosschq_of, lever_of
from wiring import current_parts

Act = Callable[[], Awaitable[str]]
"""Calls the vendor and returns the id of what was made."""
Find = Callable[[], Awaitable[str | None]]
"""Looks at the vendor for what the act would have made. Raises NotVisible where it may be there unseen."""


IN_FLIGHT_SECONDS = 3.0
"""How long a call that is under way may still take when its run is cancelled."""


class Superseded(Exception):  # noqa: N818 - says what happened
    """Another attempt has this delivery now; this one may not act any more."""


class InShadow(NotExecuted):
    """The connection is in shadow mode. Stories say what they would do and end before; only one that was at work
    when it was switched on comes here, and its next attempt says it.
    """


class HeldBack(Unavailable):
    """The outcome of an earlier act at this vendor is unknown, and no read of it has succeeded since."""


class NotVisible(Exception):  # noqa: N818 - says what happened
    """Nothing was found, and what was looked for may be hidden from our key."""


class StaysUnknown(Exception):  # noqa: N818 - says what happened
    """The act may have happened, and neither vendor can tell. It is not done again without a person."""


async def once(case: Case, key: str, act: Act, *, at: Vendor | None, find: Find | None = None) -> str:
    """Does `act` unless it is known to have been done under `key`; returns the id of what was made.

    `at`: the vendor that is held back after an unknown outcome; None for mail, where nothing can be read.
    Raises what `act` raises, StaysUnknown, Superseded, InShadow, or HeldBack.
    """
    try:
        return await _done_once(case, key, act, at, find)
    except NotVisible:
        await _settle(case, key, EffectState.UNKNOWN)
        raise StaysUnknown(key) from None


async def _done_once(case: Case, key: str, act: Act, at: Vendor | None, find: Find | None) -> str:
    before = await _intend_when_free(case, key, at, can_look=find is not None)
    if before and before.state is EffectState.DONE:
        return before.result or ""
    if before and before.state is not EffectState.REFUSED:
        found = await _look(case, key, find)
        if found is not None:
            await _settle(case, key, EffectState.DONE, result=found)
            return found
    return await _to_its_end(_do(case, key, act, at, can_look=find is not None))


async def once_if_allowed(
    case: Case, key: str, act: Act, *, at: Vendor | None, find: Find | None = None
) -> bool:
    """As `once`; False where the vendor refuses the act, so that a person has to do it there."""
    try:
        await once(case, key, act, at=at, find=find)
    except CredentialsRefused:
        # Says nothing of this act: the connection is paused, and it is tried again.
        raise
    except Refused:
        return False
    return True


async def repeatable(case: Case, key: str, act: Act) -> None:
    """As `once`, for an act that done twice is the same as done once: when unsure, it is done again."""
    await once(case, key, act, at=None, find=_do_it_again)


async def _do_it_again() -> None:
    return None


async def _intend_when_free(case: Case, key: str, at: Vendor | None, *, can_look: bool) -> Before | None:
    """Reads the vendor first while that holds acts back. Raises HeldBack when it does not answer."""
    before = await _intend(case, key, at, can_look=can_look)
    if isinstance(before, Tripped):
        await _reset_by_reading(case, key, before)
        before = await _intend(case, key, at, can_look=can_look)
    if isinstance(before, Tripped):
        raise _held_back(before.vendor, key, "another outcome has become unknown meanwhile")
    return before


async def _intend(case: Case, key: str, at: Vendor | None, *, can_look: bool) -> Before | Tripped | None:
    async with current_parts().database.transaction() as session:
        await _check_current(session, case)
        if await Shadow(session).is_on(case.connection_id):
            raise InShadow("crosschq-lever", key.partition("/")[0], "nothing is written in shadow mode.")
        effects = Effects(session)
        tripped = await CircuitBreaker(session, case.connection_id, at).tripped() if at else None
        if tripped and _would_act(await effects.known(case.connection_id, key), can_look=can_look):
            return tripped
        return await effects.intend(case.connection_id, key, case.attempt)


async def _check_current(session: AsyncSession, case: Case) -> None:
    if not await Attempts(session).is_current(case.attempt):
        raise Superseded(
            f"Delivery {case.attempt.delivery_id} is not at attempt {case.attempt.number} any more."
        )


def _would_act(before: Before | None, *, can_look: bool) -> bool:
    """Whether the vendor may be called about the act, and not only our own store."""
    return (
        before is None
        or before.state is EffectState.REFUSED
        or (before.state is not EffectState.DONE and can_look)
    )


async def _reset_by_reading(case: Case, key: str, tripped: Tripped) -> None:
    """The read begins after `tripped` was seen, so that it proves something whatever the clocks say."""
    if tripped.held_for > timedelta(0):
        raise _held_back(tripped.vendor, key, "this has happened several times in a row")
    try:
        await _read_something(case, tripped.vendor)
    except (CredentialsRefused, SlowDown):
        raise
    except VendorError as error:
        raise _held_back(tripped.vendor, key, f"a read fails ({error})") from error
    async with current_parts().database.transaction() as session:
        await CircuitBreaker(session, case.connection_id, tripped.vendor).reset(tripped)


async def _read_something(case: Case, at: Vendor) -> None:
    match at:
        case Vendor.LEVER:
            async with lever_of(case) as (lever, _):
                await lever.stages(skipped=_whatever_is_unreadable)
        case Vendor.CROSSCHQ:
            async with crosschq_of(case) as crosschq:
                await crosschq.surveys(skipped=_whatever_is_unreadable)


def _whatever_is_unreadable(_: VendorError) -> None:
    """The vendor answers, which is all that counts here."""


def _held_back(at: Vendor, key: str, why: str) -> HeldBack:
    return HeldBack(
        at.value.capitalize(),
        key.partition("/")[0],
        f"nothing was done: whether an earlier act was done there is unknown, and {why}; no further one is begun until "
        "a read succeeds, and this one is tried again later",
    )


async def _look(case: Case, key: str, find: Find | None) -> str | None:
    if find is None:
        await _settle(case, key, EffectState.UNKNOWN)
        raise StaysUnknown(key)
    return await find()


async def _to_its_end(doing: Coroutine[Any, Any, str]) -> str:
    """A cancellation waits for the vendor's answer and its record; what takes too long stays `intended`.

    Which says no less than unknown: the act may have happened, and is looked for before it is done again.
    """
    task = asyncio.ensure_future(doing)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=IN_FLIGHT_SECONDS)
        task.cancel()
        raise


async def _do(case: Case, key: str, act: Act, at: Vendor | None, *, can_look: bool) -> str:
    async def is_still_ours() -> None:
        # The intent may be long ago: this process has waited for a turn, and may have been frozen meanwhile.
        async with current_parts().database.transaction() as session:
            await _check_current(session, case)

    try:
        with checked_before_writes(is_still_ours):
            made = await act()
    except (NotExecuted, Refused) as error:
        await _settle(case, key, EffectState.REFUSED, detail=str(error))
        raise
    except OutcomeUnknown as error:
        await _settle(case, key, EffectState.UNKNOWN, at=at, detail=str(error))
        if can_look:
            raise
        raise StaysUnknown(key) from error
    await _settle(case, key, EffectState.DONE, at=at, result=made)
    return made


async def _settle(
    case: Case,
    key: str,
    state: EffectState,
    *,
    at: Vendor | None = None,
    result: str | None = None,
    detail: str | None = None,
) -> None:
    """`at`: the vendor that this outcome tells something about."""
    async with current_parts().database.transaction() as session:
        if at:
            # Before the effect's own row, in the order in which `_intend` locks them.
            breaker = CircuitBreaker(session, case.connection_id, at)
            await (breaker.trip() if state is EffectState.UNKNOWN else breaker.note_success())
        settled = await Effects(session).settle(
            case.connection_id, key, case.attempt, state, result=result, detail=detail
        )
    if not settled:
        raise Superseded(f"Another attempt has taken over effect {key}.")

"""Does an outside act at most once, ever: its row is written before the call and settled after it (design 3.6).

Neither vendor has idempotency keys. After a time-out the act is looked for before it is repeated; what cannot be
looked for stays unknown, and a person decides.

Everything that we write outside, mail included, goes through here; so here, and nowhere else, is where shadow mode is
kept: no story can get past it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from outbound.errors import CredentialsRefused, NotExecuted, OutcomeUnknown, Refused
from store.attempts import Attempts
from store.effects import Before, Effects
from store.shadow import Shadow
from store.tables import EffectState
from tasks.case import Case
from wiring import current_parts

Act = Callable[[], Awaitable[str]]
"""Calls the vendor and returns the id of what was made."""
Find = Callable[[], Awaitable[str | None]]
"""Looks at the vendor for what the act would have made."""


IN_FLIGHT_SECONDS = 3.0
"""How long a call that is under way may still take when its run is cancelled."""


class Superseded(Exception):  # noqa: N818 - says what happened
    """Another attempt has this delivery now; this one may not act any more."""


class InShadow(NotExecuted):
    """The connection is in shadow mode. Stories say what they would do and end before; only one that was at work
    when it was switched on comes here, and its next attempt says it.
    """


class StaysUnknown(Exception):  # noqa: N818 - says what happened
    """The act may have happened, and neither vendor can tell. It is not done again without a person."""


async def once(case: Case, key: str, act: Act, *, find: Find | None = None) -> str:
    """Does `act` unless it is known to have been done under `key`; returns the id of what was made.

    Raises what `act` raises, StaysUnknown, Superseded, or InShadow.
    """
    before = await _intend(case, key)
    if before and before.state is EffectState.DONE:
        return before.result or ""
    if before and before.state is not EffectState.REFUSED:
        found = await _look(case, key, find)
        if found is not None:
            await _settle(case, key, EffectState.DONE, result=found)
            return found
    return await _to_its_end(_do(case, key, act, can_look=find is not None))


async def once_if_allowed(case: Case, key: str, act: Act, *, find: Find | None = None) -> bool:
    """As `once`; False where the vendor refuses the act, so that a person has to do it there."""
    try:
        await once(case, key, act, find=find)
    except CredentialsRefused:
        # Says nothing of this act: the connection is paused, and it is tried again.
        raise
    except Refused:
        return False
    return True


async def repeatable(case: Case, key: str, act: Act) -> None:
    """As `once`, for an act that done twice is the same as done once: when unsure, it is done again."""
    await once(case, key, act, find=_do_it_again)


async def _do_it_again() -> None:
    return None


async def _intend(case: Case, key: str) -> Before | None:
    async with current_parts().database.transaction() as session:
        if not await Attempts(session).is_current(case.attempt):
            raise Superseded(
                f"Delivery {case.attempt.delivery_id} is not at attempt {case.attempt.number} any more."
            )
        if await Shadow(session).is_on(case.connection_id):
            raise InShadow("crosschq-lever", key.partition("/")[0], "nothing is written in shadow mode.")
        return await Effects(session).intend(case.connection_id, key, case.attempt)


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


async def _do(case: Case, key: str, act: Act, *, can_look: bool) -> str:
    try:
        made = await act()
    except (NotExecuted, Refused) as error:
        await _settle(case, key, EffectState.REFUSED, detail=str(error))
        raise
    except OutcomeUnknown as error:
        await _settle(case, key, EffectState.UNKNOWN, detail=str(error))
        if can_look:
            raise
        raise StaysUnknown(key) from error
    await _settle(case, key, EffectState.DONE, result=made)
    return made


async def _settle(
    case: Case, key: str, state: EffectState, *, result: str | None = None, detail: str | None = None
) -> None:
    async with current_parts().database.transaction() as session:
        settled = await Effects(session).settle(
            case.connection_id, key, case.attempt, state, result=result, detail=detail
        )
    if not settled:
        raise Superseded(f"Another attempt has taken over effect {key}.")

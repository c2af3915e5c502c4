"""What an outcome seen now would change: decided as tasks.outcome_records does, and recorded nowhere."""

from collections.abc import Iterable
from dataclasses import dataclass

from hiring.outcomes import Change, KnownOutcome, Outcome, OutcomePolicy, SeenOutcome, decide
from store.connections import Connections
from store.outcomes import Outcomes
from tasks.case import Case
from tasks.outcome_records import known_from
from wiring import current_parts


@dataclass(frozen=True)
class Foreseen:
    """`is_to_show`: not both systems show it yet."""

    outcome: Outcome
    is_to_show: bool


async def foresee_outcome(case: Case, opportunity_id: str, seen: Iterable[SeenOutcome]) -> Foreseen:
    """As it would be known after all that was seen, in this order."""
    async with current_parts().database.transaction() as session:
        connection = await Connections(session).get(case.connection_id)
        policy = OutcomePolicy(connection.archived_is_not_hired)
        row = await Outcomes(session).find(connection.id, opportunity_id)
        known = known_from(row)
        is_to_show = row is not None and row.shown_version < row.version
    for one in seen:
        decision = decide(known, one, policy)
        if isinstance(decision, Change):
            in_crosschq = known.in_crosschq if known else None
            known = KnownOutcome(decision.outcome, decision.source, decision.hired_on, in_crosschq)
            is_to_show = True
    return Foreseen(known.outcome if known else Outcome.OPEN, is_to_show)

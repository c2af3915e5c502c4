"""How the outcome of a hire is told of in shadow mode: read and decided as otherwise, then only said."""

from collections.abc import Sequence

from hiring import in_shadow
from hiring.asked import whom_to_ask
from hiring.candidacy import Candidacy
from hiring.due import EndQuietly, NothingDue, QuietReason
from hiring.follow_ups import what_is_due
from hiring.outcome_notes import tells_outcome
from hiring.outcomes import Outcome as HiringOutcome
from hiring.outcomes import SeenOutcome
from outbound.errors import NotFound
from tasks.case import Case
from tasks.follow_up_records import DueFollowUp
from tasks.open_requests import open_requests
from tasks.outcome import Outcome
from tasks.outcome_foreseen import foresee_outcome
from tasks.outcome_records import has_outcome
from tasks.outcome_steps import outcome_in_crosschq, read_outcome
from wiring import current_parts


async def say_outcome(case: Case, candidacy: Candidacy, seen: Sequence[SeenOutcome]) -> Outcome:
    """`seen`: Lever's word first."""
    foreseen = await foresee_outcome(case, candidacy.opportunity_id, seen)
    is_out = candidacy.is_archived and seen[0].outcome is not HiringOutcome.HIRED
    cancels = is_out and bool(await open_requests(case, candidacy.opportunity_id))
    would_have = in_shadow.outcome(foreseen.outcome, is_to_show=foreseen.is_to_show, cancels=cancels)
    if would_have is None:
        return Outcome.done("NothingNew", "Both systems show this outcome already.")
    return Outcome.only_said(would_have)


async def say_what_is_due(case: Case, due: DueFollowUp) -> Outcome:
    """The follow-up stays as it is: nobody is asked in shadow mode, and it counts as overdue when that ends."""
    try:
        candidacy, seen = await read_outcome(case, case.subject_id)
    except NotFound:
        return Outcome.only_said(in_shadow.due(EndQuietly(QuietReason.DELETED), None))
    in_crosschq = await outcome_in_crosschq(case, due.crosschq_id)
    foreseen = await foresee_outcome(case, case.subject_id, [seen, *([in_crosschq] if in_crosschq else [])])
    now = max(current_parts().now(), due.facts.due_at)
    is_told = due.is_first and tells_outcome(candidacy.tags) and not await has_outcome(case, case.subject_id)
    step = what_is_due(due.facts, foreseen.outcome, candidacy, due.policy, now, is_told=is_told)
    if isinstance(step, NothingDue):
        return Outcome.ignored(step.reason)
    return Outcome.only_said(in_shadow.due(step, whom_to_ask(candidacy, due.fallback_asked)))

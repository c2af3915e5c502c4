"""A follow-up's time has come: what Lever says now decides whether anybody is asked, reminded, or left in peace."""

from datetime import datetime

from flows.follow_up_end import CHANGED, end
from flows.lever_profile import link_run_to
from flows.outcome_said import say_what_is_due
from flows.outcome_shown import show_outcome
from flows.question import ask
from hiring import in_shadow, question_notes
from hiring.answers import Answer
from hiring.asked import LetterKind
from hiring.candidacy import Candidacy
from hiring.due import (
    Ask,
    AskAgainLater,
    EndContradicted,
    EndQuietly,
    EndWithoutAnswer,
    NothingDue,
    QuietReason,
    RecordOnly,
    Remind,
    Settle,
)
from hiring.follow_ups import what_is_due
from hiring.local_days import local_day_in_words
from hiring.outcome_notes import tells_outcome
from hiring.outcomes import OutcomeSource, SeenOutcome
from outbound.errors import NotFound
from tasks.case import Case
from tasks.deleted_opportunities import GONE, MISSING_FOR, note_missing
from tasks.follow_up_records import (
    DueFollowUp,
    due_follow_up,
    is_still_due,
    remember_ask_again,
    remember_later,
)
from tasks.lever_writes import add_note
from tasks.outcome import Outcome
from tasks.outcome_records import has_outcome, known_outcome, record_seen
from tasks.outcome_steps import outcome_in_crosschq, read_outcome
from tasks.shadow import is_in_shadow
from tasks.unshown_outcomes import outcome_to_show, remember_nothing_to_show
from wiring import current_parts

_CONTRADICTED = "The answers contradicted each other within seconds, twice."


async def follow_up(case: Case) -> Outcome:
    due = await due_follow_up(case)
    if due is None:
        return await finish_showing(case)
    if await is_in_shadow(case):
        return await say_what_is_due(case, due)
    try:
        candidacy, seen = await read_outcome(case, case.subject_id)
    except NotFound:
        await note_missing(case, case.subject_id)
        await remember_later(case, due, current_parts().now() + 2 * MISSING_FOR, GONE)
        return Outcome.done("PutOff", GONE)
    if candidacy.is_anonymised:
        return await _end_quietly(case, due, QuietReason.ANONYMISED)
    await link_run_to(candidacy)
    await record_seen(case, case.subject_id, seen)
    if in_crosschq := await outcome_in_crosschq(case, due.crosschq_id):
        await record_seen(case, case.subject_id, in_crosschq)
    await show_outcome(case, candidacy)
    return await _do_what_is_due(case, due, candidacy)


async def finish_showing(case: Case) -> Outcome:
    """The follow-up is done with; an outcome that an earlier attempt recorded may be left to be shown."""
    to_show = await outcome_to_show(case, case.subject_id)
    if to_show is None:
        return Outcome.ignored(CHANGED)
    if await is_in_shadow(case):
        return Outcome.only_said(in_shadow.shown(to_show.said.outcome))
    try:
        candidacy, _ = await read_outcome(case, case.subject_id)
    except NotFound:
        await note_missing(case, case.subject_id)
        return Outcome.done("PutOff", GONE)
    if candidacy.is_anonymised:
        await remember_nothing_to_show(case, case.subject_id)
        return Outcome.ignored("nothing is to be shown of this candidate any more.")
    await show_outcome(case, candidacy)
    return Outcome.done("OutcomeShown", "Both systems show the outcome now.")


async def _do_what_is_due(case: Case, due: DueFollowUp, candidacy: Candidacy) -> Outcome:
    outcome = await known_outcome(case, case.subject_id)
    # How a first report ended says nothing of a second, and its tag stays.
    is_told = due.is_first and tells_outcome(candidacy.tags) and not await has_outcome(case, case.subject_id)
    # The database has said that its time has come: this machine's clock may be behind.
    now = max(current_parts().now(), due.facts.due_at)
    match what_is_due(due.facts, outcome, candidacy, due.policy, now, is_told=is_told):
        case NothingDue(reason):
            return Outcome.ignored(reason)
        case EndQuietly(reason):
            return await _end_quietly(case, due, reason)
        case RecordOnly(known):
            return await end(case, due, f"Nobody was asked: the outcome is known, {known.words}.")
        case Ask(next_due_at, will_remind, is_once_more):
            kind = LetterKind.ONCE_MORE if is_once_more else LetterKind.QUESTION
            return await ask(case, due, candidacy, kind, next_due_at, will_remind)
        case Remind(next_due_at):
            return await ask(case, due, candidacy, LetterKind.REMINDER, next_due_at, will_remind=False)
        case AskAgainLater(due_at):
            return await _ask_again_later(case, due, due_at)
        case Settle(answer):
            return await _settle(case, due, candidacy, answer)
        case EndContradicted():
            return await end(case, due, _CONTRADICTED, question_notes.contradictory())
        case EndWithoutAnswer():
            return await end(case, due, "No answer.", question_notes.no_answer(due.asked_role))


async def _end_quietly(case: Case, due: DueFollowUp, reason: QuietReason) -> Outcome:
    return await end(case, due, f"Nobody was asked: {reason.value}.")


async def _ask_again_later(case: Case, due: DueFollowUp, due_at: datetime) -> Outcome:
    if not await is_still_due(case):
        return Outcome.ignored(CHANGED)
    note = question_notes.not_decided_yet(due.asked_role, due_at)
    await add_note(case, case.subject_id, note, due.mark)
    await remember_ask_again(case, due, due_at)
    return Outcome.done("AskingAgainLater", f"Not decided yet: asked again on {local_day_in_words(due_at)}.")


async def _settle(case: Case, due: DueFollowUp, candidacy: Candidacy, answer: Answer) -> Outcome:
    seen = SeenOutcome(answer.outcome, OutcomeSource.ANSWER, answer.hired_on)
    await record_seen(case, case.subject_id, seen)
    await show_outcome(case, candidacy)
    return await end(case, due, f"Answered: {answer.outcome.words}.")

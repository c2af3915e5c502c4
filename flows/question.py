"""A follow-up's time has come: what Lever says now decides whether anybody is asked, reminded, or left in peace."""

from datetime import datetime

from flows.lever_profile import link_run_to
from flows.outcome_shown import show_outcome
from hiring import question_notes
from hiring.answers import Answer
from hiring.asked import Asked, LetterKind, NobodyToAsk, whom_to_ask
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
from hiring.outcomes import OutcomeSource, SeenOutcome
from outbound.errors import NotFound, Refused
from tasks.case import Case
from tasks.effects import StaysUnknown
from tasks.follow_up_records import (
    DueFollowUp,
    due_follow_up,
    remember_ask_again,
    remember_asked,
    remember_asking,
    remember_ended,
)
from tasks.lever_writes import add_note
from tasks.outcome import Outcome
from tasks.outcome_records import known_outcome, record_seen
from tasks.outcome_steps import outcome_in_crosschq, read_outcome
from tasks.question_steps import question_for, send_question
from wiring import current_parts

_CHANGED = "the follow-up was changed meanwhile, or an earlier attempt has done its step."


async def follow_up(case: Case) -> Outcome:
    due = await due_follow_up(case)
    if due is None:
        return Outcome.ignored(_CHANGED)
    candidacy = await _look(case, due)
    if candidacy is None:
        return await _end(case, due, f"Nobody was asked: {QuietReason.DELETED.value}.")
    await link_run_to(candidacy)
    await show_outcome(case, candidacy)
    outcome = await known_outcome(case, case.subject_id)
    match what_is_due(due.facts, outcome, candidacy, due.policy, current_parts().now()):
        case NothingDue(reason):
            return Outcome.ignored(reason)
        case EndQuietly(reason):
            return await _end(case, due, f"Nobody was asked: {reason.value}.")
        case RecordOnly(known):
            return await _end(case, due, f"Nobody was asked: the outcome is known, {known.words}.")
        case Ask(next_due_at, will_remind, is_once_more):
            kind = LetterKind.ONCE_MORE if is_once_more else LetterKind.QUESTION
            return await _ask(case, due, candidacy, kind, next_due_at, will_remind)
        case Remind(next_due_at):
            return await _ask(case, due, candidacy, LetterKind.REMINDER, next_due_at, will_remind=False)
        case AskAgainLater(due_at):
            return await _ask_again_later(case, due, due_at)
        case Settle(answer):
            return await _settle(case, due, candidacy, answer)
        case EndContradicted():
            because = "The answers contradicted each other within seconds, twice."
            return await _end(case, due, because, question_notes.contradictory())
        case EndWithoutAnswer():
            return await _end_without_answer(case, due)


async def _look(case: Case, due: DueFollowUp) -> Candidacy | None:
    """Lever and Crosschq as they are now, recorded; None when the opportunity is gone."""
    try:
        candidacy, seen = await read_outcome(case, case.subject_id)
    except NotFound:
        return None
    await record_seen(case, case.subject_id, seen)
    if in_crosschq := await outcome_in_crosschq(case, due.crosschq_id):
        await record_seen(case, case.subject_id, in_crosschq)
    return candidacy


async def _ask(
    case: Case,
    due: DueFollowUp,
    candidacy: Candidacy,
    kind: LetterKind,
    next_due_at: datetime,
    will_remind: bool,
) -> Outcome:
    whom = whom_to_ask(candidacy, due.fallback_asked)
    if isinstance(whom, NobodyToAsk):
        return await _end(case, due, f"Nobody was asked. {whom.why}.", question_notes.nobody_to_ask(whom))
    now = current_parts().now()
    note = question_notes.asked(whom, kind, now)
    if kind is not LetterKind.REMINDER:
        await remember_asking(case, due)
    try:
        await send_question(case, due, question_for(due, candidacy, kind, whom, next_due_at, will_remind))
    except StaysUnknown:
        note = question_notes.asked_unconfirmed(whom, now)
    except Refused:
        return await _not_asked(case, due, whom)
    await add_note(case, case.subject_id, note, f"follow-up-{due.id}-{due.generation}")
    is_reminder = kind is LetterKind.REMINDER
    await remember_asked(
        case, due, next_due_at, role=whom.role_in_words, is_reminder=is_reminder, why=whom.why
    )
    return Outcome.done(
        "Reminded" if is_reminder else "Asked", f"By e-mail: {whom.role_in_words}. {whom.why}"
    )


async def _not_asked(case: Case, due: DueFollowUp, whom: Asked) -> Outcome:
    problem = f"the mail server refused the address of {whom.role_in_words}"
    return await _end(case, due, f"Nobody was asked: {problem}.", question_notes.not_asked(problem))


async def _ask_again_later(case: Case, due: DueFollowUp, due_at: datetime) -> Outcome:
    note = question_notes.not_decided_yet(due.asked_role, due_at)
    await add_note(case, case.subject_id, note, f"follow-up-{due.id}-{due.generation}")
    await remember_ask_again(case, due, due_at)
    return Outcome.done("AskingAgainLater", f"Not decided yet: asked again on {due_at:%d %B %Y}.")


async def _settle(case: Case, due: DueFollowUp, candidacy: Candidacy, answer: Answer) -> Outcome:
    seen = SeenOutcome(answer.outcome, OutcomeSource.ANSWER, answer.hired_on)
    await record_seen(case, case.subject_id, seen)
    await show_outcome(case, candidacy)
    return await _end(case, due, f"Answered: {answer.outcome.words}.")


async def _end_without_answer(case: Case, due: DueFollowUp) -> Outcome:
    return await _end(case, due, "No answer.", question_notes.no_answer(due.asked_role))


async def _end(case: Case, due: DueFollowUp, because: str, note: str | None = None) -> Outcome:
    if note:
        await add_note(case, case.subject_id, note, f"follow-up-{due.id}-{due.generation}")
    await remember_ended(case, due, because)
    return Outcome.done("FollowUpEnded", because)

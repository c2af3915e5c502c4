"""Asks who can answer whether the candidate was hired, once, and says on the opportunity who was asked and why."""

from datetime import datetime, timedelta

from flows.follow_up_end import CHANGED, end
from hiring import question_notes
from hiring.asked import Asked, LetterKind, NobodyToAsk, whom_to_ask
from hiring.candidacy import Candidacy
from outbound.errors import NotExecuted, Refused
from tasks.case import Case
from tasks.effects import StaysUnknown
from tasks.follow_up_records import DueFollowUp, remember_asked, remember_asking, remember_later
from tasks.lever_reads import was_asked
from tasks.lever_writes import add_note
from tasks.outcome import Outcome
from tasks.question_steps import question_for, send_question
from wiring import current_parts

MAIL_WAIT = timedelta(minutes=30)
"""How long a question waits that the mail server does not take now; meanwhile nothing stands behind it."""


async def ask(
    case: Case,
    due: DueFollowUp,
    candidacy: Candidacy,
    kind: LetterKind,
    next_due_at: datetime,
    will_remind: bool,
) -> Outcome:
    """`next_due_at`: when a reminder or the end comes without an answer."""
    whom = whom_to_ask(candidacy, due.fallback_asked)
    if isinstance(whom, NobodyToAsk):
        return await end(case, due, f"Nobody was asked. {whom.why}.", question_notes.nobody_to_ask(whom))
    if not await remember_asking(case, due, is_reminder=kind is LetterKind.REMINDER):
        return Outcome.ignored(CHANGED)
    if await _was_asked_before(case, due):
        return await _not_again(case, due, whom, kind, next_due_at)
    is_confirmed = True
    try:
        await send_question(case, due, question_for(due, candidacy, kind, whom, next_due_at, will_remind))
    except StaysUnknown:
        is_confirmed = False
    except Refused:
        return await _not_asked(case, due, whom)
    except NotExecuted as error:
        return await _later(case, due, str(error))
    return await _asked(case, due, whom, kind, next_due_at, is_confirmed=is_confirmed)


async def _was_asked_before(case: Case, due: DueFollowUp) -> bool:
    """By a row of ours that is lost, or by another installation: the profile says so, and our row does not."""
    if due.crosschq_id is None:
        return False
    return await was_asked(case, due.crosschq_id, due.mark if due.was_asked else None)


async def _not_again(
    case: Case, due: DueFollowUp, whom: Asked, kind: LetterKind, next_due_at: datetime
) -> Outcome:
    """The wait goes on as if the mail had left now."""
    why, is_reminder = "A note on the profile says so, so no mail was sent.", kind is LetterKind.REMINDER
    role = whom.role_in_words
    await remember_asked(case, due, next_due_at, role=role, is_reminder=is_reminder, why=why)
    return Outcome.done("Reminded" if is_reminder else "Asked", f"Asked before: {role}. {why}")


async def _asked(
    case: Case, due: DueFollowUp, whom: Asked, kind: LetterKind, next_due_at: datetime, *, is_confirmed: bool
) -> Outcome:
    now, is_reminder = current_parts().now(), kind is LetterKind.REMINDER
    note = (
        question_notes.asked(whom, kind, now) if is_confirmed else question_notes.asked_unconfirmed(whom, now)
    )
    await add_note(case, case.subject_id, note, due.mark, due.crosschq_id)
    role = (
        whom.role_in_words if is_confirmed else f"{whom.role_in_words} (the mail server did not confirm it)"
    )
    await remember_asked(case, due, next_due_at, role=role, is_reminder=is_reminder, why=whom.why)
    name = "Reminded" if is_reminder else "Asked"
    return Outcome.done(name if is_confirmed else f"{name}Unconfirmed", f"By e-mail: {role}. {whom.why}")


async def _not_asked(case: Case, due: DueFollowUp, whom: Asked) -> Outcome:
    problem = f"the mail server refused the address of {whom.role_in_words}"
    return await end(case, due, f"Nobody was asked: {problem}.", question_notes.not_asked(problem))


async def _later(case: Case, due: DueFollowUp, why: str) -> Outcome:
    until = current_parts().now() + MAIL_WAIT
    await remember_later(case, due, until, why)
    return Outcome.done("MailWaits", f"Nobody could be asked yet: {why}. Tried again at {until:%H:%M} UTC.")

"""Sends a question once more, as a person ordered, if it is still open. What comes next comes when it would have."""

from flows.follow_up_end import CHANGED
from flows.lever_profile import link_run_to
from hiring.asked import LetterKind, NobodyToAsk, whom_to_ask
from hiring.candidacy import Candidacy
from hiring.due import QuietReason
from hiring.outcomes import Outcome as HiringOutcome
from outbound.errors import NotFound, Refused
from tasks.case import Case
from tasks.effects import StaysUnknown
from tasks.outcome import Outcome
from tasks.outcome_records import known_outcome
from tasks.outcome_steps import read_outcome
from tasks.question_again import OrderedAgain, ordered_again, remember_sent_again
from tasks.question_steps import question_for, send_question
from tasks.shadow import is_in_shadow


async def send_question_again(case: Case) -> Outcome:
    if await ordered_again(case) is None:
        return Outcome.ignored(CHANGED)
    if await is_in_shadow(case):
        return Outcome.ignored("the connection is in shadow mode: the question was not sent again.")
    try:
        candidacy, seen = await read_outcome(case, case.subject_id)
    except NotFound:
        return _quiet(QuietReason.DELETED.value)
    if candidacy.is_anonymised:
        return _quiet(QuietReason.ANONYMISED.value)
    await link_run_to(candidacy)
    if {seen.outcome, await known_outcome(case, case.subject_id)} != {HiringOutcome.OPEN}:
        return _quiet("the outcome is known")
    if candidacy.is_archived:
        return _quiet(QuietReason.ARCHIVED.value)
    # Once more, as reading took its time: an answer may have come.
    ordered = await ordered_again(case)
    return await _send(case, ordered, candidacy) if ordered else Outcome.ignored(CHANGED)


async def _send(case: Case, ordered: OrderedAgain, candidacy: Candidacy) -> Outcome:
    due = ordered.due
    whom = whom_to_ask(candidacy, due.fallback_asked)
    if isinstance(whom, NobodyToAsk):
        return _quiet(f"nobody can be asked: {whom.why}")
    role, name = whom.role_in_words, "SentAgain"
    question = question_for(
        due, candidacy, LetterKind.QUESTION, whom, ordered.next_due_at, ordered.will_remind
    )
    try:
        await send_question(case, due, question, again=ordered.number)
    except StaysUnknown:
        role, name = f"{role} (the mail server did not confirm it)", "SentAgainUnconfirmed"
    except Refused:
        return _quiet(f"the mail server refused the address of {role}")
    await remember_sent_again(case, ordered, role)
    return Outcome.done(name, f"The question was sent again: {role}.")


def _quiet(why: str) -> Outcome:
    return Outcome.ignored(f"the question was not sent again: {why}.")

"""How a follow-up ends: its last note, if people are to know, and its row. Decides nothing."""

from tasks.case import Case
from tasks.follow_up_records import DueFollowUp, is_still_due, remember_ended
from tasks.lever_writes import add_note
from tasks.outcome import Outcome

CHANGED = "the follow-up was changed meanwhile, or an earlier attempt has done its step."


async def end(case: Case, due: DueFollowUp, because: str, note: str | None = None) -> Outcome:
    """`note` is written only while the follow-up is still this attempt's."""
    if note and await is_still_due(case):
        # A row that is older than the profile ends once more: what was said of that stands there.
        await add_note(case, case.subject_id, note, due.mark, look_first=True)
    await remember_ended(case, due, because)
    return Outcome.done("FollowUpEnded", because)

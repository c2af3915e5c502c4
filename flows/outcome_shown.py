"""How the outcome of a hire is shown: Crosschq's field, and Lever's tag, archive and note. Decides nothing."""

from hiring import outcome_notes
from hiring.candidacy import Candidacy
from tasks.case import Case
from tasks.lever_writes import add_note, add_status_tag, remove_status_tags
from tasks.outcome_steps import archive_in_lever, link_in_crosschq, tell_crosschq
from tasks.unshown_outcomes import ToShow, outcome_to_show, remember_shown, remember_told


async def show_outcome(case: Case, candidacy: Candidacy) -> bool:
    """Whether there was a version of it that not both systems showed."""
    to_show = await outcome_to_show(case, candidacy.opportunity_id)
    if to_show is None:
        return False
    tag = outcome_notes.outcome_tag(to_show.said.outcome)
    # The profile shows what our rows do not say: they are older, and nothing is told twice.
    is_shown = tag in candidacy.tags
    text = await _told_in_crosschq(case, candidacy.opportunity_id, to_show, look_first=is_shown)
    await _show_tag(case, candidacy, tag)
    if to_show.archive_reason_id and not await archive_in_lever(case, candidacy, to_show):
        text += f"\n{outcome_notes.NOT_ARCHIVED}"
    mark = f"outcome-{to_show.version}"
    await add_note(case, candidacy.opportunity_id, text, mark, look_first=is_shown)
    await remember_shown(to_show)
    return True


async def _told_in_crosschq(case: Case, opportunity_id: str, to_show: ToShow, *, look_first: bool) -> str:
    """The note that says what Crosschq shows now, or what a person has to enter there."""
    is_told = to_show.crosschq_knows or await tell_crosschq(
        case, opportunity_id, to_show, look_first=look_first
    )
    if not is_told:
        return outcome_notes.shown_but_by_hand(to_show.said, await link_in_crosschq(case, to_show))
    await remember_told(to_show.outcome_id, to_show.said.outcome)
    return outcome_notes.shown(to_show.said)


async def _show_tag(case: Case, candidacy: Candidacy, tag: str | None) -> None:
    if tag and tag not in candidacy.tags:
        await add_status_tag(case, candidacy.opportunity_id, tag)
    if outdated := outcome_notes.outdated_outcome_tags(candidacy.tags, tag):
        await remove_status_tags(case, candidacy.opportunity_id, outdated)

"""Requests and follow-ups in words: what is waiting for whom, until when. Decides nothing."""

from dataclasses import dataclass
from datetime import datetime

from hiring.follow_ups import FollowUpState
from hiring.request_checks import EXPIRES_AFTER
from lever.links import opportunity_page
from store.follow_up_changes import NEXT
from store.tables import RequestState
from store.waiting import WaitingFollowUp, WaitingRequest


@dataclass(frozen=True)
class RequestTold:
    waiting: WaitingRequest

    @property
    def lever_page(self) -> str | None:
        return opportunity_page(self.waiting.connection.lever_url, self.waiting.request.opportunity_id)

    @property
    def waits_for(self) -> str:
        one = self.waiting.request
        if one.state is RequestState.INTENDED:
            return "Our own run, which sends it"
        if not one.asked:
            return "The candidate, to name references"
        left = one.asked - one.answered
        return f"{left} more reference{'' if left == 1 else 's'}" if left > 0 else "The report"

    @property
    def until(self) -> str:
        """Crosschq's answers name no date (crosschq.md 1.6), and that it reminds references is documented (1.7)."""
        one = self.waiting.request
        if one.state is RequestState.INTENDED:
            return "The run of its delivery is done"
        if one.is_expired:
            return (
                f"Expired: no news for {EXPIRES_AFTER.days} days, so it is not read any more. "
                "Crosschq's webhook still brings its report"
            )
        if not one.asked:
            return "No end is set: until references are named"
        if one.asked > one.answered:
            return "No end is set: Crosschq reminds them, by default every 24 hours"
        return "No end is set: until Crosschq has made it"

    @property
    def progress(self) -> str:
        one = self.waiting.request
        return f"{one.answered} of {one.asked} answered" if one.asked else "nobody asked yet"


@dataclass(frozen=True)
class FollowUpTold:
    waiting: WaitingFollowUp

    @property
    def lever_page(self) -> str | None:
        return opportunity_page(self.waiting.connection.lever_url, self.waiting.follow_up.opportunity_id)

    @property
    def is_over(self) -> bool:
        return self.waiting.follow_up.state is FollowUpState.ENDED

    @property
    def may_be_postponed(self) -> bool:
        return self.waiting.follow_up.state in (FollowUpState.WAITING, FollowUpState.ASKED)

    @property
    def may_be_sent_again(self) -> bool:
        one = self.waiting.follow_up
        return one.state is FollowUpState.ASKED and not self.waiting.connection.is_shadow

    @property
    def until(self) -> datetime | None:
        one = self.waiting.follow_up
        return one.ended_at if self.is_over else one.due_at

    @property
    def then(self) -> str:
        one = self.waiting.follow_up
        return (one.ended_because or "") if self.is_over else _sentence(NEXT[one.state])

    @property
    def waits_for(self) -> str:
        match self.waiting.follow_up.state:
            case FollowUpState.WAITING:
                return "The time to ask"
            case FollowUpState.ASKED:
                return self.waiting.follow_up.asked_role or "Whoever was asked"
            case FollowUpState.ANSWERED:
                return "A change of the answer"
            case FollowUpState.ENDED:
                return "Nobody"

    @property
    def remarks(self) -> str:
        one = self.waiting.follow_up
        notes = ["contradictory answers within seconds"] if one.contradicted_at else []
        notes += [f"answered: {one.answer.words}"] if one.answer else []
        return ", ".join(notes)


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"

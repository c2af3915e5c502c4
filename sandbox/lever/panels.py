"""Panels and interviews as the account holds them, in recorded shapes. See lever.md 7. Times are milliseconds."""

from typing import Any, Literal

from pydantic import Field

from sandbox.lever.record import Record

Reminder = Literal["once", "daily", "frequently", "none"]
_MINUTE = 60_000


class Interviewer(Record):
    id: str
    name: str
    email: str
    feedback_template: str


class Interview(Record):
    """One talk of a panel; `canceled_at` where archiving the candidate took it off the calendar."""

    id: str
    panel: str
    subject: str | None = None
    note: str | None = None
    interviewers: list[Interviewer]
    timezone: str
    created_at: int
    date: int
    duration: int
    location: str | None = None
    feedback_template: str | None = None
    feedback_forms: list[str] = Field(default_factory=list)
    feedback_reminder: Reminder = "daily"
    user: str | None = None
    stage: str
    canceled_at: int | None = None
    postings: list[str] = Field(default_factory=list)
    gcal_event_url: str | None = None
    opportunity_id: str

    @property
    def end(self) -> int:
        return self.date + self.duration * _MINUTE


_IN_PANEL = {
    "id", "date", "duration", "feedback_reminder", "feedback_template", "interviewers", "location", "note", "subject",
}  # fmt: skip


class Panel(Record):
    """Interviews planned together. Through the API only `externally_managed` ones can be changed: it made them."""

    id: str
    applications: list[str] = Field(default_factory=list)
    canceled_at: int | None = None
    created_at: int
    externally_managed: bool = True
    external_url: str | None = None
    feedback_reminder: Reminder = "daily"
    interviews: list[Interview] = Field(default_factory=list)
    note: str | None = None
    stage: str
    timezone: str
    user: str | None = None

    def shape(self) -> dict[str, Any]:
        """With start and end, and less of each interview than alone."""
        return {
            **super().shape(),
            "start": min((one.date for one in self.interviews), default=None),
            "end": max((one.end for one in self.interviews), default=None),
            "interviews": [_within(one) for one in self.interviews],
        }

    def cancel_pending(self, now: int) -> None:
        """Take what has not begun off the calendar."""
        for one in self.interviews:
            if one.date > now and one.canceled_at is None:
                one.canceled_at = now


def _within(interview: Interview) -> dict[str, Any]:
    shape = interview.model_dump(by_alias=True, include=_IN_PANEL)
    # Recorded: null on an interview alone, and no answer of its interviewers.
    shape["feedbackTemplate"] = interview.feedback_template or interview.interviewers[0].feedback_template
    for interviewer in shape["interviewers"]:
        interviewer["responseStatus"] = "needsAction"
    return shape

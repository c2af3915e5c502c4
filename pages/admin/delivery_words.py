"""Deliveries in words: what happened, what came of it, what a person can do. Decides nothing."""

from dataclasses import dataclass

from lever.links import opportunity_page
from lever.webhooks import (
    CANDIDATE_ARCHIVE_CHANGE,
    CANDIDATE_DELETED,
    CANDIDATE_HIRED,
    CANDIDATE_STAGE_CHANGE,
)
from store.due import PING_EVENT, SNAPSHOT_EVENT
from store.due_follow_ups import FOLLOW_UP_EVENT
from store.erasure import ERASED
from store.outcomes import OUTCOME_EVENT
from store.prospect_orders import EXISTING_EVENT, NEW_EVENT, SINGLE_EVENT
from store.question_again import QUESTION_AGAIN_EVENT
from store.tables import Connection, Delivery, DeliveryState

KINDS = {
    CANDIDATE_STAGE_CHANGE: "Moved to another stage",
    CANDIDATE_HIRED: "Hired in Lever",
    CANDIDATE_ARCHIVE_CHANGE: "Archived or unarchived",
    CANDIDATE_DELETED: "Deleted in Lever",
    SNAPSHOT_EVENT: "News from Crosschq",
    OUTCOME_EVENT: "Outcome set in Crosschq",
    PING_EVENT: "Connection verified in Lever",
    FOLLOW_UP_EVENT: "Follow-up due",
    QUESTION_AGAIN_EVENT: "Question to be sent again",
    EXISTING_EVENT: "Export of all prospects",
    NEW_EVENT: "Export of new prospects",
    SINGLE_EVENT: "Export of single prospects",
}
"""By the event's name."""

STATES = {
    DeliveryState.WAITING: "Waiting",
    DeliveryState.DISPATCHED: "Queued",
    DeliveryState.RUNNING: "Running",
    DeliveryState.DONE: "Done",
    DeliveryState.IGNORED: "Ignored",
    DeliveryState.DEAD: "Failed - needs attention",
}

UNKNOWN = "unknown"
"""In the place of a state: whatever came of them, an outside act of theirs may have happened or not."""
OUTCOMES = {
    **{state.value: words for state, words in STATES.items()},
    UNKNOWN: "Unconfirmed",
}
"""What a list can be filtered by, in words."""


@dataclass(frozen=True)
class Told:
    """One delivery as a page shows it."""

    delivery: Delivery
    connection: Connection
    has_unknown: bool = False

    @property
    def kind(self) -> str:
        return KINDS.get(self.delivery.event, self.delivery.event)

    @property
    def state(self) -> str:
        one = self.delivery
        if one.state is DeliveryState.WAITING and self.connection.paused_because:
            return "Waiting: the connection is paused"
        if one.state is DeliveryState.WAITING and one.first_attempt_at:
            return f"Trying again at {one.next_attempt_at:%Y-%m-%d %H:%M:%S} UTC"
        if one.after_shadow:
            return "Simulated (shadow mode)"
        return STATES[one.state]

    @property
    def run(self) -> str:
        """Whose run the delivery names: one that waits is between two of them."""
        return "Run of the last attempt" if self.delivery.state is DeliveryState.WAITING else "Flow run"

    @property
    def about(self) -> str:
        """An id of Lever's, or what is known until it is read."""
        if self.delivery.subject.startswith(ERASED):
            return "somebody who was erased"
        return self.delivery.opportunity_id or self.delivery.subject

    @property
    def lever_page(self) -> str | None:
        opportunity = self.delivery.opportunity_id
        return opportunity_page(self.connection.lever_url, opportunity) if opportunity else None

    @property
    def needs_a_person(self) -> bool:
        return self.delivery.state is DeliveryState.DEAD

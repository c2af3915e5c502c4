"""The organization: its requests, surveys and settings, and every act that changes a request.

An act changes the request, then tells the webhook and whoever gets a mail. Pages, API and test conveniences all
come through here. In memory; knows no HTTP.
"""

import json
from enum import StrEnum
from typing import Any

from sandbox.crosschq import invitations, snapshots
from sandbox.crosschq.mailer import Mailer
from sandbox.crosschq.options import CrosschqOptions
from sandbox.crosschq.outcomes import Outcome, OutcomeSet, SetBy
from sandbox.crosschq.people import Answers, Reference
from sandbox.crosschq.prospect_people import Inventor
from sandbox.crosschq.prospects import Prospect, Prospects
from sandbox.crosschq.reference_request import NotAllowed, Order, ReferenceRequest
from sandbox.crosschq.surveys import seeded
from sandbox.crosschq.validation import Rules
from sandbox.crosschq.webhook_settings import WebhookSettings
from sandbox.outbox import Outbox


class ReportKind(StrEnum):
    """What is really served where a report's PDF should be; all but PDF are there to test a client's guard."""

    PDF = "pdf"
    HTML = "html"
    HUGE = "huge"
    REDIRECT = "redirect"
    DOWN = "down"


class Organization:
    """One per app. Lookups raise KeyError, acts raise NotAllowed."""

    def __init__(self, options: CrosschqOptions, outbox: Outbox, mailer: Mailer) -> None:
        self.options, self.outbox, self.mailer = options, outbox, mailer
        self.reset()

    def reset(self) -> None:
        """Back to the seed: the surveys, no requests, no prospects, no webhook."""
        self.surveys = seeded()
        self.webhook = WebhookSettings()
        self.report_base = self.options.base_url
        self.report_kind = ReportKind.PDF
        self.requests: dict[str, ReferenceRequest] = {}
        self.outcomes_set: list[OutcomeSet] = []
        self.prospects, self.inventor = Prospects(self.options.clock), Inventor(self.options.seed)
        self._by_token: dict[str, tuple[ReferenceRequest, Reference | None]] = {}
        self._reference_of: dict[str, Reference] = {}

    @property
    def rules(self) -> Rules:
        """What create bodies are checked against."""
        return Rules(self.surveys, self._is_known_user)

    def for_candidate(self, token: str) -> ReferenceRequest:
        """The request whose candidate holds `token`."""
        request, reference = self._by_token[token]
        if reference is not None:
            raise KeyError(token)
        return request

    def for_reference(self, token: str) -> tuple[ReferenceRequest, Reference]:
        """The request and the reference that holds `token`."""
        request, reference = self._by_token[token]
        if reference is None:
            raise KeyError(token)
        return request, reference

    def create(self, order: Order) -> ReferenceRequest:
        """A new request, each time: create is not idempotent (crosschq.md 9)."""
        now = self.options.clock()
        request = ReferenceRequest(order, created_at=now, updated_on=now, status_updated_on=now)
        self.requests[request.id] = request
        self._by_token[request.candidate_token] = request, None
        self.mailer.post(invitations.to_candidate(request, self.options.base_url))
        if self.options.webhook_on_create:
            self._announce(request, "sent to the candidate")
        return request

    def open(self, request: ReferenceRequest) -> None:
        """The candidate opens the request; news only the first time."""
        if request.open(self.options.clock()):
            self._announce(request, "opened by the candidate")

    def answer_self_reference(self, request: ReferenceRequest, answers: Answers) -> None:
        """The candidate sends in the self-reference."""
        request.answer_self_reference(answers, self.options.clock())
        self._announce(request, "self-reference done")
        self._finish_if_complete(request)

    def add_references(self, request: ReferenceRequest, references: list[Reference]) -> None:
        """The candidate names references; each is invited."""
        request.add_references(references, self.options.clock())
        for reference in references:
            self._by_token[reference.token] = request, reference
            self.mailer.post(invitations.to_reference(request, reference, self.options.base_url))
        self._announce(request, "references added")

    def answer(self, request: ReferenceRequest, reference: Reference, answers: Answers) -> None:
        """A reference answers."""
        request.answer(reference, answers, self.options.clock())
        self._announce(request, "reference answered")
        self._finish_if_complete(request)

    def decline(self, request: ReferenceRequest, reference: Reference, reason: str) -> None:
        """A reference declines."""
        request.decline(reference, reason, self.options.clock())
        self._announce(request, "reference declined")
        self._finish_if_complete(request)

    def may_opt_in(self, request: ReferenceRequest, reference: Reference) -> bool:
        """Answered, not yet opted in, and the survey asks this kind of reference."""
        bounds = self.surveys[request.order.jobrole].relationships[reference.relationship]
        open_to_it = reference.answers is not None and reference.opted_in_on is None
        return open_to_it and not bounds.skip_reference_optin

    def opt_in(self, request: ReferenceRequest, reference: Reference) -> None:
        """A reference who answered wants to be a job prospect (crosschq.md 4); or wants it again."""
        if not self.may_opt_in(request, reference):
            raise NotAllowed("Only a reference who has answered, and is asked, can opt in as a prospect.")
        prospect_id = f"pr_{reference.id}"
        if prospect_id in self.prospects:
            self.opt_in_again(prospect_id)
            return
        profile = self.inventor.career_of(reference.person, request.order.jobrole)
        added = self.prospects.add(prospect_id, profile, reference.relationship, request.id)
        self._reference_of[prospect_id], reference.opted_in_on = reference, added.opted_in_on

    def withdraw(self, prospect_id: str) -> Prospect:
        """A prospect no longer wants to be one; a reference of ours is asked again on their page."""
        withdrawn = self.prospects.withdraw(prospect_id)
        if reference := self._reference_of.get(prospect_id):
            reference.opted_in_on = None
        return withdrawn

    def opt_in_again(self, prospect_id: str) -> Prospect:
        """A prospect who had withdrawn comes back."""
        back = self.prospects.opt_in_again(prospect_id)
        if reference := self._reference_of.get(prospect_id):
            reference.opted_in_on = back.opted_in_on
        return back

    def conclude(self, request: ReferenceRequest) -> None:
        """The recruiter concludes; the report follows at once."""
        request.conclude(self.options.clock())
        self._announce(request, "concluded")
        self._publish_report(request)

    def cancel(self, request: ReferenceRequest) -> None:
        """The request is called off."""
        request.cancel(self.options.clock())
        self._announce(request, "cancelled")

    def set_outcome(self, request: ReferenceRequest, outcome: Outcome, by: SetBy) -> None:
        """What became of the candidate; told every time it is set, even to what it was."""
        now = self.options.clock()
        request.set_outcome(outcome, now)
        self.outcomes_set.append(OutcomeSet(now.timestamp(), request.id, outcome, by))
        self._announce(request, f"outcome set to {outcome.hiring_status.value}")

    def _finish_if_complete(self, request: ReferenceRequest) -> None:
        if request.is_complete:
            self._publish_report(request)

    def _publish_report(self, request: ReferenceRequest) -> None:
        request.publish_report(self.options.clock())
        self._announce(request, "report ready")
        if request.order.send_completed_notification:
            url = f"{self.options.base_url}/reports/{request.id}"
            self.mailer.post(invitations.report_ready(request, url))

    def _announce(self, request: ReferenceRequest, what: str) -> None:
        if self.webhook.url is None:
            return
        body: dict[str, Any] = snapshots.webhook_body(request, self.report_base)
        self.outbox.submit(
            self.webhook.url,
            self.webhook.method,
            self.webhook.headers(self.options.webhook_token_format),
            json.dumps(body).encode(),
            f"{request.id}: {what}",
        )

    def _is_known_user(self, email: str) -> bool:
        if self.options.known_users is None:
            return not email.lower().endswith("@unknown.test")
        return email.lower() in {user.lower() for user in self.options.known_users}

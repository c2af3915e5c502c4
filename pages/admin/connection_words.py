"""How a connection is, in words: its state, what it still lacks, and what its webhooks have told. Decides nothing."""

from dataclasses import dataclass
from datetime import datetime

from onboarding.beginning import NOT_SET_UP, is_set_up
from onboarding.endpoint_tokens import title_of
from onboarding.lever_events import LEVER_EVENTS, LeverEvent
from onboarding.saving import readable_tokens
from onboarding.webhooks import address
from pages.admin.rendering import moment
from store.connection_rows import ConnectionRows
from store.tables import Vendor, WebhookEndpoint
from store.vault import Vault
from store.webhook_tokens import Tokens

URL_LABELS = {
    "candidateStageChange": "Lever Webhook URL",
    "candidateHired": "Webhook Hired URL",
    "candidateArchiveChange": "Webhook Archive Change URL",
    "candidateDeleted": "Webhook Deleted URL",
}
"""The brief's two first."""

_EVENTS = {one.event: one for one in LEVER_EVENTS}


@dataclass(frozen=True)
class WebhookTold:
    """One webhook address: what to copy, and what came there."""

    endpoint: WebhookEndpoint
    url: str
    tokens: Tokens
    now: datetime

    @property
    def title(self) -> str:
        return title_of(self.endpoint)

    @property
    def url_label(self) -> str:
        return URL_LABELS.get(self.endpoint.event, "Crosschq Webhook URL")

    @property
    def event(self) -> LeverEvent | None:
        """None for Crosschq's."""
        return _EVENTS.get(self.endpoint.event)

    @property
    def silence(self) -> str | None:
        """What is said of one from which no event has come: a ping proves its address and token, not its toggle."""
        if self.endpoint.last_event_at is not None:
            return None
        if self.event is None or self.endpoint.last_ping_at is None:
            return f"Nothing has come from the webhook of {self.title} yet."
        return (
            f"From the webhook of {self.title} a ping has come, and no event yet: "
            f"{self.event.proven_by} proves that its toggle in Lever is on."
        )

    @property
    def lock(self) -> str:
        """What its sender must show."""
        if self.endpoint.auth_scheme == "none":
            return "No token: whoever knows the address may send."
        if not self.endpoint.is_open:
            return "No token is stored, so this address does not answer yet."
        if not self.tokens.present:
            return "The stored token cannot be decrypted any more: paste it once more."
        until = self.tokens.good_until
        if until is None:
            return "A token is stored."
        if self.has_previous:
            return f"A token is stored, and the previous one still works until {moment(until)} UTC."
        return f"A token is stored. The previous one has not been taken since {moment(until)} UTC."

    @property
    def has_previous(self) -> bool:
        """Whether the token before the present one still works."""
        return bool(self.tokens.previous(self.now))


@dataclass(frozen=True)
class ConnectionTold:
    stored: ConnectionRows
    vault: Vault
    base: str
    """Our public address."""
    now: datetime

    @property
    def is_set_up(self) -> bool:
        return is_set_up(self.stored.connection, self.stored.templates)

    @property
    def state(self) -> str:
        one = self.stored.connection
        if not self.is_set_up and one.paused_because in (None, NOT_SET_UP):
            return "Not set up"
        if one.paused_because is not None:
            return f"Paused because: {one.paused_because}"
        since = f"for what happens since {moment(one.live_since)} UTC"
        return f"In shadow mode {since}: nothing is written" if one.is_shadow else f"Live {since}"

    @property
    def is_well(self) -> bool:
        return self.stored.connection.paused_because is None and self.is_set_up

    @property
    def webhooks(self) -> list[WebhookTold]:
        """Lever's in their order, then Crosschq's."""
        order = {one.event: index for index, one in enumerate(LEVER_EVENTS)}
        ordered = sorted(self.stored.endpoints, key=lambda one: order.get(one.event, len(order)))
        return [
            WebhookTold(one, address(self.base, one), readable_tokens(one, self.vault), self.now)
            for one in ordered
        ]

    @property
    def lever_webhooks(self) -> list[WebhookTold]:
        return [one for one in self.webhooks if one.endpoint.vendor is Vendor.LEVER]

    @property
    def crosschq_webhooks(self) -> list[WebhookTold]:
        """One."""
        return [one for one in self.webhooks if one.endpoint.vendor is Vendor.CROSSCHQ]

    @property
    def missing(self) -> list[str]:
        """What is still to be done, as sentences."""
        connection = self.stored.connection
        lacks = [] if connection.trigger_stages else ["No Lever Interview Stage is chosen."]
        lacks += [] if connection.perform_as else ["No Lever user is chosen for changes."]
        lacks += [] if self.stored.templates else ["There is no template."]
        for one in self.webhooks:
            is_needed = one.event is None or one.event.is_required
            if is_needed and not one.endpoint.is_open:
                lacks.append(f"The webhook of {one.title} has no token.")
            elif is_needed and one.silence:
                lacks.append(one.silence)
        return lacks

    @property
    def last_event(self) -> str:
        """The newest of all its webhooks'."""
        heard = [(one.last_event_at, title_of(one)) for one in self.stored.endpoints if one.last_event_at]
        at, title = max(heard, default=(None, ""))
        return f"{title}, {moment(at)} UTC" if at else "none yet"

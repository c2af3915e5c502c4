"""What is missing until Lever has one webhook of an event, and one whose token we have. Pure: calls nobody."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lever.models import Webhook
from store.tables import WebhookEndpoint


@dataclass(frozen=True)
class Step:
    """What is to be done in Lever for one event: nothing, if neither a new one nor an old one is named."""

    title: str
    endpoint: WebhookEndpoint
    url: str
    needs_new: bool
    is_anew: bool
    """A person wants another token, whatever is there."""
    old: tuple[Webhook, ...]
    """To be deleted, once the new one is there."""

    @property
    def changes_something(self) -> bool:
        return self.needs_new or bool(self.old)

    @property
    def closes_on_the_way(self) -> bool:
        """Should Lever's answer get lost, an old token must not pass for the new webhook's.

        Not where a person makes them anew, and is told: one that Lever does not list may work with the old token.
        """
        return self.needs_new and not self.old and not self.is_anew


def plan(
    title: str, endpoint: WebhookEndpoint, url: str, known: Iterable[Webhook], *, anew: bool
) -> Step | None:
    """`known`: what Lever lists to our key. None: left as it is.

    Where a token is stored of one that we did not make, and Lever lists none of ours, none is made: Lever does not list
    those made by hand or with another key, and a second one would tell us everything twice.
    """
    ours = [webhook for webhook in known if endpoint.url_key in webhook.url]
    if not anew and not ours and endpoint.is_open and endpoint.lever_webhook_id is None:
        return None
    kept = None if anew else _whose_token_we_have(endpoint, url, ours)
    old = tuple(webhook for webhook in ours if webhook is not kept)
    return Step(title, endpoint, url, needs_new=kept is None, is_anew=anew, old=old)


def _whose_token_we_have(endpoint: WebhookEndpoint, url: str, ours: Sequence[Webhook]) -> Webhook | None:
    """Of two the one with the id that came with the token: the other's token was lost, or its turn to go has come."""
    fitting = [webhook for webhook in ours if (webhook.event, webhook.url) == (endpoint.event, url)]
    if not endpoint.is_open:
        return None
    if endpoint.lever_webhook_id is None:
        return fitting[0] if fitting and len(ours) == 1 else None
    return next((webhook for webhook in fitting if webhook.id == endpoint.lever_webhook_id), None)

"""The API of webhook subscriptions. See lever.md 6.2: the signature token is answered at creation and never again.

Sees only webhooks that were made through the API; those made on the settings page are left to that page.
"""

from pydantic import Field, field_validator
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.lever.answers import data, deleted
from sandbox.lever.asking import body_of, lever_of
from sandbox.lever.errors import not_found
from sandbox.lever.record import Record
from sandbox.lever.stand_in import Lever
from sandbox.lever.subscriptions import Configuration, Event, Webhook
from sandbox.lever.webhooks import subscribe, verify_connection


def checked_url(url: str) -> str:
    """An http(s) address. The real Lever wants https with a known certificate; a loopback gateway has none."""
    if not url.startswith(("https://", "http://")):
        raise ValueError("must be an http or https address")
    return url


class NewWebhook(Record):
    """Body of POST webhooks."""

    event: Event
    url: str
    configuration: Configuration = Field(default_factory=Configuration)

    _url = field_validator("url")(checked_url)


class ChangedWebhook(Record):
    """One element of the bulk PUT; what is left out stays."""

    id: str
    event: Event | None = None
    url: str | None = None
    configuration: Configuration | None = None

    @field_validator("url")
    @classmethod
    def _url(cls, url: str | None) -> str | None:
        return None if url is None else checked_url(url)


class ChangedWebhooks(Record):
    """Body of PUT webhooks."""

    data: list[ChangedWebhook]


async def list_webhooks(request: Request) -> Response:
    # Recorded without `hasNext`.
    return data([hook.shape() for hook in _visible(lever_of(request)).values()])


async def create_webhook(request: Request) -> Response:
    lever, wanted = lever_of(request), await body_of(request, NewWebhook)
    webhook = subscribe(lever, wanted.event, wanted.url, wanted.configuration.conditions, through_api=True)
    if wanted.configuration.verify_connection:
        verify_connection(lever, webhook)
    return data(webhook.shape_at_creation(), 201)


async def put_webhooks(request: Request) -> Response:
    lever, wanted = lever_of(request), await body_of(request, ChangedWebhooks)
    pairs = [(_found(lever, one.id), one) for one in wanted.data]
    for webhook, one in pairs:
        webhook.event = one.event or webhook.event
        webhook.url = one.url or webhook.url
        if one.configuration and "conditions" in one.configuration.model_fields_set:
            webhook.conditions = one.configuration.conditions
        webhook.updated_at = lever.now()
        if one.configuration and one.configuration.verify_connection:
            verify_connection(lever, webhook)
    return data([webhook.shape() for webhook, _ in pairs])


async def delete_webhook(request: Request) -> Response:
    lever = lever_of(request)
    del lever.account.webhooks[_found(lever, request.path_params["id"]).id]
    return deleted()


def _visible(lever: Lever) -> dict[str, Webhook]:
    return {key: hook for key, hook in lever.account.webhooks.items() if hook.made_through_api}


def _found(lever: Lever, webhook_id: str) -> Webhook:
    visible = _visible(lever)
    if webhook_id not in visible:
        raise not_found("webhooks", webhook_id)
    return visible[webhook_id]


routes: list[BaseRoute] = [
    Route("/v1/webhooks", list_webhooks, methods=["GET"]),
    Route("/v1/webhooks", create_webhook, methods=["POST"]),
    Route("/v1/webhooks", put_webhooks, methods=["PUT"]),
    Route("/v1/webhooks/{id}", delete_webhook, methods=["DELETE"]),
]

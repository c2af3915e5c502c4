"""The page Settings > Integrations and API > Webhooks: groups, webhooks, verify connection, delivery log, rerun.

lever.md 6.1. Shows signature tokens, as Lever's page does; what was made through the API is not deleted here.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.lever.api_webhooks import NewWebhook
from sandbox.lever.asking import checked, lever_of
from sandbox.lever.errors import forbidden, not_found
from sandbox.lever.page_tools import back_to, form_of, render
from sandbox.lever.subscriptions import EVENTS, GROUPS, Webhook
from sandbox.lever.webhooks import subscribe, verify_connection

PAGE = "/settings/webhooks"
DELIVERIES = 50


async def webhooks(request: Request) -> Response:
    lever = lever_of(request)
    newest = list(reversed(lever.outbox.log()))
    return render(
        request,
        "webhooks.html",
        groups=GROUPS,
        events=EVENTS,
        webhooks=list(lever.account.webhooks.values()),
        deliveries=newest[:DELIVERIES],
        deliveries_in_all=len(newest),
    )


async def add(request: Request) -> Response:
    wanted = checked(await form_of(request), NewWebhook)
    conditions = wanted.configuration.conditions
    subscribe(lever_of(request), wanted.event, wanted.url, conditions, through_api=False)
    return back_to(PAGE)


async def verify(request: Request) -> Response:
    verify_connection(lever_of(request), _webhook(request))
    return back_to(f"{PAGE}#deliveries")


async def delete(request: Request) -> Response:
    webhook = _webhook(request)
    if webhook.made_through_api:
        raise forbidden("A webhook that was created through the API can only be deleted through it.")
    del lever_of(request).account.webhooks[webhook.id]
    return back_to(PAGE)


async def switch_groups(request: Request) -> Response:
    ticked = await form_of(request)
    groups = lever_of(request).account.groups_on
    for name in groups:
        groups[name] = name in ticked
    return back_to(PAGE)


async def rerun(request: Request) -> Response:
    wanted = request.path_params["id"]
    try:
        lever_of(request).outbox.rerun(wanted)
    except KeyError:
        raise not_found("deliveries", wanted) from None
    return back_to(f"{PAGE}#deliveries")


def _webhook(request: Request) -> Webhook:
    held, wanted = lever_of(request).account.webhooks, request.path_params["id"]
    if wanted not in held:
        raise not_found("webhooks", wanted)
    return held[wanted]


routes: list[BaseRoute] = [
    Route(PAGE, webhooks, methods=["GET"]),
    Route(PAGE, add, methods=["POST"]),
    Route(f"{PAGE}/groups", switch_groups, methods=["POST"]),
    Route(f"{PAGE}/{{id}}/verify", verify, methods=["POST"]),
    Route(f"{PAGE}/{{id}}/delete", delete, methods=["POST"]),
    Route("/settings/deliveries/{id}/rerun", rerun, methods=["POST"]),
]

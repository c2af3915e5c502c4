"""The organization's settings: webhook, its delivery log with rerun, surveys on and off."""

from collections.abc import Mapping

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.crosschq.organization import Organization
from sandbox.crosschq.pages import page
from sandbox.crosschq.webhook_settings import WebhookSettings

SHOWN = 50


def routes(organization: Organization) -> list[BaseRoute]:
    """`/settings` and its three forms."""
    pages = _Settings(organization)
    return [
        Route("/settings", pages.show),
        Route("/settings/webhook", pages.save_webhook, methods=["POST"]),
        Route("/settings/webhook-log/{id}/rerun", pages.rerun, methods=["POST"]),
        Route("/settings/surveys/{codename}", pages.switch_survey, methods=["POST"]),
    ]


class _Settings:
    def __init__(self, organization: Organization) -> None:
        self.organization = organization

    async def show(self, _: Request) -> Response:
        return self._page(self.organization.webhook.model_dump(), "")

    async def save_webhook(self, request: Request) -> Response:
        form = await request.form()
        given = {name: str(form.get(name, "")).strip() for name in ("url", "method", "auth", "token")}
        try:
            self.organization.webhook = WebhookSettings.model_validate(given)
        except ValidationError as error:
            wrong = "; ".join(one["msg"].removeprefix("Value error, ") for one in error.errors())
            return self._page(given, wrong, 400)
        return RedirectResponse("/settings", 303)

    async def rerun(self, request: Request) -> Response:
        try:
            self.organization.outbox.rerun(request.path_params["id"])
        except KeyError:
            raise HTTPException(404) from None
        return RedirectResponse("/settings#log", 303)

    async def switch_survey(self, request: Request) -> Response:
        survey = self.organization.surveys.get(request.path_params["codename"])
        if survey is None:
            raise HTTPException(404)
        survey.enabled = not survey.enabled
        return RedirectResponse("/settings#surveys", 303)

    def _page(self, webhook: Mapping[str, object], wrong: str, status: int = 200) -> Response:
        organization = self.organization
        return page(
            "settings.html",
            status,
            webhook=webhook,
            wrong=wrong,
            deliveries=organization.outbox.log()[: -SHOWN - 1 : -1],
            surveys=list(organization.surveys.values()),
            mail_failures=organization.mailer.failures[-SHOWN:],
            api_key=organization.options.api_key,
        )

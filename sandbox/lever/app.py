"""The stand-in Lever as a Starlette app: API, pages and admin routes in one list, and the doors before them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

import sandbox.admin
from sandbox.faults import FaultMiddleware
from sandbox.lever import (
    admin,
    admin_acts,
    api_applications,
    api_catalog,
    api_documented,
    api_feedback,
    api_files,
    api_forms,
    api_interviews,
    api_notes,
    api_opportunities,
    api_postings,
    api_requisition_fields,
    api_requisitions,
    api_uploads,
    api_users,
    api_webhooks,
    api_words,
    merging,
    pages,
    pages_settings,
)
from sandbox.lever.answers import on_http_error, on_lever_error
from sandbox.lever.door import ApiDoor
from sandbox.lever.errors import LeverError
from sandbox.lever.old_names import OldNames
from sandbox.lever.options import LeverOptions
from sandbox.lever.stand_in import Lever

API_PREFIX = "/v1"


def create_app(options: LeverOptions) -> Starlette:
    """A new account on its own app; `app.state.lever` is the stand-in, `app.state.lever.outbox` its webhooks."""
    lever = Lever(options)
    app = Starlette(
        routes=_routes(lever),
        middleware=[
            Middleware(
                FaultMiddleware,
                knobs=lever.knobs,
                ledger=lever.ledger,
                api_prefixes=(API_PREFIX,),
                clock=options.clock,
            ),
            Middleware(ApiDoor, lever=lever, api_prefix=API_PREFIX),
            Middleware(OldNames),
        ],
        exception_handlers={LeverError: on_lever_error, HTTPException: on_http_error},
        lifespan=_lifespan,
    )
    app.state.lever = lever
    return app


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    yield
    await app.state.lever.outbox.aclose()


def _routes(lever: Lever) -> list[BaseRoute]:
    return [
        # First what is nothing but a fixed word, so that `/v1/postings/deleted` is not taken for a posting's id.
        *api_documented.routes,
        *api_opportunities.routes,
        *api_words.routes,
        *api_notes.routes,
        *api_files.routes,
        *api_feedback.routes,
        *api_forms.routes,
        *api_interviews.routes,
        *api_applications.routes,
        *api_catalog.routes,
        *api_uploads.routes,
        *api_users.routes,
        *api_postings.routes,
        *api_requisitions.routes,
        *api_requisition_fields.routes,
        *api_webhooks.routes,
        *sandbox.admin.routes(knobs=lever.knobs, ledger=lever.ledger, outbox=lever.outbox, reset=lever.reset),
        *admin.routes,
        *admin_acts.routes,
        *merging.routes,
        *pages.routes,
        *pages_settings.routes,
    ]

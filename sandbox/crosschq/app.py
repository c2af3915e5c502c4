"""Plugs the stand-in Crosschq together as one Starlette application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Lifespan

from sandbox import admin
from sandbox.crosschq import (
    api,
    controls,
    controls_prospects,
    pages,
    pages_candidate,
    pages_prospects,
    pages_recruiter,
    pages_reference,
    pages_report,
    pages_settings,
)
from sandbox.crosschq.acts import Actors
from sandbox.crosschq.knobs import CrosschqKnobs
from sandbox.crosschq.mailer import Mailer
from sandbox.crosschq.options import CrosschqOptions
from sandbox.crosschq.organization import Organization
from sandbox.crosschq.reference_request import NotAllowed
from sandbox.faults import FaultMiddleware
from sandbox.ledger import Ledger
from sandbox.outbox import Outbox


def create_app(options: CrosschqOptions) -> Starlette:
    """The application; `app.state` has `organization`, `outbox`, `mailer`, `knobs` and `ledger` for tests."""
    knobs, ledger = CrosschqKnobs(), Ledger()
    outbox = Outbox(
        knobs, retry_waits=options.retry_waits, clock=options.clock, transport=options.webhook_transport
    )
    mailer = Mailer(options.smtp_host, options.smtp_port)
    organization = Organization(options, outbox, mailer)
    actors = Actors(organization)

    def reset() -> None:
        organization.reset()
        actors.reset()

    faults = Middleware(
        FaultMiddleware, knobs=knobs, ledger=ledger, api_prefixes=api.PREFIXES, clock=options.clock
    )
    app = Starlette(
        routes=[
            *admin.routes(knobs=knobs, ledger=ledger, outbox=outbox, reset=reset),
            *controls.routes(organization, actors),
            *controls_prospects.routes(organization),
            *api.routes(organization, knobs),
            *_pages(organization),
        ],
        middleware=[faults],
        exception_handlers={404: pages.not_found, NotAllowed: pages.not_allowed},
        lifespan=_closing(outbox, mailer),
    )
    # A slash more or less is another path in this API (crosschq.md 1.3).
    app.router.redirect_slashes = False
    app.state.organization, app.state.outbox, app.state.mailer = organization, outbox, mailer
    app.state.knobs, app.state.ledger = knobs, ledger
    return app


def _pages(organization: Organization) -> list[BaseRoute]:
    return [
        *pages_recruiter.routes(organization),
        *pages_prospects.routes(organization),
        *pages_candidate.routes(organization),
        *pages_reference.routes(organization),
        *pages_report.routes(organization),
        *pages_settings.routes(organization),
        Mount("/static", StaticFiles(directory=pages.HERE / "static")),
    ]


def _closing(outbox: Outbox, mailer: Mailer) -> Lifespan[Starlette]:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await outbox.aclose()
        await mailer.aclose()

    return lifespan

"""The mailbox's web page and its JSON, for people and for tests, and the knobs of its SMTP server.

A mail's HTML is shown in a sandboxed frame under a policy that loads nothing: a mail can run no
script and fetch no image.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from sandbox.admin import health, turning
from sandbox.mailbox.certificate import Certificate
from sandbox.mailbox.mailbox import Mailbox

HERE = Path(__file__).parent
POLICY = "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src data:; form-action 'none'; frame-src 'self'"


def create_app(mailbox: Mailbox, certificate: Certificate | None = None) -> Starlette:
    """The application over one mailbox; `certificate` is the SMTP server's, for clients to trust."""
    pages = _Pages(mailbox, certificate)
    return Starlette(
        routes=[
            Route("/", pages.index),
            Route("/messages/{id}", pages.show),
            Route("/api/messages", pages.api_list, methods=["GET"]),
            Route("/api/messages", pages.api_clear, methods=["DELETE"]),
            Route("/api/messages/{id}", pages.api_one, methods=["GET"]),
            health(),
            turning(mailbox.knobs),
            Route("/sandbox/reset", pages.reset, methods=["POST"]),
            Route("/sandbox/ca.pem", pages.ca, methods=["GET"]),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ]
    )


class _Pages:
    def __init__(self, mailbox: Mailbox, certificate: Certificate | None) -> None:
        self.mailbox, self.certificate = mailbox, certificate
        self.environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=select_autoescape(),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.filters["moment"] = _moment

    async def index(self, request: Request) -> Response:
        to = request.query_params.get("to") or None
        return self._page("index.html", mails=self.mailbox.mails(to), to=to or "")

    async def show(self, request: Request) -> Response:
        mail = self.mailbox.find(request.path_params["id"])
        if mail is None:
            return self._page("gone.html", 404)
        return self._page("mail.html", mail=mail)

    async def api_list(self, request: Request) -> Response:
        mails = self.mailbox.mails(request.query_params.get("to"))
        return JSONResponse({"messages": [mail.as_json() for mail in mails]})

    async def api_one(self, request: Request) -> Response:
        mail = self.mailbox.find(request.path_params["id"])
        if mail is None:
            return JSONResponse({"error": "no mail has this id; the mailbox keeps the last 1,000"}, 404)
        return JSONResponse(mail.as_json())

    async def api_clear(self, _: Request) -> Response:
        self.mailbox.clear()
        return Response(status_code=204)

    async def reset(self, _: Request) -> Response:
        self.mailbox.knobs.reset()
        self.mailbox.clear()
        return JSONResponse({"ok": True})

    async def ca(self, _: Request) -> Response:
        if self.certificate is None:
            return JSONResponse({"error": "this mailbox was started without a certificate"}, 404)
        return Response(self.certificate.ca_file.read_bytes(), media_type="application/x-pem-file")

    def _page(self, template: str, status: int = 200, **context: Any) -> Response:  # noqa: ANN401
        html = self.environment.get_template(template).render(**context)
        return HTMLResponse(html, status, headers={"Content-Security-Policy": POLICY})


def _moment(at: float) -> str:
    return f"{datetime.fromtimestamp(at).astimezone():%d %b %Y, %H:%M:%S}"

"""What all pages share: templates, their words, and the page that says why something did not work.

Server-rendered, no JavaScript. Each group of pages has its own file; all go through `Organization`.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from sandbox.crosschq.questions import QUESTIONS, SCALE
from sandbox.crosschq.report import label
from sandbox.crosschq.statuses import WORDS
from sandbox.crosschq.surveys import RELATIONSHIPS

HERE = Path(__file__).parent


def _moment(at: datetime | float) -> str:
    moment = at if isinstance(at, datetime) else datetime.fromtimestamp(at).astimezone()
    return f"{moment:%d %b %Y, %H:%M:%S}"


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["moment"] = _moment
    environment.globals.update(
        questions=QUESTIONS, scale=SCALE, words=WORDS, relationships=RELATIONSHIPS, relationship_of=label
    )
    return environment


ENVIRONMENT = _environment()


def page(template: str, status: int = 200, **context: Any) -> Response:  # noqa: ANN401
    """One page, rendered."""
    return HTMLResponse(ENVIRONMENT.get_template(template).render(**context), status)


def message(title: str, text: str, status: int = 200) -> Response:
    """A page with one thing to say."""
    return page("message.html", status, title=title, text=text)


async def not_found(_: Request, __: Exception) -> Response:
    """The page for a link that leads nowhere."""
    return message("Nothing here", "This link is not known. It may have been mistyped or reset.", 404)


async def not_allowed(_: Request, error: Exception) -> Response:
    """The page for an act that cannot be done now."""
    return message("That did not work", str(error), 409)

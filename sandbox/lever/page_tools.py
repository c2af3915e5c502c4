"""What all pages share: the templates, how a time and a link are shown, reading a form, going back."""

from datetime import UTC, datetime
from pathlib import Path

import jinja2
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.templating import Jinja2Templates

from sandbox.lever.asking import lever_of
from sandbox.lever.errors import not_found

HERE = Path(__file__).parent
ANONYMOUS = "Anonymized candidate"


def moment(milliseconds: float | None) -> str:
    """`24 Nov 2026, 06:03 UTC`; a dash for never."""
    if milliseconds is None:
        return "–"  # noqa: RUF001 - a dash is meant
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%-d %b %Y, %H:%M UTC")


def instant(milliseconds: float) -> str:
    """`24 Nov 2026, 06:03:07 UTC`, where seconds matter."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%-d %b %Y, %H:%M:%S UTC")


def is_clickable(link: str) -> bool:
    """Whether a link may become one: links are bare strings, and only web addresses are safe to click."""
    return link.startswith(("https://", "http://"))


def size(count: int) -> str:
    """A number of bytes, in kB."""
    return f"{max(1, round(count / 1000)):,} kB"


def _templates() -> Jinja2Templates:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(moment=moment, instant=instant, size=size)
    environment.tests["clickable"] = is_clickable
    environment.globals["ANONYMOUS"] = ANONYMOUS
    return Jinja2Templates(env=environment)


templates = _templates()


async def form_of(request: Request) -> dict[str, str]:
    """The text fields of a submitted form."""
    async with request.form() as form:
        return {name: value.strip() for name, value in form.items() if isinstance(value, str)}


def back_to(address: str) -> Response:
    """To a page of ours after a form: never to another host, whatever the form says."""
    own = address if address.startswith("/") and not address.startswith(("//", "/\\")) else "/"
    return RedirectResponse(own, 303)


def render(request: Request, template: str, **context: object) -> Response:
    """A page; every template can see the account."""
    return templates.TemplateResponse(request, template, {"account": lever_of(request).account, **context})


def required(form: dict[str, str], field: str, known: dict[str, object], kind: str) -> str:
    """The id in a form's field. LeverError 404 when the account has no such thing."""
    wanted = form.get(field, "")
    if wanted not in known:
        raise not_found(kind, wanted)
    return wanted

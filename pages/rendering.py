"""Makes the pages' HTML from templates, with headers that let it load nothing but our style sheet. Decides nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from hiring.outcomes import Outcome
from pages.answer_form import Problem, chosen
from pages.answering import Question
from pages.form_guard import FIELD
from pages.notices import Notice
from pages.standing import Open
from pages.words import day, moment, said, span

HERE = Path(__file__).parent

SAFE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
}
"""The headers of every answer under `/answer/`."""

_STYLE = (HERE / "static" / "style.css").read_bytes()

_templates = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters.update(day=day, moment=moment, said=said, span=span)


@dataclass(frozen=True)
class Filled:
    """A form that is shown again, as it was sent and with what is wrong."""

    fields: Mapping[str, str]
    problem: Problem


async def style_sheet(_: Request) -> Response:
    return Response(_STYLE, media_type="text/css", headers={**SAFE, "Cache-Control": "max-age=300"})


def notice_page(
    root: str, told: Notice, *, question: Question | None = None, retry: str | None = None
) -> Response:
    """`root`: the path of `/answer` as browsers see it; `retry`: the address to try again."""
    return _html("notice.html", told.status, root=root, notice=told, question=question, retry=retry)


def form_page(root: str, question: Question, standing: Open, proof: str, filled: Filled | None) -> Response:
    """With the present answer chosen, or what was `filled` in wrongly."""
    present = standing.answer
    outcome = present.outcome if present else None
    hired_on = str(present.hired_on) if present and present.hired_on else str(question.days.today)
    if filled:
        outcome, hired_on = chosen(filled.fields), filled.fields.get("hired_on", "")
    return _html(
        "form.html",
        400 if filled else 200,
        root=root,
        question=question,
        standing=standing,
        outcomes=Outcome,
        outcome=outcome,
        hired_on=hired_on,
        problem=filled.problem if filled else None,
        guard={"field": FIELD, "proof": proof},
    )


def _html(template: str, status: int, **context: object) -> Response:
    html = _templates.get_template(template).render(**context)
    return HTMLResponse(html, status, headers=SAFE)

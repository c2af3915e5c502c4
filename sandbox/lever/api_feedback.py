"""The API of feedback and its templates. See lever.md 7 and 8: a deleted feedback stays readable."""

from collections.abc import Sequence
from typing import Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.lever import feedback_templates as templates
from sandbox.lever.account import new_id
from sandbox.lever.acts import touch
from sandbox.lever.answers import data, deleted, listed_as_given, shown
from sandbox.lever.api_opportunities import OPPORTUNITY
from sandbox.lever.asking import actor_of, body_of, lever_of, opportunity_of
from sandbox.lever.errors import not_found
from sandbox.lever.paperwork import Feedback
from sandbox.lever.record import Milliseconds, Record


class FieldValue(Record):
    """One answered field."""

    id: str
    value: Any


class NewFeedback(Record):
    """Body of POST feedback."""

    base_template_id: str
    field_values: list[FieldValue] = Field(default_factory=list)
    panel: str | None = None
    interview: str | None = None
    created_at: Milliseconds | None = None
    completed_at: Milliseconds | None = None


class ChangedFeedback(Record):
    """Body of PUT feedback."""

    field_values: list[FieldValue] = Field(default_factory=list)
    completed_at: Milliseconds | None = None


async def list_feedback(request: Request) -> Response:
    kept = lever_of(request).account.feedback[opportunity_of(request).id]
    return listed_as_given(request, [one.shape() for one in kept if one.deleted_at is None])


async def get_feedback(request: Request) -> Response:
    return shown(request, _feedback(request).shape())


async def create_feedback(request: Request) -> Response:
    lever, opportunity = lever_of(request), opportunity_of(request)
    actor, wanted = actor_of(request, required=True), await body_of(request, NewFeedback)
    template, at = templates.find(lever.account.feedback_templates, wanted.base_template_id), lever.now()
    created_at = wanted.created_at or at
    feedback = Feedback(
        id=new_id(),
        text=template.text,
        instructions=template.instructions,
        fields=_answered(template, wanted.field_values),
        base_template_id=template.id,
        interview=wanted.interview,
        panel=wanted.panel,
        user=actor.user,
        created_at=created_at,
        completed_at=wanted.completed_at or created_at,
    )
    lever.account.feedback[opportunity.id].append(feedback)
    touch(lever, opportunity)
    return data(feedback.shape(), 201)


async def put_feedback(request: Request) -> Response:
    actor_of(request, required=True)
    feedback, wanted = _feedback(request), await body_of(request, ChangedFeedback)
    kept = lever_of(request).account.feedback_templates
    feedback.fields = _answered(kept.get(feedback.base_template_id), wanted.field_values)
    feedback.completed_at = wanted.completed_at or feedback.completed_at
    feedback.updated_at = lever_of(request).now()
    touch(lever_of(request), opportunity_of(request))
    return data(feedback.shape())


async def delete_feedback(request: Request) -> Response:
    actor_of(request, required=True)
    _feedback(request).deleted_at = lever_of(request).now()
    touch(lever_of(request), opportunity_of(request))
    return deleted()


async def list_templates(request: Request) -> Response:
    return listed_as_given(request, [one.shape() for one in _templates(request).values()])


async def get_template(request: Request) -> Response:
    return shown(request, _template(request).shape())


async def create_template(request: Request) -> Response:
    wanted = await body_of(request, templates.TemplateWanted)
    return data(templates.add(_templates(request), wanted, lever_of(request).now()).shape(), 201)


async def put_template(request: Request) -> Response:
    template, wanted = _template(request), await body_of(request, templates.TemplateWanted)
    templates.change(template, wanted, lever_of(request).now())
    return data(template.shape())


async def delete_template(request: Request) -> Response:
    templates.remove(_templates(request), _template(request))
    return deleted()


def _templates(request: Request) -> templates.Templates:
    return lever_of(request).account.feedback_templates


def _template(request: Request) -> templates.Template:
    return templates.find(_templates(request), request.path_params["id"])


def _answered(template: templates.Template | None, values: Sequence[FieldValue]) -> list[dict[str, Any]]:
    """The template's fields with what was answered; only the answers of a template that is gone."""
    fields = {field.id: field.shape() for field in template.fields} if template else {}
    given = {value.id: value.value for value in values}
    answered = [{**field, "value": given.pop(field_id, None)} for field_id, field in fields.items()]
    return answered + [{"id": field_id, "value": value} for field_id, value in given.items()]


def _feedback(request: Request) -> Feedback:
    wanted = request.path_params["feedback"]
    for feedback in lever_of(request).account.feedback[opportunity_of(request).id]:
        if feedback.id == wanted:
            return feedback
    raise not_found("feedback", wanted)


ONE = f"{OPPORTUNITY}/feedback/{{feedback}}"
routes: list[BaseRoute] = [
    Route(f"{OPPORTUNITY}/feedback", list_feedback, methods=["GET"]),
    Route(f"{OPPORTUNITY}/feedback", create_feedback, methods=["POST"]),
    Route(ONE, get_feedback, methods=["GET"]),
    Route(ONE, put_feedback, methods=["PUT"]),
    Route(ONE, delete_feedback, methods=["DELETE"]),
    Route("/v1/feedback_templates", list_templates, methods=["GET"]),
    Route("/v1/feedback_templates", create_template, methods=["POST"]),
    Route("/v1/feedback_templates/{id}", get_template, methods=["GET"]),
    Route("/v1/feedback_templates/{id}", put_template, methods=["PUT"]),
    Route("/v1/feedback_templates/{id}", delete_template, methods=["DELETE"]),
]

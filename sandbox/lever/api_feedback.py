"""The API of feedback and its templates. Contract sections 7 and 8: a deleted feedback stays readable."""

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.lever.account import new_id
from sandbox.lever.acts import touch
from sandbox.lever.answers import data, deleted, listed_as_given
from sandbox.lever.api_opportunities import OPPORTUNITY
from sandbox.lever.asking import actor_of, body_of, lever_of, opportunity_of
from sandbox.lever.errors import not_found
from sandbox.lever.paperwork import Feedback
from sandbox.lever.record import Milliseconds, Record

RATING: dict[str, object] = {"id": "rating", "type": "score-system", "text": "Rating", "description": ""}
TEMPLATES: dict[str, dict[str, object]] = {
    "no-feedback": {
        "id": "no-feedback",
        "text": "No feedback form",
        "instructions": "",
        "group": None,
        "fields": [{**RATING, "required": False}],
        "createdAt": 0,
        "updatedAt": 0,
    }
}


class FieldValue(Record):
    """One answered field."""

    id: str
    value: str | int | bool | list[str] | None


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
    return data(_feedback(request).shape())


async def create_feedback(request: Request) -> Response:
    lever, opportunity = lever_of(request), opportunity_of(request)
    actor, wanted = actor_of(request, required=True), await body_of(request, NewFeedback)
    if wanted.base_template_id not in TEMPLATES:
        raise not_found("feedback_templates", wanted.base_template_id)
    feedback = Feedback(
        id=new_id(),
        text=str(TEMPLATES[wanted.base_template_id]["text"]),
        fields=[value.shape() for value in wanted.field_values],
        base_template_id=wanted.base_template_id,
        interview=wanted.interview,
        panel=wanted.panel,
        user=actor.user,
        created_at=wanted.created_at or lever.now(),
        completed_at=wanted.completed_at,
    )
    lever.account.feedback[opportunity.id].append(feedback)
    touch(lever, opportunity)
    return data(feedback.shape(), 201)


async def put_feedback(request: Request) -> Response:
    actor_of(request, required=True)
    feedback, wanted = _feedback(request), await body_of(request, ChangedFeedback)
    feedback.fields = [value.shape() for value in wanted.field_values]
    feedback.completed_at = wanted.completed_at or feedback.completed_at
    feedback.updated_at = lever_of(request).now()
    return data(feedback.shape())


async def delete_feedback(request: Request) -> Response:
    actor_of(request, required=True)
    _feedback(request).deleted_at = lever_of(request).now()
    return deleted()


async def list_templates(request: Request) -> Response:
    return listed_as_given(request, list(TEMPLATES.values()))


async def get_template(request: Request) -> Response:
    wanted = request.path_params["id"]
    if wanted not in TEMPLATES:
        raise not_found("feedback_templates", wanted)
    return data(TEMPLATES[wanted])


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
    Route("/v1/feedback_templates/{id}", get_template, methods=["GET"]),
]

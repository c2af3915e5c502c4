"""Feedback templates: the forms that feedback is given on, and which of them the API may change. See lever.md 8."""

from typing import Any, Literal
from uuid import uuid4

from pydantic import Field

from sandbox.lever.catalog import Stage
from sandbox.lever.errors import bad_request, forbidden, not_found
from sandbox.lever.record import Record

RATINGS = ("4 - Strong Hire", "3 - Hire", "2 - No Hire", "1 - Strong No Hire")
FieldType = Literal[
    "code", "date", "dropdown", "multiple-choice", "multiple-select", "score-system", "score", "scorecard", "text",
    "textarea", "yes-no",
]  # fmt: skip


class Option(Record):
    text: str


class TemplateField(Record):
    """One question; only some types have options and a prompt."""

    id: str = Field(default_factory=lambda: str(uuid4()))
    type: FieldType
    text: str = ""
    description: str = ""
    required: bool = False
    prompt: str | None = None
    options: list[Option] | None = None

    def shape(self) -> dict[str, Any]:
        """As documented: prompt and options only where there are some."""
        return {name: value for name, value in super().shape().items() if value is not None}


class Group(Record):
    id: str
    name: str = ""


class Template(Record):
    """A form of the account."""

    id: str
    text: str
    instructions: str = ""
    group: Group | None = None
    stage: Stage | None = None
    fields: list[TemplateField]
    created_at: int
    updated_at: int
    made_through_api: bool = Field(default=False, exclude=True)

    def shape(self) -> dict[str, Any]:
        return {**super().shape(), "fields": [field.shape() for field in self.fields]}


class TemplateWanted(Record):
    """Body of POST and PUT; what a change leaves out stays."""

    text: str | None = None
    instructions: str | None = None
    group: str | None = None
    fields: list[TemplateField] | None = None


Templates = dict[str, Template]
"""By id."""
_SEEDED = "f1d8aa00-0000-4000-8000-00000000000{}"


def seeded(now: int, stage: Stage) -> Templates:
    """The one that every account has, and one for a stage."""
    group, screen, rating, remarks = map(_SEEDED.format, range(4))
    common = {"created_at": now, "updated_at": now}
    return {
        "no-feedback": Template(id="no-feedback", text="No Feedback", fields=[_rating("rating")], **common),
        screen: Template(
            id=screen,
            text="Phone Screen Feedback Form",
            instructions="Please fill in all feedback",
            group=Group(id=group, name="Engineering Feedback Forms"),
            stage=stage,
            fields=[_rating(rating), TemplateField(id=remarks, type="textarea")],
            **common,
        ),
    }


def find(templates: Templates, template_id: str) -> Template:
    """LeverError 404 for an id that is none."""
    if template_id not in templates:
        raise not_found("feedback_templates", template_id)
    return templates[template_id]


def add(templates: Templates, wanted: TemplateWanted, now: int) -> Template:
    if not wanted.text or wanted.fields is None:
        raise bad_request("text and fields are required")
    template = Template(
        id=str(uuid4()), text=wanted.text, fields=[], created_at=now, updated_at=now, made_through_api=True
    )
    change(template, wanted, now)
    templates[template.id] = template
    return template


def change(template: Template, wanted: TemplateWanted, now: int) -> None:
    """LeverError 400 without exactly one field of type score-system."""
    if wanted.fields is not None:
        if sum(field.type == "score-system" for field in wanted.fields) != 1:
            raise bad_request("fields must have exactly one field of type score-system")
        template.fields = [_completed(field) for field in wanted.fields]
    template.text = wanted.text or template.text
    if wanted.instructions is not None:
        template.instructions = wanted.instructions
    if wanted.group is not None:
        template.group = Group(id=wanted.group, name="Engineering") if wanted.group else None
    template.updated_at = now


def remove(templates: Templates, template: Template) -> None:
    """LeverError 403 for one that people made."""
    if not template.made_through_api:
        raise forbidden(
            "Only feedback templates that were created through the API can be deleted through it."
        )
    del templates[template.id]


def _rating(field_id: str) -> TemplateField:
    return _completed(TemplateField(id=field_id, type="score-system", text="Rating"))


def _completed(field: TemplateField) -> TemplateField:
    """A rating's options are the account's."""
    if field.type != "score-system":
        return field
    options = [Option(text=text) for text in RATINGS]
    return field.model_copy(update={"prompt": "Select one", "options": options})

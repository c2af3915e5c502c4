"""Profile forms and their templates, on which people note more of a candidate. See lever.md 8; shapes inferred."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal
from uuid import uuid4

from pydantic import Field

from sandbox.lever.errors import bad_request, forbidden, not_found
from sandbox.lever.feedback_templates import Group, Option
from sandbox.lever.record import Milliseconds, Record

FieldType = Literal[
    "code", "currency", "date", "dropdown", "multiple-choice", "multiple-select", "score", "text", "textarea", "yes-no",
]  # fmt: skip
_SEEDED = "f1d8aa00-0000-4000-8000-00000000001{}"


class FormField(Record):
    """One question; only some types have options."""

    id: str = Field(default_factory=lambda: str(uuid4()))
    type: FieldType
    text: str = ""
    description: str = ""
    required: bool = False
    options: list[Option] | None = None

    def shape(self) -> dict[str, Any]:
        return {name: value for name, value in super().shape().items() if value is not None}


class FormTemplate(Record):
    id: str
    text: str
    instructions: str = ""
    group: Group | None = None
    secret_by_default: bool = False
    fields: list[FormField]
    created_at: int
    updated_at: int
    made_through_api: bool = Field(default=False, exclude=True)

    def shape(self) -> dict[str, Any]:
        return {**super().shape(), "fields": [field.shape() for field in self.fields]}


class FormTemplateWanted(Record):
    """Body of POST and PUT; what a change leaves out stays."""

    text: str | None = None
    instructions: str | None = None
    group: str | None = None
    secret_by_default: bool | None = None
    fields: list[FormField] | None = None


class FieldValue(Record):
    """One answered field."""

    id: str
    value: Any = None


class NewForm(Record):
    """Body of POST forms."""

    base_template_id: str
    fields: list[FieldValue] = Field(default_factory=list)
    secret: bool | None = None
    created_at: Milliseconds | None = None


class Form(Record):
    """One that is filled in."""

    id: str
    type: str = "form"
    text: str
    instructions: str = ""
    fields: list[dict[str, Any]]
    base_template_id: str
    user: str | None
    referrer: str | None = None
    stage: str
    secret: bool
    created_at: int
    completed_at: int
    deleted_at: int | None = None


Templates = dict[str, FormTemplate]
"""By id."""


def seeded(now: int) -> Templates:
    """One that people made."""
    template, group, start, pay = map(_SEEDED.format, range(4))
    fields = [
        FormField(id=start, type="date", text="Start date", required=True),
        FormField(id=pay, type="currency", text="Compensation", description="Whole numbers only"),
    ]
    own = FormTemplate(
        id=template,
        text="Offer information",
        group=Group(id=group, name="Offers"),
        secret_by_default=True,
        fields=fields,
        created_at=now,
        updated_at=now,
    )
    return {template: own}


def find(templates: Templates, template_id: str) -> FormTemplate:
    """LeverError 404 for an id that is none."""
    if template_id not in templates:
        raise not_found("form_templates", template_id)
    return templates[template_id]


def add(templates: Templates, wanted: FormTemplateWanted, now: int) -> FormTemplate:
    if not wanted.text or wanted.fields is None:
        raise bad_request("text and fields are required")
    template = FormTemplate(
        id=str(uuid4()), text=wanted.text, fields=[], created_at=now, updated_at=now, made_through_api=True
    )
    change(template, wanted, now)
    templates[template.id] = template
    return template


def change(template: FormTemplate, wanted: FormTemplateWanted, now: int) -> None:
    for name in wanted.model_fields_set - {"group"}:
        if getattr(wanted, name) is not None:
            setattr(template, name, getattr(wanted, name))
    if wanted.group is not None:
        template.group = Group(id=wanted.group, name="Forms") if wanted.group else None
    template.updated_at = now


def remove(templates: Templates, template: FormTemplate) -> None:
    """LeverError 403 for one that people made."""
    if not template.made_through_api:
        raise forbidden("Only form templates that were created through the API can be deleted through it.")
    del templates[template.id]


def filled(template: FormTemplate, values: Sequence[FieldValue]) -> list[dict[str, Any]]:
    """The template's fields with their answers. LeverError 400 unless each is named, and required ones answered."""
    given = {value.id: value.value for value in values}
    _require_all(template, given)
    return [{**field.shape(), "value": given[field.id]} for field in template.fields]


def _require_all(template: FormTemplate, given: dict[str, Any]) -> None:
    own = {field.id for field in template.fields}
    if missing := _named(own - given.keys()):
        raise bad_request(f"fields must name all of the template's fields: {missing} are missing")
    if foreign := _named(given.keys() - own):
        raise bad_request(f"fields: {foreign} are not the template's")
    empty = [field.id for field in template.fields if field.required and given[field.id] in (None, "", [])]
    if empty:
        raise bad_request(f"fields: {_named(empty)} must be answered")


def _named(ids: Iterable[str]) -> str:
    return ", ".join(sorted(ids))

"""The account's own fields of requisitions. See lever.md 2 and 8; what their writes answer is inferred."""

from typing import Any, Literal, Self
from uuid import uuid4

from pydantic import Field, model_validator

from sandbox.lever.errors import bad_request, not_found
from sandbox.lever.record import Record

FieldType = Literal["number", "text", "date", "object", "dropdown"]


class FieldOption(Record):
    """One choice of a dropdown."""

    id: str = Field(default_factory=lambda: str(uuid4()))
    text: str


class Subfield(Record):
    id: str
    text: str
    type: FieldType


class RequisitionField(Record):
    """Body of POST and PUT as well; the account chooses the id."""

    id: str = Field(min_length=1)
    text: str
    type: FieldType
    is_required: bool = False
    options: list[FieldOption] | None = None
    subfields: list[Subfield] | None = None

    @model_validator(mode="after")
    def _has_its_parts(self) -> Self:
        if (self.type == "dropdown") is (self.options is None):
            raise ValueError("a dropdown, and nothing else, has options")
        if (self.type == "object") is (self.subfields is None):
            raise ValueError("an object, and nothing else, has subfields")
        return self

    def shape(self) -> dict[str, Any]:
        """Options and subfields only where the type has some."""
        return {name: value for name, value in super().shape().items() if value is not None}

    def own_options(self) -> list[FieldOption]:
        """LeverError 400 where the type has none."""
        if self.options is None:
            raise bad_request(f"{self.id} is no dropdown and has no options")
        return self.options


class NewOptions(Record):
    """Body of POST options."""

    values: list[FieldOption]


class GoneOptions(Record):
    """Body of DELETE options: their ids."""

    values: list[str]


def seeded() -> dict[str, RequisitionField]:
    field = RequisitionField(id="target_hire_date", text="Target hire date", type="date")
    return {field.id: field}


def rename_options(field: RequisitionField, wanted: list[FieldOption]) -> None:
    """Those named by their ids get other texts. LeverError 404 for an id that is none."""
    own = {option.id: option for option in field.own_options()}
    for one in wanted:
        if one.id not in own:
            raise not_found("options", one.id)
    for one in wanted:
        own[one.id].text = one.text


def remove_options(field: RequisitionField, ids: list[str]) -> None:
    own = field.own_options()
    for one in ids:
        if one not in {option.id for option in own}:
            raise not_found("options", one)
    own[:] = [option for option in own if option.id not in ids]

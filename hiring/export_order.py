"""What may be asked of a prospect export: the form in Prefect's UI, and the check of every order. Pure."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

ProspectId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._:~-]{0,127}$")]


class Scope(StrEnum):
    """Which of Crosschq's prospects."""

    ALL_EXISTING = "all-existing"
    NEW = "new"


class ExportOrder(BaseModel):
    """Crosschq's prospects become leads in Lever."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scope: Scope = Field(
        default=Scope.ALL_EXISTING,
        title="Which prospects",
        description="all-existing: walks through all of Crosschq's prospects, and goes on where the last walk stopped. "
        "new: those that opted in or withdrew since the last look.",
    )
    connection_id: int | None = Field(
        default=None,
        ge=1,
        title="Connection",
        description="The connection's number in `crosschq-lever prospects`. Empty: each connection whose switch is on, "
        "in a run of its own.",
    )
    dry_run: bool = Field(
        default=False,
        title="Dry run",
        description="Say what would be made, and make nothing. Works while the switches are off, too.",
    )
    only: list[ProspectId] = Field(
        default=[],
        max_length=100,
        title="Only these prospects",
        description="Crosschq's ids, up to 100, for instance of failed ones: they are read anew and tried again. "
        "Empty: all.",
    )
    at_most: int | None = Field(
        default=None,
        ge=1,
        title="At most",
        description="Stop after so many prospects; the next run goes on. Empty: no limit.",
    )

    @property
    def is_limited(self) -> bool:
        """Not everything that waits is meant."""
        return bool(self.only) or self.at_most is not None

    @model_validator(mode="after")
    def _names_a_connection(self) -> "ExportOrder":
        if self.connection_id is None and (self.only or self.at_most or self.dry_run):
            raise ValueError("name the connection: dry_run, only and at_most are for a single one")
        return self

"""A connection as an admin writes it, in one TOML file (documented in `connection.example.toml`). Calls nobody."""

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, Field, ValidationError, model_validator

from onboarding.fields import Name
from onboarding.prospect_section import ProspectsPart
from onboarding.sections import (
    CrosschqPart,
    FollowUpPart,
    LeverPart,
    RequestsPart,
    Section,
    TemplatePart,
)


class BlueprintError(Exception):
    """The file cannot be used; the message lists what is wrong, line by line, and quotes no secret."""


class Blueprint(Section):
    """One connection; `name` is its identity."""

    name: Name
    live_since: Annotated[AwareDatetime, Field(strict=True)]
    """Strict: a bare year would be read as seconds since 1970, and mail the past."""
    lever: LeverPart
    crosschq: CrosschqPart
    requests: RequestsPart = RequestsPart()
    follow_up: FollowUpPart = FollowUpPart()
    prospects: ProspectsPart = ProspectsPart()
    templates: Annotated[list[TemplatePart], Field(min_length=1)]

    @model_validator(mode="after")
    def _templates_differ(self) -> "Blueprint":
        names = [template.name for template in self.templates]
        if len(set(names)) != len(names):
            raise ValueError("two templates have the same name")
        if sum(template.fallback for template in self.templates) > 1:
            raise ValueError("only one template can be the fallback")
        return self

    @classmethod
    def from_file(cls, path: Path) -> "Blueprint":
        """Raises BlueprintError."""
        try:
            return cls.from_text(path.read_text(encoding="utf-8-sig"))
        except (OSError, UnicodeDecodeError) as error:
            raise BlueprintError(f"{path} cannot be read: {error}.") from None

    @classmethod
    def from_text(cls, text: str) -> "Blueprint":
        """Raises BlueprintError."""
        try:
            return cls.model_validate(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise BlueprintError(f"The file is not TOML: {error}.") from None
        except ValidationError as error:
            wrong = [f"  {'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors()]
            raise BlueprintError("The file is not complete:\n" + "\n".join(wrong)) from None

"""The base of everything the account holds: snake_case in our code, Lever's camelCase on the wire."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

# A time that a caller may give: epoch milliseconds, before the year 2100.
Milliseconds = Annotated[int, Field(ge=0, le=4_102_444_800_000)]


class Record(BaseModel):
    """A thing of Lever's. Unknown fields are ignored, as the Data API ignores them."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, validate_by_alias=True)

    def shape(self) -> dict[str, Any]:
        """The object as the API shows it, all keys present."""
        return self.model_dump(by_alias=True)

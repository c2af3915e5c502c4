"""The fields of a form that come in numbered rows, such as `templates.0.name`. Knows no field's meaning."""

from collections.abc import Iterator
from dataclasses import dataclass

from pages.admin.forms import Fields


@dataclass(frozen=True)
class Row:
    fields: Fields
    path: str
    number: int

    def text(self, name: str) -> str:
        return self.fields.one(f"{self.path}.{name}")

    def texts_below(self, name: str) -> dict[str, str]:
        """Of every field whose name begins so, by the rest of it."""
        start = f"{self.path}.{name}."
        return {
            field.removeprefix(start): self.fields.one(field)
            for field in self.fields.values
            if field.startswith(start)
        }


def rows(fields: Fields, several: str, name: str) -> Iterator[Row]:
    """As long as the next one has the field `name`."""
    number = 0
    while f"{several}.{number}.{name}" in fields.values:
        yield Row(fields, f"{several}.{number}", number)
        number += 1

"""What all tables share: how their indexes are named and how values are stored. Knows no table."""

import json
from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, DateTime, MetaData, Text, TypeDecorator, bindparam
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.sql.operators import OperatorType

from cleaning.text import clean_json, clean_text

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


LARGEST_ID = 2**31 - 1
"""Of our tables' rows: PostgreSQL refuses to look for a larger one."""


class CleanText(TypeDecorator[str]):
    """Text as PostgreSQL holds it, whoever wrote it: a vendor, a library's error, a command line."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: object) -> str | None:
        return None if value is None else clean_text(value)


def clean_json_text(value: object) -> str:
    """Of a value for a JSON column."""
    return json.dumps(clean_json(value))


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        datetime: DateTime(timezone=True),
        str: CleanText(),
        list[str]: JSONB(),
        dict[str, Any]: JSONB(),
        dict[str, str]: JSONB(),
        dict[str, int]: JSONB(),
    }


class _NamedValue(SqlEnum.Comparator):
    """A value that a query names is written into it, not bound.

    PostgreSQL takes a partial index only where it sees that the query implies its condition, and in a plan that is
    made for any value (after five executions of a prepared statement) it does not see a bound one.
    """

    def operate(self, op: OperatorType, *other: object, **kwargs: object) -> ColumnElement[Any]:
        return super().operate(op, *map(self._written, other), **kwargs)

    def _written(self, other: object) -> object:
        if isinstance(other, StrEnum):
            return bindparam(None, other, type_=self.type, literal_execute=True)
        if isinstance(other, Collection) and not isinstance(other, str):
            return bindparam(None, [*other], type_=self.type, expanding=True, literal_execute=True)
        return other


class ByValue(SqlEnum):
    """An enum's values as text. The `state` columns have it, on which most partial indexes depend."""

    comparator_factory = _NamedValue


def by_value(enum: type[StrEnum]) -> SqlEnum:
    return ByValue(
        enum, native_enum=False, length=32, values_callable=lambda members: [m.value for m in members]
    )

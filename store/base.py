"""What all tables share: how their indexes are named and how values are stored. Knows no table."""

import json
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, MetaData, Text, TypeDecorator
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase

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


def by_value(enum: type[StrEnum]) -> SqlEnum:
    return SqlEnum(
        enum, native_enum=False, length=32, values_callable=lambda members: [m.value for m in members]
    )

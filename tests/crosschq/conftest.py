"""Crosschq's payloads by name, each a fresh value."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

FIXTURES = Path(__file__).parents[1] / "fixtures" / "crosschq"


@pytest.fixture
def payload() -> Callable[[str], Any]:
    """`payload("request_get")` reads tests/fixtures/crosschq/request_get.json."""
    return lambda name: json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))

"""Crosschq's own words in a refusal."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from crosschq.reasons import reason_of

Payload = Callable[[str], Any]


def test_errors_as_a_dict_name_the_fields(payload: Payload) -> None:
    said = reason_of(httpx.Response(400, json=payload("error_errors_dict")))
    assert said == "jobrole: Unknown survey.; candidate.email: Enter a valid email address."


def test_errors_as_a_list_are_said_one_after_the_other(payload: Payload) -> None:
    said = reason_of(httpx.Response(400, json=payload("error_errors_list")))
    assert said == "A request for this candidate already exists.; config_params: At least 2 references."


def test_detail_is_understood(payload: Payload) -> None:
    assert reason_of(httpx.Response(401, json=payload("error_detail"))) == "Invalid token."


def test_empty_errors_do_not_hide_the_detail() -> None:
    assert reason_of(httpx.Response(400, json={"errors": [], "detail": "No."})) == "No."


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>Bad Request</html>", b"[]", b'"text"', b"null", b"{}", b"\xff", b"[" * 100_000],
    ids=["empty", "html", "list", "text", "null", "object", "not utf-8", "deep"],
)
def test_a_body_that_says_nothing_gives_no_reason(body: bytes) -> None:
    assert reason_of(httpx.Response(400, content=body)) == ""


def test_deeply_nested_errors_are_not_followed_to_the_end() -> None:
    nested: object = "too deep"
    for _ in range(500):
        nested = [nested]
    assert reason_of(httpx.Response(400, json={"errors": ["Wrong.", nested]})) == "Wrong."

"""Which error an answer, or its absence, stands for."""

import json
import pickle
import re
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter

from outbound.answers import REASON_LENGTH, Call, failure_of_answer, failure_without_answer, json_of, shaped
from outbound.errors import (
    AccessDenied,
    CredentialsRefused,
    InvalidRequest,
    NotExecuted,
    NotFound,
    OutcomeUnknown,
    Refused,
    SlowDown,
    Unavailable,
    UnexpectedAnswer,
    VendorError,
)
from outbound.paths import path_of
from outbound.waits import retry_after_seconds

READ = Call("Lever", "GET /opportunities/:id", writes=False, repeatable=True)
WRITE = Call("Lever", "POST /opportunities/:id/notes", writes=True, repeatable=False)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def failure(
    call: Call, status: int, text: str = "", headers: dict[str, str] | None = None
) -> VendorError | None:
    response = httpx.Response(status, text=text, headers=headers)
    return failure_of_answer(call, response, lambda answer: answer.text, NOW)


@pytest.mark.parametrize(
    ("status", "on_read", "on_write"),
    [
        (301, UnexpectedAnswer, OutcomeUnknown),
        (400, InvalidRequest, InvalidRequest),
        (401, CredentialsRefused, CredentialsRefused),
        (403, AccessDenied, AccessDenied),
        (404, NotFound, NotFound),
        (408, Unavailable, OutcomeUnknown),
        (422, InvalidRequest, InvalidRequest),
        (429, SlowDown, SlowDown),
        *[(status, Unavailable, OutcomeUnknown) for status in (500, 501, 502, 503, 504, 507, 520, 599)],
    ],
)
def test_a_status_decides_the_error_and_its_kind(
    status: int, on_read: type[VendorError], on_write: type[VendorError]
) -> None:
    for call, kind in ((READ, on_read), (WRITE, on_write)):
        error = failure(call, status)
        assert type(error) is kind
        assert (error.vendor, error.operation, error.status) == ("Lever", call.operation, status)


@pytest.mark.parametrize("header", ["0", "2", "3600", "Thu, 01 Jan 2026 00:01:00 GMT"])
def test_only_a_503_that_says_when_to_come_back_surely_did_nothing(header: str) -> None:
    assert type(failure(WRITE, 503, headers={"Retry-After": header})) is Unavailable
    for status in (408, 500, 502, 504):
        assert type(failure(WRITE, status, headers={"Retry-After": header})) is OutcomeUnknown


@pytest.mark.parametrize("header", ["", "soon", "-5", "nan", "1e3", "2, 120", "999999999", "0x10"])
def test_a_503_with_a_retry_after_that_nobody_can_mean_may_have_been_done(header: str) -> None:
    assert type(failure(WRITE, 503, headers={"Retry-After": header})) is OutcomeUnknown
    read = failure(READ, 503, headers={"Retry-After": header})
    assert isinstance(read, Unavailable)
    assert read.retry_after is None


@pytest.mark.parametrize("status", [200, 201, 204])
def test_a_2xx_is_no_failure(status: int) -> None:
    assert failure(WRITE, status) is None


@pytest.mark.parametrize(
    "kind", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol]
)
def test_a_write_that_never_left_was_not_executed(kind: type[httpx.TransportError]) -> None:
    error = failure_without_answer(WRITE, kind("no"))
    assert type(error) is Unavailable
    assert error.status is None


@pytest.mark.parametrize(
    "kind",
    [
        httpx.ReadTimeout,
        httpx.WriteTimeout,
        httpx.ReadError,
        httpx.WriteError,
        httpx.CloseError,
        httpx.RemoteProtocolError,
        httpx.LocalProtocolError,
    ],
)
def test_a_call_cut_off_after_sending_is_unknown_for_a_write_and_harmless_for_a_read(
    kind: type[httpx.TransportError],
) -> None:
    assert type(failure_without_answer(WRITE, kind("cut"))) is OutcomeUnknown
    assert type(failure_without_answer(READ, kind("cut"))) is Unavailable


def test_an_answer_in_a_broken_encoding_may_have_been_a_done_write() -> None:
    assert type(failure_without_answer(WRITE, httpx.DecodingError("gzip"))) is OutcomeUnknown
    assert type(failure_without_answer(READ, httpx.DecodingError("gzip"))) is UnexpectedAnswer


@pytest.mark.parametrize("body", [b"<html>maintenance</html>", b"", b"\xff\xfe{", b"[" * 200_000])
def test_a_body_that_is_not_json_is_never_taken_for_an_answer(body: bytes) -> None:
    response = httpx.Response(200, content=body)
    with pytest.raises(UnexpectedAnswer):
        json_of(READ, response)
    with pytest.raises(OutcomeUnknown, match="look before repeating"):
        json_of(WRITE, response)


@given(
    st.recursive(st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
)
@example({"te\0xt": ["Nurse\0 (nights)", {"\0": "\x9f\ufffe"}]})
def test_no_answer_holds_what_the_next_system_cannot(said: object) -> None:
    response = httpx.Response(200, content=json.dumps(said).encode())
    read = json_of(READ, response)
    assert json_of(READ, httpx.Response(200, content=json.dumps(read).encode())) == read
    assert not re.search("[\x00-\x08\x7f-\x9f]", json.dumps(read, ensure_ascii=False).encode().decode())


def test_a_refusals_reason_is_clean_too() -> None:
    error = failure(WRITE, 400, "Unknown\0 survey\u200b")
    assert isinstance(error, Refused)
    assert error.reason == "Unknown survey"


def test_half_an_emoji_in_a_text_is_replaced_and_the_rest_kept() -> None:
    text = r'{"name": ["Ada \ud83d", "\ud83d\ude00 ok"], "\udc00": 1}'
    assert json_of(READ, httpx.Response(200, text=text)) == {
        "name": ["Ada \ufffd", "\U0001f600 ok"],
        "\ufffd": 1,
    }


def test_a_204_is_an_answer_without_a_body() -> None:
    assert json_of(WRITE, httpx.Response(204)) is None


class Person(BaseModel):
    name: str
    age: int


def test_a_wrong_shape_names_the_field_and_none_of_the_values() -> None:
    with pytest.raises(UnexpectedAnswer) as caught:
        shaped(TypeAdapter(Person), {"name": "Ada Invented", "age": "secret-value"}, READ)
    assert "age: int_parsing" in str(caught.value)
    assert "secret-value" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_wrong_shape_after_a_write_leaves_its_outcome_unknown() -> None:
    with pytest.raises(OutcomeUnknown):
        shaped(TypeAdapter(Person), None, WRITE)


def test_the_vendors_reason_is_kept_short_on_one_line_and_out_of_the_message() -> None:
    error = failure(WRITE, 400, "ada@example.test\n is " + "not known " * 100)
    assert isinstance(error, Refused)
    assert error.reason.startswith("ada@example.test is not known")
    assert REASON_LENGTH - 10 < len(error.reason) <= REASON_LENGTH
    assert "ada@example.test" not in str(error)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("3", 3.0),
        ("0.5", 0.5),
        ("Thu, 01 Jan 2026 00:01:00 GMT", 60.0),
        ("Thu, 01 Jan 2026 00:01:00 -0000", 60.0),
        ("Wed, 31 Dec 2025 00:00:00 GMT", 0.0),
        ("604800", 604_800.0),
        ("604801", None),
        ("999999999", None),
        ("Wed, 31 Dec 2020 00:00:00 GMT", None),
        ("Thu, 31 Dec 9999 23:59:59 GMT", None),
        ("soon", None),
        ("-1", None),
        ("nan", None),
        ("\u0663", None),
        ("Thu, 01 Jan 99999999999999999999 00:00:00 GMT", None),
        (None, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_a_date_and_nonsense_is_none(
    header: str | None, seconds: float | None
) -> None:
    assert retry_after_seconds(header, NOW) == seconds


def test_slow_down_and_unavailable_carry_the_wait_the_vendor_asked_for() -> None:
    for status in (429, 503):
        error = failure(WRITE, status, headers={"Retry-After": "7"})
        assert isinstance(error, NotExecuted)
        assert error.retry_after == 7.0


def test_an_error_survives_pickling_with_all_it_knows() -> None:
    slow = pickle.loads(pickle.dumps(SlowDown("Lever", "GET /tags", "slow", 429, 2.0)))  # noqa: S301
    refused = pickle.loads(pickle.dumps(NotFound("Lever", "GET /tags", "gone", 404, "no")))  # noqa: S301
    assert (str(slow), slow.retry_after) == ("Lever, GET /tags: slow", 2.0)
    assert (str(refused), refused.reason, refused.status) == ("Lever, GET /tags: gone", "no", 404)


def test_the_tree_lets_a_caller_choose_by_what_can_be_done() -> None:
    assert issubclass(SlowDown, NotExecuted)
    assert issubclass(Unavailable, NotExecuted)
    assert all(
        issubclass(one, Refused) for one in (CredentialsRefused, AccessDenied, NotFound, InvalidRequest)
    )
    assert not issubclass(OutcomeUnknown, NotExecuted | Refused)


def test_a_path_keeps_each_id_in_its_own_segment() -> None:
    assert path_of("/opportunities/:id/notes/", "a/b?c#d%") == "/opportunities/a%2Fb%3Fc%23d%25/notes/"


@pytest.mark.parametrize("segment", ["", ".", ".."])
def test_a_path_refuses_an_id_that_would_name_another_resource(segment: str) -> None:
    with pytest.raises(ValueError, match="is no id"):
        path_of("/opportunities/:id", segment)

"""Hired or not, as it is told to Crosschq and read back from it."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import httpx
import pytest
import respx

from crosschq.client import CrosschqClient
from crosschq.dialect import HiringStatus
from crosschq.models import ReferenceRequest
from crosschq.no_such_call import NoSuchCall
from crosschq.webhooks import Snapshot
from outbound.errors import (
    AccessDenied,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    Refused,
    Unavailable,
    VendorError,
)

Payload = Callable[[str], Any]
ONE = "/partners/reference-request/rq_1/"
OUTCOME = "/partners/reference-request/rq_1/outcome/"
DAY = date(2026, 1, 15)
HTML = httpx.Response(404, html="<h1>Not Found</h1>")


def read(**fields: object) -> ReferenceRequest:
    return ReferenceRequest.model_validate({"id": "rq_1", **fields})


@pytest.mark.parametrize(
    ("outcome", "hired_on", "body"),
    [
        (HiringStatus.HIRED, DAY, {"hiring_status": "hired", "hired_on": "2026-01-15"}),
        (HiringStatus.HIRED, None, {"hiring_status": "hired", "hired_on": None}),
        (HiringStatus.NOT_HIRED, None, {"hiring_status": "not_hired", "hired_on": None}),
        (HiringStatus.UNDECIDED, None, {"hiring_status": "undecided", "hired_on": None}),
    ],
)
async def test_an_outcome_is_told_once_and_gives_nothing_back(
    crosschq: CrosschqClient,
    vendor: respx.MockRouter,
    payload: Payload,
    outcome: HiringStatus,
    hired_on: date | None,
    body: object,
) -> None:
    told = vendor.put(OUTCOME).respond(json=payload("request_hired"))
    await crosschq.set_outcome("rq_1", outcome, hired_on)
    assert json.loads(told.calls.last.request.content) == body
    assert told.call_count == 1


async def test_an_outcome_that_was_surely_not_set_is_told_again(
    crosschq: CrosschqClient, vendor: respx.MockRouter
) -> None:
    told = vendor.put(OUTCOME)
    told.side_effect = [httpx.Response(429), httpx.Response(204)]
    await crosschq.set_outcome("rq_1", HiringStatus.HIRED, DAY)
    assert told.call_count == 2


@pytest.mark.parametrize("cut_off", [httpx.ReadTimeout, *map(httpx.Response, (500, 502, 504))])
async def test_an_outcome_that_was_cut_off_is_unknown_and_the_caller_looks_first(
    crosschq: CrosschqClient, vendor: respx.MockRouter, cut_off: Any
) -> None:
    told = vendor.put(OUTCOME)
    told.side_effect = [cut_off, httpx.Response(204)]
    with pytest.raises(OutcomeUnknown):
        await crosschq.set_outcome("rq_1", HiringStatus.HIRED, DAY)
    assert told.call_count == 1


async def test_a_404_for_a_request_that_can_be_read_means_there_is_no_such_call(
    crosschq: CrosschqClient, vendor: respx.MockRouter, payload: Payload
) -> None:
    vendor.put(OUTCOME).mock(return_value=HTML)
    vendor.get(ONE).respond(json=payload("request_get"))
    with pytest.raises(NoSuchCall, match="by hand") as caught:
        await crosschq.set_outcome("rq_1", HiringStatus.NOT_HIRED)
    assert caught.value.operation == "PUT /partners/reference-request/:id/outcome/"
    assert caught.value.status == 404


@pytest.mark.parametrize("status", [405, 501])
async def test_a_405_or_501_means_there_is_no_such_call(
    crosschq: CrosschqClient, vendor: respx.MockRouter, status: int
) -> None:
    vendor.put(OUTCOME).respond(status)
    request = vendor.get(ONE)
    with pytest.raises(NoSuchCall) as caught:
        await crosschq.set_outcome("rq_1", HiringStatus.NOT_HIRED)
    assert caught.value.status == status
    assert not request.called


async def test_a_404_for_a_request_that_is_gone_is_not_a_missing_call(
    crosschq: CrosschqClient, vendor: respx.MockRouter, payload: Payload
) -> None:
    vendor.put(OUTCOME).respond(404, json=payload("error_detail"))
    vendor.get(ONE).respond(404, json=payload("error_detail"))
    with pytest.raises(NotFound):
        await crosschq.set_outcome("rq_1", HiringStatus.NOT_HIRED)


async def test_a_404_that_cannot_be_told_apart_now_is_asked_about_later(
    crosschq: CrosschqClient, vendor: respx.MockRouter
) -> None:
    vendor.put(OUTCOME).mock(return_value=HTML)
    vendor.get(ONE).respond(503)
    with pytest.raises(Unavailable):
        await crosschq.set_outcome("rq_1", HiringStatus.NOT_HIRED)


@pytest.mark.parametrize(("status", "error"), [(400, InvalidRequest), (403, AccessDenied)])
async def test_another_refusal_stays_what_it_is(
    crosschq: CrosschqClient,
    vendor: respx.MockRouter,
    payload: Payload,
    status: int,
    error: type[VendorError],
) -> None:
    vendor.put(OUTCOME).respond(status, json=payload("error_detail"))
    with pytest.raises(error) as caught:
        await crosschq.set_outcome("rq_1", HiringStatus.HIRED, DAY)
    assert isinstance(caught.value, Refused)
    assert not isinstance(caught.value, NoSuchCall)


def test_the_outcome_is_read_from_an_answer_and_from_a_snapshot(payload: Payload) -> None:
    answered = ReferenceRequest.model_validate(payload("request_hired"))
    told = Snapshot.from_json(payload("snapshot_hired")).hint
    for one in (answered, told):
        assert (one.hiring_status, one.hired_on) == (HiringStatus.HIRED, DAY)


@pytest.mark.parametrize("name", ["request_get", "snapshot_complete"])
def test_most_crosschqs_say_nothing_of_hiring_which_is_not_undecided(payload: Payload, name: str) -> None:
    request = ReferenceRequest.model_validate(payload(name))
    assert (request.hiring_status, request.hired_on) == (None, None)


@pytest.mark.parametrize("said", ["not_hired", "Not Hired", " NOT-HIRED "])
def test_a_hiring_status_is_known_in_any_spelling(said: str) -> None:
    assert read(hiring_status=said).hiring_status is HiringStatus.NOT_HIRED


@pytest.mark.parametrize("said", ["hired!", "unhired", "", None, True, 1, [], {"status": "hired"}])
def test_an_unknown_hiring_status_is_none_and_leaves_the_rest_readable(said: object) -> None:
    request = read(hiring_status=said, hired_on="2026-01-15", progress=66)
    assert (request.hiring_status, request.hired_on, request.progress) == (None, DAY, 66)


@pytest.mark.parametrize("said", ["soon", "2026-02-30", "", None, 0, True, 1767225600, [], "\ud800"])
def test_a_day_that_cannot_be_read_is_none_and_leaves_the_rest_readable(said: object) -> None:
    request = read(hiring_status="hired", hired_on=said)
    assert (request.hiring_status, request.hired_on) == (HiringStatus.HIRED, None)


def test_a_request_written_as_json_is_read_as_the_same(payload: Payload) -> None:
    request = ReferenceRequest.model_validate(payload("request_hired"))
    assert read(**request.model_dump(include={"hiring_status", "hired_on"})).hired_on == DAY
    assert '"hiring_status":"hired","hired_on":"2026-01-15"' in request.model_dump_json()

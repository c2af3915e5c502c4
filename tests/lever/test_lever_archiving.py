"""Archiving, which is also how Lever hires, and what is left of the deleted."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from lever.models import ArchiveReason, DeletedOpportunity
from outbound.errors import InvalidRequest, NotFound, OutcomeUnknown, Refused, SlowDown, UnexpectedAnswer

Payload = Callable[[str], Any]
ADA = "0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f1"
ORLA = "11d2c3b4-a596-4877-8665-544332211000"
HIRED_REASON = "66c7b8a9-faeb-4dcc-9bba-a99887766554"
ARCHIVED = f"/opportunities/{ADA}/archived"


@pytest.mark.parametrize("reason", [HIRED_REASON, None])
async def test_archiving_and_unarchiving_name_reason_and_author_and_give_nothing_back(
    lever: Any, payload: Payload, reason: str | None
) -> None:
    route = lever.router.put(ARCHIVED).respond(json=payload("opportunity_archived"))
    assert await lever.client.archive(ADA, reason, ORLA) is None
    request = route.calls.last.request
    assert json.loads(request.content) == {"reason": reason}
    assert dict(request.url.params) == {"perform_as": ORLA}
    assert route.call_count == 1


@pytest.mark.parametrize("cut_off", [httpx.ReadTimeout, httpx.Response(500), httpx.Response(429)])
async def test_an_archiving_that_was_cut_off_is_made_again_with_the_same_reason(
    lever: Any, payload: Payload, cut_off: Any
) -> None:
    route = lever.router.put(ARCHIVED)
    route.side_effect = [cut_off, httpx.Response(200, json=payload("opportunity_archived"))]
    await lever.client.archive(ADA, HIRED_REASON, ORLA)
    first, second = (call.request.content for call in route.calls)
    assert first == second
    assert len(lever.waits) == 1


async def test_an_archiving_that_stays_cut_off_is_unknown(lever: Any) -> None:
    route = lever.router.put(ARCHIVED).mock(side_effect=httpx.ReadTimeout)
    with pytest.raises(OutcomeUnknown) as caught:
        await lever.client.archive(ADA, HIRED_REASON, ORLA)
    assert caught.value.operation == "PUT /opportunities/:id/archived"
    assert route.call_count == 3


@pytest.mark.parametrize(("status", "error"), [(400, InvalidRequest), (404, NotFound)])
async def test_an_archiving_that_lever_refuses_is_not_tried_again(
    lever: Any, payload: Payload, status: int, error: type[Refused]
) -> None:
    route = lever.router.put(ARCHIVED).respond(status, json=payload("error_404"))
    with pytest.raises(error) as caught:
        await lever.client.archive(ADA, "r-unknown", ORLA)
    assert caught.value.reason.startswith("ResourceNotFound")
    assert route.call_count == 1


async def test_the_reason_for_hiring_is_told_by_its_type_not_by_its_text(
    lever: Any, payload: Payload
) -> None:
    route = lever.router.get("/archive_reasons").respond(json=payload("archive_reasons"))
    reasons = await lever.client.archive_reasons()
    assert [one.text for one in reasons if one.is_hired] == ["Recrutée"]
    assert [one.text for one in reasons if not one.is_active] == ["Underqualified (old)"]
    assert "type" not in route.calls.last.request.url.params


@pytest.mark.parametrize("of_type", ["hired", "non-hired"])
async def test_archive_reasons_of_one_type_are_asked_of_lever(
    lever: Any, payload: Payload, of_type: str
) -> None:
    route = lever.router.get("/archive_reasons").respond(json=payload("archive_reasons"))
    await lever.client.archive_reasons(of_type)
    assert dict(route.calls.last.request.url.params) == {"type": of_type}


async def test_archive_reasons_documented_as_a_single_object_are_a_list_of_one(
    lever: Any, payload: Payload
) -> None:
    hired = payload("archive_reasons")["data"][0]
    lever.router.get("/archive_reasons").respond(json={"data": hired})
    assert await lever.client.archive_reasons("hired") == (
        ArchiveReason(id=HIRED_REASON, text="Recrutée", type="hired", status="active"),
    )


def test_a_reason_without_type_or_status_is_no_hire_and_may_be_chosen() -> None:
    reason = ArchiveReason.model_validate({"id": "r-1", "type": None, "status": None})
    assert not reason.is_hired
    assert reason.is_active


async def test_the_deleted_of_a_time_are_listed_by_id_and_nothing_of_the_person(
    lever: Any, payload: Payload
) -> None:
    route = lever.router.get("/opportunities/deleted").respond(json=payload("opportunities_deleted"))
    since, until = datetime(2026, 1, 15, tzinfo=UTC), datetime(2026, 1, 16, tzinfo=UTC)
    deleted = [one async for one in lever.client.deleted_opportunities(since, until)]
    assert deleted[0] == DeletedOpportunity(id=ADA, deleted_at=datetime(2026, 1, 15, 10, 0, tzinfo=UTC))
    assert [one.id for one in deleted] == [ADA, "1a2b3c4d-5e6f-4708-8192-a3b4c5d6e7f8"]
    assert "Ada" not in repr(deleted)
    assert dict(route.calls.last.request.url.params) == {
        "deleted_at_start": "1768435200000",
        "deleted_at_end": "1768521600000",
    }


@pytest.mark.parametrize("deleted_at", [None, "yesterday", 10**30])
async def test_a_deleted_one_whose_time_cannot_be_read_is_deleted_all_the_same(
    lever: Any, deleted_at: object
) -> None:
    lever.router.get("/opportunities/deleted").respond(
        json={"data": [{"id": "o-1", "deletedAt": deleted_at}], "hasNext": False}
    )
    now = datetime(2026, 1, 16, tzinfo=UTC)
    deleted = [one async for one in lever.client.deleted_opportunities(now, now)]
    assert deleted == [DeletedOpportunity(id="o-1", deleted_at=None)]


@pytest.mark.parametrize(
    ("answer", "error"), [(httpx.Response(429), SlowDown), (httpx.Response(204), UnexpectedAnswer)]
)
async def test_a_deleted_list_that_could_not_be_read_is_never_an_empty_one(
    lever: Any, answer: httpx.Response, error: type[Exception]
) -> None:
    lever.router.get("/opportunities/deleted").mock(return_value=answer)
    now = datetime(2026, 1, 16, tzinfo=UTC)
    with pytest.raises(error):
        _ = [one async for one in lever.client.deleted_opportunities(now, now)]

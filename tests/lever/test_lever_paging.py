"""Walking Lever's lists."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from lever.paging import OffsetRefused
from outbound.errors import InvalidRequest, UnexpectedAnswer

Payload = Callable[[str], Any]


async def test_a_walk_yields_the_items_of_every_page_in_order(lever: Any, payload: Payload) -> None:
    pages = [httpx.Response(200, json=payload(f"opportunities_page_{number}")) for number in (1, 2)]
    route = lever.router.get("/opportunities").mock(side_effect=pages)
    ids = [one.id async for one in lever.client.opportunities(stage_id=["s-1", "s-2"], archived=False)]
    assert ids == ["o-1", "o-2", "o-3"]
    for call in route.calls:
        assert call.request.url.params.get_list("stage_id") == ["s-1", "s-2"]
        assert call.request.url.params["archived"] == "false"


async def test_the_offset_token_goes_back_exactly_as_it_came(lever: Any, payload: Payload) -> None:
    pages = [httpx.Response(200, json=payload(f"opportunities_page_{number}")) for number in (1, 2)]
    route = lever.router.get("/opportunities").mock(side_effect=pages)
    assert len([one async for one in lever.client.opportunities()]) == 3
    first, second = (call.request.url for call in route.calls)
    assert "offset" not in first.params
    assert second.params["offset"] == payload("opportunities_page_1")["next"]
    assert b"offset=%255B231.5%252C1767225000000%252C%2522o-3%2522%255D" in second.query


async def test_times_in_filters_are_sent_as_epoch_milliseconds(lever: Any, payload: Payload) -> None:
    route = lever.router.get("/opportunities").respond(json=payload("opportunities_page_2"))
    moment = datetime(2026, 1, 1, 0, 0, 0, 1000, tzinfo=UTC)
    assert [one.id async for one in lever.client.opportunities(advanced_at_start=moment)] == ["o-3"]
    assert route.calls.last.request.url.params["advanced_at_start"] == "1767225600001"


async def test_a_walk_asks_for_the_next_page_only_when_it_is_needed(lever: Any, payload: Payload) -> None:
    route = lever.router.get("/opportunities").respond(json=payload("opportunities_page_1"))
    walk = lever.client.opportunities()
    assert (await anext(walk)).id == "o-1"
    assert (await anext(walk)).id == "o-2"
    assert route.call_count == 1
    await walk.aclose()


async def test_an_offset_that_lever_no_longer_takes_ends_the_walk_and_says_so(
    lever: Any, payload: Payload
) -> None:
    answers = [
        httpx.Response(200, json=payload("opportunities_page_1")),
        httpx.Response(400, json=payload("error_offset")),
    ]
    lever.router.get("/opportunities").mock(side_effect=answers)
    walk = lever.client.opportunities()
    assert [(await anext(walk)).id, (await anext(walk)).id] == ["o-1", "o-2"]
    with pytest.raises(OffsetRefused, match="start the walk again"):
        await anext(walk)


async def test_another_refusal_within_a_walk_stays_what_it_is(lever: Any, payload: Payload) -> None:
    refusal = httpx.Response(400, json={"code": "BadRequest", "message": "limit is too high"})
    lever.router.get("/opportunities").mock(
        side_effect=[httpx.Response(200, json=payload("opportunities_page_1")), refusal]
    )
    with pytest.raises(InvalidRequest):
        _ = [one async for one in lever.client.opportunities()]


@pytest.mark.parametrize("token", ["same again", None])
async def test_a_list_that_would_never_end_is_refused(lever: Any, token: str | None) -> None:
    route = lever.router.get("/tags").respond(json={"data": [{"text": "a"}], "hasNext": True, "next": token})
    with pytest.raises(UnexpectedAnswer, match="not where"):
        _ = [tag async for tag in lever.client.tags()]
    assert route.call_count <= 2


@pytest.mark.parametrize(
    "body",
    [
        {"data": [{"text": "a"}]},
        {"data": {"data": [{"text": "a"}]}, "hasNext": False},
        {"data": {"data": [{"text": "a"}], "hasNext": False}},
        [{"text": "a"}],
    ],
)
async def test_a_list_is_understood_in_every_envelope_seen_or_documented(lever: Any, body: Any) -> None:
    lever.router.get("/tags").respond(json=body)
    assert [tag.text async for tag in lever.client.tags()] == ["a"]


@pytest.mark.parametrize(
    "body", [{}, {"data": None}, {"data": "x"}, {"data": {"id": "x"}}, "x", {"data": [7]}]
)
async def test_what_is_no_list_is_unexpected_never_empty(lever: Any, body: Any) -> None:
    lever.router.get("/tags").respond(json=body)
    with pytest.raises(UnexpectedAnswer):
        _ = [tag async for tag in lever.client.tags()]

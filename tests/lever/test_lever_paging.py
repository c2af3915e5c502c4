"""Walking Lever's lists."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from lever.paging import OffsetRefused
from outbound.errors import InvalidRequest, UnexpectedAnswer, UnreadableItems
from outbound.lists import listed, readable

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


LISTS = {
    "opportunities": "/opportunities",
    "postings": "/postings",
    "users": "/users",
    "tags": "/tags",
    "webhooks": "/webhooks",
    "stages": "/stages",
    "archive_reasons": "/archive_reasons",
}
GOOD = {"id": "good", "text": "good", "event": "candidateHired", "url": "https://hooks.test"}


@pytest.mark.parametrize("malformed", [7, None, "x", {}, {"id": 7, "text": 7}, {"id": None}])
@pytest.mark.parametrize("name", LISTS)
async def test_a_malformed_item_hides_none_of_the_others_and_is_told_at_the_end(
    lever: Any, name: str, malformed: Any
) -> None:
    first = {"data": [malformed, GOOD], "hasNext": True, "next": "more"}
    second = {"data": [GOOD, malformed], "hasNext": False}
    route = lever.router.get(LISTS[name])
    route.mock(side_effect=[httpx.Response(200, json=page) for page in (first, second)])
    left_out: list[UnreadableItems] = []
    if name in ("stages", "archive_reasons"):
        seen = await getattr(lever.client, name)(skipped=left_out.append)
    else:
        seen = await listed(getattr(lever.client, name)(), left_out.append)
    assert [one.id if name != "tags" else one.text for one in seen] == ["good", "good"]
    assert [one.count for one in left_out] == [2]
    assert route.call_count == 2


@pytest.mark.parametrize("name", LISTS)
async def test_who_needs_all_items_is_told_that_some_are_unreadable(lever: Any, name: str) -> None:
    lever.router.get(LISTS[name]).respond(json={"data": [GOOD, 7], "hasNext": False})
    with pytest.raises(UnreadableItems, match="1 of the list's items"):
        await (getattr(lever.client, name)() if name in ("stages", "archive_reasons") else _all(lever, name))


async def _all(lever: Any, name: str) -> None:
    await listed(getattr(lever.client, name)())


async def test_a_stage_that_cannot_be_read_is_told_with_the_pipelines_too(lever: Any) -> None:
    stages = [{"id": "s-1", "text": "Screen", "pipeline": "screen"}, {"id": None, "text": 7}]
    lever.router.get("/disposition_stages").respond(json={"data": {"stages": stages}})
    left_out: list[UnreadableItems] = []
    assert [one.id for one in await lever.client.disposition_stages(left_out.append)] == ["s-1"]
    assert [one.count for one in left_out] == [1]
    with pytest.raises(UnreadableItems):
        await lever.client.disposition_stages()


async def test_a_list_of_another_shape_altogether_is_not_walked_to_its_end(lever: Any) -> None:
    pages = {"data": [{"name": "a"}], "hasNext": True, "next": "more"}
    route = lever.router.get("/tags").respond(json=pages)
    with pytest.raises(UnexpectedAnswer, match="another shape"):
        _ = [one async for one in readable(lever.client.tags(), lambda _: None)]
    assert route.call_count == 1


async def test_what_is_told_of_a_malformed_item_quotes_none_of_it(lever: Any) -> None:
    item = {"id": "o-1", "name": {"first": "Ada Kowal"}}
    lever.router.get("/opportunities").respond(json={"data": [item], "hasNext": False})
    with pytest.raises(UnreadableItems) as raised:
        _ = [one async for one in lever.client.opportunities()]
    assert "Ada" not in str(raised.value)
    assert "name" in str(raised.value)

"""Envelope, limits, order, offsets, include and expand. See lever.md 5."""

from typing import Any
from urllib.parse import unquote

import httpx
import pytest

LIST = "/v1/opportunities"


async def walk(api: httpx.AsyncClient, path: str, limit: int, **params: str) -> list[dict[str, Any]]:
    """All rows, page by page, with `next` passed through `params=`."""
    rows: list[dict[str, Any]] = []
    answer = (await api.get(path, params={"limit": limit, **params})).json()
    while True:
        rows += answer["data"]
        if not answer["hasNext"]:
            assert "next" not in answer
            return rows
        answer = (await api.get(path, params={"limit": limit, "offset": answer["next"], **params})).json()


@pytest.fixture
async def ranks(api: httpx.AsyncClient) -> dict[str, float]:
    stages = (await api.get("/v1/disposition_stages")).json()["data"]["stages"]
    return {stage["id"]: stage["rank"] for stage in stages}


async def test_a_walk_gives_each_opportunity_once_in_the_recorded_order(
    api: httpx.AsyncClient, ranks: dict[str, float], lever: Any
) -> None:
    for opportunity in list(lever.account.opportunities.values())[::2]:
        opportunity.last_advanced_at = 1_765_000_000_000  # ties, which only the id decides
    rows = await walk(api, LIST, 7)
    places = [(ranks[row["stage"]], -row["lastAdvancedAt"], row["id"]) for row in rows]
    assert places == sorted(places)
    assert {row["id"] for row in rows} == {
        one.id for one in lever.account.opportunities.values() if one.confidentiality == "non-confidential"
    }
    assert len(rows) == len({row["id"] for row in rows}) == 29


async def test_the_offset_names_the_first_row_of_the_next_page(
    api: httpx.AsyncClient, ranks: dict[str, float]
) -> None:
    first = (await api.get(LIST, params={"limit": 5})).json()
    sixth = (await api.get(LIST)).json()["data"][5]
    place = f'[{ranks[sixth["stage"]]},{sixth["lastAdvancedAt"]},"{sixth["id"]}"]'
    assert first["next"].startswith("%5B")
    assert unquote(first["next"]) == place


async def test_takes_an_offset_pasted_into_the_address_too(api: httpx.AsyncClient) -> None:
    token = (await api.get(LIST, params={"limit": 5})).json()["next"]
    as_parameter = await api.get(LIST, params={"offset": token, "limit": 5})
    pasted = await api.get(f"{LIST}?limit=5&offset={token}")
    assert as_parameter.json()["data"] == pasted.json()["data"] != []


@pytest.mark.parametrize("offset", ["x", "[]", "%5B1%5D", '["a",1,"b"]', "7", "[" * 9_000])
async def test_refuses_an_offset_it_never_gave(api: httpx.AsyncClient, offset: str) -> None:
    answer = await api.get(LIST, params={"offset": offset})
    assert (answer.status_code, answer.json()["message"]) == (400, "Invalid offset token")


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x", "", "²", "9" * 5_000])
async def test_refuses_a_limit_out_of_bounds(api: httpx.AsyncClient, limit: str) -> None:
    assert (await api.get(LIST, params={"limit": limit})).status_code == 400


@pytest.mark.parametrize(
    "path", ["/v1/postings", "/v1/users", "/v1/stages", "/v1/tags", "/v1/archive_reasons"]
)
async def test_every_list_can_be_walked(api: httpx.AsyncClient, path: str) -> None:
    assert await walk(api, path, 2) == (await api.get(path)).json()["data"] != []


@pytest.mark.parametrize("path", ["/v1/postings", "/v1/users"])
async def test_users_and_postings_come_newest_first(api: httpx.AsyncClient, path: str) -> None:
    created = [row["createdAt"] for row in (await api.get(path)).json()["data"]]
    assert created == sorted(created, reverse=True)


async def test_include_drops_everything_else(api: httpx.AsyncClient, plain: str) -> None:
    answer = await api.get(f"{LIST}/{plain}", params=[("include", "name"), ("include", "tags")])
    assert set(answer.json()["data"]) == {"name", "tags"}


async def test_expand_wins_over_include(api: httpx.AsyncClient, plain: str, cast: dict[str, Any]) -> None:
    answer = await api.get(f"{LIST}/{plain}", params={"include": "name", "expand": "stage"})
    assert answer.json()["data"].keys() == {"name", "stage"}
    assert answer.json()["data"]["stage"] == {"id": cast["stages"]["On-site"], "text": "On-site"}


async def test_expand_puts_objects_in_place_of_ids(
    api: httpx.AsyncClient, plain: str, cast: dict[str, Any]
) -> None:
    names = ["applications", "stage", "owner", "followers", "sourcedBy", "contact", "nonsense"]
    shape = (await api.get(f"{LIST}/{plain}", params={"expand": names})).json()["data"]
    assert shape["owner"] == shape["followers"][0] == cast["users"]["recruiter"]
    assert shape["contact"]["emails"] == shape["emails"]
    assert shape["applications"][0]["posting"] == cast["postings"]["engineer"]["id"]
    assert shape["applications"][0]["candidateId"] == plain
    assert shape["sourcedBy"] is None
    assert "nonsense" not in shape


async def test_expand_works_on_postings(api: httpx.AsyncClient, cast: dict[str, Any]) -> None:
    engineer, unmanaged = (cast["postings"][name]["id"] for name in ("engineer", "no_hiring_manager"))
    names = ["user", "owner", "hiringManager", "followers"]
    shape = (await api.get(f"/v1/postings/{engineer}", params={"expand": names})).json()["data"]
    assert shape["hiringManager"]["name"] == cast["users"]["hiring_manager"]["name"]
    assert shape["followers"] == [shape["owner"]]
    shape = (await api.get(f"/v1/postings/{unmanaged}", params={"expand": names})).json()["data"]
    assert shape["hiringManager"] is None

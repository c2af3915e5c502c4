"""Who gets in, how often, and what an error looks like. See lever.md 2 to 4."""

import base64
from typing import Any

import httpx
import pytest

KEY = "lever-sandbox-key"


def basic(credentials: str) -> str:
    return f"Basic {base64.b64encode(credentials.encode()).decode()}"


async def test_takes_the_key_as_basic_user_with_an_empty_password(api: httpx.AsyncClient) -> None:
    answer = await api.get("/v1/stages")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


async def test_takes_a_bearer_token(visitor: httpx.AsyncClient) -> None:
    answer = await visitor.get("/v1/stages", headers={"Authorization": f"Bearer {KEY}"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"Authorization": "Bearer other"},
        {"Authorization": "Basic !!!"},
        {"Authorization": basic("other:")},
        {"Authorization": basic(f"{KEY}:password")},
    ],
)
async def test_refuses_a_stranger(visitor: httpx.AsyncClient, header: dict[str, str]) -> None:
    answer = await visitor.get("/v1/stages", headers=header)
    assert answer.status_code == 401
    assert answer.json() == {"code": "UnauthorizedError", "message": "The request requires authentication."}


async def test_a_burst_of_twenty_then_a_bare_429(client: Any, clock: Any) -> None:
    api = client(rate=10, burst=20)
    answers = [await api.get("/v1/stages") for _ in range(21)]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429]
    assert answers[-1].content == b""
    assert "retry-after" not in answers[-1].headers
    clock.pass_(0.11)
    assert (await api.get("/v1/stages")).status_code == 200
    assert (await api.get("/v1/stages")).status_code == 429


async def test_a_stranger_takes_no_tokens(client: Any) -> None:
    api = client(rate=1, burst=1)
    assert (await api.get("/v1/stages", auth=("other", ""))).status_code == 401
    assert (await api.get("/v1/stages")).status_code == 200


async def test_an_unknown_path_is_not_found(api: httpx.AsyncClient) -> None:
    answer = await api.get("/v1/nothing")
    assert (answer.status_code, answer.json()) == (
        404,
        {"code": "ResourceNotFound", "message": "/v1/nothing does not exist"},
    )


@pytest.mark.parametrize(
    "kind", ["stages", "opportunities", "postings", "users", "contacts", "archive_reasons"]
)
async def test_an_unknown_id_is_not_found(api: httpx.AsyncClient, kind: str) -> None:
    answer = await api.get(f"/v1/{kind}/nobody")
    assert (answer.status_code, answer.json()) == (
        404,
        {"code": "ResourceNotFound", "message": f"{kind} nobody was not found"},
    )


async def test_a_switchable_503_is_not_executed(api: httpx.AsyncClient, plain: str) -> None:
    await api.put("/sandbox/knobs", json={"fail_status": 503, "fail_count": 1, "match": "addTags"})
    path = f"/v1/opportunities/{plain}/addTags"
    assert (await api.post(path, json={"tags": ["x"]})).status_code == 503
    assert "x" not in (await api.get(f"/v1/opportunities/{plain}")).json()["data"]["tags"]
    assert (await api.post(path, json={"tags": ["x"]})).status_code == 200


async def test_every_call_is_in_the_ledger(api: httpx.AsyncClient, plain: str) -> None:
    await api.post(f"/v1/opportunities/{plain}/addTags", json={"tags": ["x"]})
    calls = (await api.get("/sandbox/ledger")).json()["calls"]
    assert [(call["method"], call["path"], call["body"], call["status"]) for call in calls] == [
        ("POST", f"/v1/opportunities/{plain}/addTags", {"tags": ["x"]}, 200)
    ]


async def test_a_body_that_is_not_json_is_a_bad_request(api: httpx.AsyncClient, plain: str) -> None:
    for content in (b"{", b"[" * 100_000, b'{"stage": 7}', b"[]", b'{"stage": "\\ud800"}'):
        answer = await api.put(f"/v1/opportunities/{plain}/stage", content=content)
        assert (answer.status_code, answer.json()["code"]) == (400, "BadRequestError")


async def test_a_reset_brings_the_seed_back(api: httpx.AsyncClient, plain: str) -> None:
    before = (await api.get("/v1/opportunities")).json()
    await api.put(f"/v1/opportunities/{plain}/stage", json={"stage": "offer"})
    assert (await api.get("/v1/opportunities")).json() != before
    await api.post("/sandbox/reset")
    assert (await api.get("/v1/opportunities")).json() == before


async def test_who_looks_as_people_look_has_no_limit_and_takes_no_tokens(client: Any) -> None:
    api = client(rate=1, burst=1)
    looks = [await api.get("/v1/stages", auth=("lever-sandbox-people", "")) for _ in range(5)]
    assert [look.status_code for look in looks] == [200] * 5
    assert (await api.get("/v1/stages")).status_code == 200

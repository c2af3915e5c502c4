"""What the export of prospects asks of the stand-in: refusals, finding people by e-mail, and many opportunities."""

import time
from typing import Any

import httpx
import pytest

from sandbox.lever.creation import NewOpportunity, create
from sandbox.lever.webhooks import Actor

LIST = "/v1/opportunities"


def lead(number: int, **other: Any) -> dict[str, Any]:
    person = {"name": f"Lead {number}", "emails": [f"lead.{number}@prospects.test"]}
    return {**person, "origin": "sourced", "tags": ["crosschq-prospect"], **other}


@pytest.fixture
async def fill(lever: Any, acting: dict[str, str]) -> Any:
    def make(first: int, end: int) -> None:
        actor = Actor(acting["perform_as"], through_api=True)
        for number in range(first, end):
            create(lever, NewOpportunity.model_validate(lead(number)), actor)

    return make


async def ids(api: httpx.AsyncClient, **query: Any) -> list[str]:
    answer = await api.get(LIST, params=query)
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()["data"]]


@pytest.mark.parametrize(
    "wrong",
    [
        {"emails": ["somebody@refused.test"]},
        {"emails": ["fine@prospects.test", " Somebody@REFUSED.test "]},
        {"phones": [{"value": "+15550001"}, {"value": "ask at the front desk"}]},
        {"phones": [{"value": ""}]},
    ],
)
async def test_who_is_refused_is_told_in_the_envelope_and_not_made(
    api: httpx.AsyncClient, acting: dict[str, str], wrong: Any
) -> None:
    before = await ids(api)
    answer = await api.post(LIST, params=acting, json=lead(1, **wrong))
    assert (answer.status_code, set(answer.json())) == (400, {"code", "message"})
    assert await ids(api) == before


async def test_a_phone_needs_a_digit_and_no_more(api: httpx.AsyncClient, acting: dict[str, str]) -> None:
    body = lead(1, phones=[{"value": "ext. 7"}])
    assert (await api.post(LIST, params=acting, json=body)).status_code == 201


async def test_several_emails_mean_or_and_case_means_nothing(
    api: httpx.AsyncClient, acting: dict[str, str]
) -> None:
    one, two, other = [(await api.post(LIST, params=acting, json=lead(n))).json()["data"] for n in range(3)]
    asked = ["LEAD.0@Prospects.TEST", " lead.1@prospects.test", "nobody@prospects.test"]
    assert set(await ids(api, email=asked)) == {one["id"], two["id"]}
    assert await ids(api, email=["Lead.2@prospects.test"], tag="crosschq-prospect") == [other["id"]]
    assert await ids(api, email=["lead.2@prospects.test"], tag="Crosschq-prospect") == []
    assert await ids(api, email="") == []


async def test_a_person_with_two_of_the_addresses_is_found_once(
    api: httpx.AsyncClient, acting: dict[str, str]
) -> None:
    body = lead(1, emails=["a@prospects.test", "b@prospects.test"])
    made = (await api.post(LIST, params=acting, json=body)).json()["data"]
    assert await ids(api, email=["b@prospects.test", "a@prospects.test"]) == [made["id"]]
    again = (await api.post(LIST, params=acting, json=lead(2, emails=["B@prospects.test"]))).json()
    assert (again["deduped"], again["data"]["contact"]) == (True, made["contact"])
    assert set(await ids(api, email="a@prospects.test")) == {made["id"], again["data"]["id"]}
    assert set(await ids(api, contact_id=made["contact"])) == {made["id"], again["data"]["id"]}


async def test_an_address_that_changed_is_found_under_the_new_one_only(
    api: httpx.AsyncClient, acting: dict[str, str]
) -> None:
    made = (await api.post(LIST, params=acting, json=lead(1))).json()["data"]
    await api.put(f"/v1/contacts/{made['contact']}", params=acting, json={"emails": ["new@prospects.test"]})
    assert await ids(api, email="lead.1@prospects.test") == []
    assert await ids(api, email="NEW@prospects.test") == [made["id"]]
    assert (await api.post(LIST, params=acting, json=lead(1))).json()["deduped"] is False


@pytest.mark.parametrize("act", ["delete", "anonymise"])
async def test_who_is_gone_is_not_found_by_email(
    api: httpx.AsyncClient, visitor: httpx.AsyncClient, acting: dict[str, str], act: str
) -> None:
    made = (await api.post(LIST, params=acting, json=lead(1))).json()["data"]
    await visitor.post(f"/sandbox/{act}", json={"opportunity": made["id"]})
    assert await ids(api, email="lead.1@prospects.test") == []
    assert (made["id"] in await ids(api, limit=100)) is (act == "anonymise")


async def test_a_new_lead_has_no_feedback(api: httpx.AsyncClient, acting: dict[str, str]) -> None:
    made = (await api.post(LIST, params=acting, json=lead(1))).json()["data"]
    answer = await api.get(f"{LIST}/{made['id']}/feedback")
    assert (answer.status_code, answer.json()) == (200, {"data": [], "hasNext": False})
    wanted = {"baseTemplateId": "no-feedback"}
    given = await api.post(f"{LIST}/{made['id']}/feedback", params=acting, json=wanted)
    (shown,) = (await api.get(f"{LIST}/{made['id']}/feedback")).json()["data"]
    assert shown["id"] == given.json()["data"]["id"]


async def test_the_order_holds_while_opportunities_come_move_and_go(
    api: httpx.AsyncClient, lever: Any, fill: Any, acting: dict[str, str], clock: Any
) -> None:
    for step in range(12):
        clock.pass_(1)
        fill(step * 3, step * 3 + 3)
        shown = await ids(api, limit=100)
        rows = sorted(
            (
                row
                for row in lever.account.opportunities.values()
                if row.confidentiality == "non-confidential"
            ),
            key=lambda row: (lever.account.stages[row.stage].rank, -row.last_advanced_at, row.id),
        )
        assert shown == [row.id for row in rows]
        stage, archived = {"stage": "offer" if step % 2 else "lead-new"}, {"reason": None}
        await api.put(f"{LIST}/{shown[step]}/stage", params=acting, json=stage)
        await api.put(f"{LIST}/{shown[-step]}/archived", params=acting, json=archived)


async def test_fifty_thousand_make_neither_creating_nor_finding_nor_a_page_slow(
    api: httpx.AsyncClient, fill: Any, acting: dict[str, str]
) -> None:
    fill(0, 50_000)
    await ids(api, limit=1)
    started = time.perf_counter()
    for number in range(50_000, 50_200):
        assert (await api.post(LIST, params=acting, json=lead(number))).status_code == 201
        assert len(await ids(api, email=[f"lead.{number - one}@prospects.test" for one in range(20)])) == 20
        assert len(await ids(api, stage_id="lead-new", limit=1)) == 1
    # Some 0.4 s on a quiet machine; looking at each of 50,000 for each call takes 20 s and more there.
    assert time.perf_counter() - started < 12

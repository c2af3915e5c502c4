"""The seed, its cast, and fresh candidates on demand."""

import time
from dataclasses import replace
from typing import Any

import httpx
import pytest

from sandbox.lever.cast import KINDS
from sandbox.lever.options import LeverOptions
from sandbox.lever.seed import seeded_account


def whole(options: LeverOptions) -> list[dict[str, Any]]:
    account = seeded_account(options)
    return [one.shape() for one in [*account.opportunities.values(), *account.contacts.values()]]


def test_the_same_seed_gives_the_same_account(options: LeverOptions) -> None:
    assert whole(options) == whole(options)
    assert whole(options) != whole(replace(options, seed=2))


def test_ten_thousand_start_in_under_three_seconds(options: LeverOptions) -> None:
    took = []
    for _ in range(3):  # on a busy machine a processor's seconds are longer, too
        began = time.process_time()
        account = seeded_account(replace(options, size=10_000))
        took.append(time.process_time() - began)
        assert len(account.opportunities) == 10_000
    assert min(took) < 3


async def test_the_cast_are_distinct_opportunities_in_on_site(cast: dict[str, Any]) -> None:
    members = cast["opportunities"]
    assert set(members) == set(KINDS)
    assert len({member["id"] for member in members.values()}) == len(KINDS)
    assert {member["stage"] for member in members.values()} == {cast["stages"]["On-site"]}
    assert members["second_of_plain"]["contact"] == members["plain"]["contact"]


async def test_each_of_the_cast_has_its_peculiarity(api: httpx.AsyncClient, cast: dict[str, Any]) -> None:
    await api.put("/sandbox/key", json={"confidential_access": True})
    it = {
        name: (await api.get(f"/v1/opportunities/{member['id']}")).json()["data"]
        for name, member in cast["opportunities"].items()
    }
    engineer, sales = "crosschq-engineer", "crosschq-sales"
    assert engineer in it["plain"]["tags"]
    assert sales not in it["sales"]["tags"]
    assert sales in cast["postings"]["sales"]["tags"]
    assert {engineer, sales} <= set(it["two_template_tags"]["tags"])
    assert not any(tag.startswith("crosschq") for tag in it["no_template_tag"]["tags"])
    assert len(it["one_word_name"]["name"].split()) == 1
    assert not it["unicode_name"]["name"].isascii()
    assert len(it["very_long_name"]["name"]) > 500
    assert it["no_email"]["emails"] == []
    assert it["no_posting"]["applications"] == []
    assert it["no_owner"]["owner"] is None
    assert it["owner_deactivated"]["owner"] == cast["users"]["deactivated"]["id"]
    assert it["archived"]["archived"] is not None
    assert it["anonymised"]["isAnonymized"] is True
    assert it["confidential"]["confidentiality"] == "confidential"
    assert cast["postings"]["no_hiring_manager"]["hiringManager"] is None


@pytest.mark.parametrize("kind", list(KINDS))
async def test_makes_a_fresh_one_of_each_kind(
    visitor: httpx.AsyncClient, cast: dict[str, Any], kind: str
) -> None:
    made = [(await visitor.post("/sandbox/opportunities", json={"like": kind})).json() for _ in range(2)]
    alike = cast["opportunities"][kind]
    assert len({made[0]["id"], made[1]["id"], alike["id"]}) == 3
    assert len({made[0]["contact"], made[1]["contact"], alike["contact"]}) == 3
    assert (made[0]["email"] is None) == (alike["email"] is None)
    assert made[0]["stage"] == cast["stages"]["On-site"]


async def test_a_kind_or_a_name_that_is_not_known_is_said_so(visitor: httpx.AsyncClient) -> None:
    answer = await visitor.post("/sandbox/opportunities", json={"like": "moon"})
    assert (answer.status_code, answer.json()["message"]) == (404, "cast moon was not found")
    for body in ({"opportunity": "moon", "stage": "Offer"}, {"opportunity": "plain", "stage": "moon"}):
        assert (await visitor.post("/sandbox/move", json=body)).status_code == 404
    assert (await visitor.put("/sandbox/event-groups", json={"moon": True})).status_code == 404


async def test_an_act_is_the_owners_unless_a_user_is_named(
    api: httpx.AsyncClient, cast: dict[str, Any], plain: str
) -> None:
    await api.post("/sandbox/move", json={"opportunity": "plain", "stage": "Crosschq"})
    await api.post("/sandbox/move", json={"opportunity": plain, "stage": "offer", "as_user": "admin"})
    changes = (await api.get(f"/v1/opportunities/{plain}")).json()["data"]["stageChanges"]
    assert [change["userId"] for change in changes[-2:]] == [
        cast["users"][who]["id"] for who in ("recruiter", "admin")
    ]

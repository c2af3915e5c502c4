"""Prospects on Crosschq's pages, in its CSV export and by the sandbox's controls."""

import csv
import io
import time
from typing import Any

import pytest

KINDS = ("no_email", "bad_email", "bad_phone", "refused", "same_email", "no_name", "no_optional")


async def opted_in(crosschq: Any) -> tuple[str, dict[str, Any]]:
    """The reference's page, and the prospect they became by its button."""
    shown = await crosschq.act(await crosschq.create(), "add_references", "answer_next")
    page = f"/reference/{shown['references'][0]['token']}"
    await crosschq.browser.post(f"{page}/opt-in")
    return page, (await listed(crosschq))[-1]


async def listed(crosschq: Any) -> list[dict[str, Any]]:
    return list((await crosschq.browser.get("/sandbox/prospects")).json()["prospects"])


async def fill(crosschq: Any, **body: Any) -> Any:
    return await crosschq.browser.post("/sandbox/prospects", json=body)


async def export(crosschq: Any) -> list[dict[str, str]]:
    answer = await crosschq.browser.get("/prospects.csv")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_opting_in_makes_a_prospect_of_the_reference_with_a_career(crosschq: Any) -> None:
    _, prospect = await opted_in(crosschq)
    (reference, *_) = (await crosschq.read(prospect["reference_request"]))["references"]
    for name in ("first_name", "last_name", "email", "mobile_phone"):
        assert prospect[name] == reference[name]
    assert (prospect["status"], prospect["job_function"]) == ("active", "software-engineer")
    assert all(prospect[name] for name in ("headline", "company", "title", "location", "links"))
    assert (await crosschq.api.get(f"/partners/prospects/{prospect['id']}/")).json() == prospect


async def test_the_same_seed_invents_the_same_career(make: Any) -> None:
    (_, one), (_, other), (_, another) = [await opted_in(make(seed=seed)) for seed in (1, 1, 2)]
    career = ("email", "headline", "company", "title", "location", "links", "tags")
    assert [one[name] for name in career] == [other[name] for name in career]
    assert [one[name] for name in career] != [another[name] for name in career]


async def test_a_reference_who_withdrew_is_asked_again_and_comes_back_as_the_same(crosschq: Any) -> None:
    page, prospect = await opted_in(crosschq)
    await crosschq.browser.post(f"/prospects/{prospect['id']}/withdraw")
    assert "Yes, opt in" in (await crosschq.browser.get(page)).text
    await crosschq.browser.post(f"{page}/opt-in")
    assert "You opted in" in (await crosschq.browser.get(page)).text
    (again,) = await listed(crosschq)
    assert (again["id"], again["email"]) == (prospect["id"], prospect["email"])


async def test_the_recruiter_sees_the_newest_first_and_withdraws_by_button(crosschq: Any) -> None:
    await fill(crosschq, count=3)
    rows = await listed(crosschq)
    page = (await crosschq.browser.get("/prospects")).text
    assert page.index(rows[2]["email"]) < page.index(rows[1]["email"]) < page.index(rows[0]["email"])
    answer = await crosschq.browser.post(f"/prospects/{rows[1]['id']}/withdraw")
    assert (answer.status_code, answer.headers["location"]) == (303, "/prospects")
    page = (await crosschq.browser.get("/prospects")).text
    assert rows[1]["email"] not in page
    assert (await crosschq.browser.post(f"/prospects/{rows[1]['id']}/withdraw")).status_code == 409
    assert (await crosschq.browser.post("/prospects/pr_none/withdraw")).status_code == 404


async def test_the_page_shows_a_hundred_and_the_way_to_the_others(crosschq: Any) -> None:
    assert "Nobody has opted in yet" in (await crosschq.browser.get("/prospects")).text
    await fill(crosschq, count=250)
    rows = await listed(crosschq)
    last = (await crosschq.browser.get("/prospects?page=3")).text
    assert last.count("Withdraw</button>") == 50
    assert rows[0]["email"] in last
    assert ("?page=2" in last, "?page=4" in last) == (True, False)
    for wrong in ("0", "4", "x", "-1"):
        assert (await crosschq.browser.get(f"/prospects?page={wrong}")).status_code == 404


async def test_a_name_cannot_put_markup_on_the_page(crosschq: Any) -> None:
    await crosschq.browser.post("/sandbox/prospects/opt-in", json={"first_name": "<b>Ines</b>"})
    assert "<b>Ines" not in (await crosschq.browser.get("/prospects")).text


async def test_the_export_has_a_row_for_each_prospect_with_what_the_api_says(crosschq: Any) -> None:
    await fill(crosschq, count=20, flawed={"no_optional": 1})
    awkward = {"title": 'Head of "Odd", Ltd', "headline": "two\nlines", "links": ["a.test/1", "a.test/2"]}
    await crosschq.browser.post("/sandbox/prospects/opt-in", json=awkward)
    rows, prospects = await export(crosschq), await listed(crosschq)
    assert [row["Prospect ID"] for row in rows] == [one["id"] for one in prospects]
    assert [row["Email"] for row in rows] == [one["email"] for one in prospects]
    assert [row["Mobile Phone"] for row in rows] == [one["mobile_phone"] or "" for one in prospects]
    assert (rows[-1]["Title"], rows[-1]["Headline"]) == (awkward["title"], awkward["headline"])
    assert rows[-1]["Links"] == "a.test/1|a.test/2"


async def test_the_export_tells_nothing_of_who_withdrew(crosschq: Any) -> None:
    await fill(crosschq, count=2)
    rows = await listed(crosschq)
    await crosschq.browser.post(f"/prospects/{rows[0]['id']}/withdraw")
    row = (await export(crosschq))[-1]
    assert (row["Prospect ID"], row["Status"], row["Email"]) == (rows[0]["id"], "withdrawn", "")


async def test_the_export_comes_in_pieces(crosschq: Any) -> None:
    await fill(crosschq, count=2_000)
    pieces: list[bytes] = []

    async def send(message: Any) -> None:
        pieces.append(message.get("body", b""))

    async def receive() -> Any:
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "path": "/prospects.csv", "query_string": b"", "headers": []}
    await crosschq.app({**scope, "asgi": {"spec_version": "2.4"}}, receive, send)
    assert max(map(len, pieces)) < sum(map(len, pieces)) / 3


@pytest.mark.parametrize("kind", KINDS)
async def test_flawed_prospects_are_among_those_asked_for_and_named(crosschq: Any, kind: str) -> None:
    answer = (await fill(crosschq, count=30, flawed={kind: 2})).json()
    flawed = answer["flawed"][kind]
    assert (answer["count"], len(flawed), sum(map(len, answer["flawed"].values()))) == (30, 2, 2)
    emails = [one["email"] for one in await listed(crosschq)]
    for prospect in (one for one in await listed(crosschq) if one["id"] in flawed):
        email, phone = prospect["email"], prospect["mobile_phone"]
        holds = {
            "no_email": email is None,
            "bad_email": email is not None and "@" not in email,
            "bad_phone": phone is not None and not any(map(str.isdigit, phone)),
            "refused": email is not None and email.endswith("@refused.test"),
            "same_email": email is not None and emails.count(email) > 1,
            "no_name": prospect["first_name"] is None is prospect["last_name"],
            "no_optional": not (phone or prospect["headline"] or prospect["links"]),
        }
        assert [name for name, is_so in holds.items() if is_so] == [kind]


async def test_every_address_is_somebodys_own_over_all_batches(crosschq: Any) -> None:
    for seed in (1, 1, 2):
        await fill(crosschq, count=100, seed=seed)
    rows = await listed(crosschq)
    assert len({row["email"] for row in rows}) == len({row["id"] for row in rows}) == 300
    assert all(row["email"].endswith(".test") for row in rows)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"count": 0},
        {"count": 2, "flawed": {"refused": 3}},
        {"count": 2, "flawed": {"same_email": 2}},
        {"count": 2, "flawed": {"odd": 1}},
        {"count": 2, "wrong": 1},
    ],
)
async def test_a_batch_that_cannot_be_is_refused_and_nothing_added(crosschq: Any, body: Any) -> None:
    assert (await fill(crosschq, **body)).status_code == 400
    assert await listed(crosschq) == []


async def test_one_opt_in_now_takes_the_fields_that_are_said(crosschq: Any) -> None:
    await fill(crosschq, count=2)
    answer = await crosschq.browser.post("/sandbox/prospects/opt-in", json={"email": "known@people.test"})
    last = (await listed(crosschq))[-1]
    assert (answer.status_code, answer.json()) == (201, last)
    assert (last["email"], bool(last["headline"])) == ("known@people.test", True)
    assert (await crosschq.browser.post("/sandbox/prospects/opt-in")).status_code == 201
    assert (await crosschq.browser.post("/sandbox/prospects/opt-in", json={"nmae": "x"})).status_code == 400


@pytest.mark.parametrize("body", [{}, {"act": "vanish"}, {"act": "change", "status": "x"}])
async def test_an_act_that_is_none_is_refused(crosschq: Any, body: Any) -> None:
    prospect = (await crosschq.browser.post("/sandbox/prospects/opt-in")).json()
    answer = await crosschq.browser.post(f"/sandbox/prospects/{prospect['id']}/act", json=body)
    assert (answer.status_code, "error" in answer.json()) == (400, True)
    assert await listed(crosschq) == [prospect]
    unknown = await crosschq.browser.post("/sandbox/prospects/pr_none/act", json={"act": "withdraw"})
    assert unknown.status_code == 404


async def test_a_reset_forgets_all_prospects(crosschq: Any) -> None:
    await opted_in(crosschq)
    await crosschq.browser.post("/sandbox/reset")
    assert await listed(crosschq) == []


async def test_fifty_thousand_cost_no_more_a_page_than_a_hundred(crosschq: Any) -> None:
    started = time.perf_counter()
    await fill(crosschq, count=50_000)
    middle = crosschq.app.state.organization.prospects.in_order()[25_000].updated_on.isoformat()
    filled = time.perf_counter()
    for _ in range(50):
        answer = (await crosschq.api.get("/partners/prospects/", params={"updated_since": middle})).json()
        assert answer["count"] == 25_000
    assert filled - started < 10  # some 1 s on a quiet machine
    assert time.perf_counter() - filled < 2.5  # some 0.15 s; sorting 50,000 for each page takes 3 s and more

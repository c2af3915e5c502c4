"""The partner API's prospects: pages, cursors, errors. Ours, inferred."""

from datetime import UTC, datetime
from typing import Any

import pytest

PROSPECTS = "/partners/prospects/"
WORDS = ("first_name", "last_name", "email", "mobile_phone", "headline", "company", "title", "location")
PERSONAL = {*WORDS, "links", "tags", "job_function"}
TIMES = {"opted_in_on", "updated_on", "withdrawn_on"}
FIELDS = {*PERSONAL, *TIMES, "id", "status", "relationship", "reference_request"}


async def add(crosschq: Any, count: int, **flawed: int) -> dict[str, list[str]]:
    answer = await crosschq.browser.post("/sandbox/prospects", json={"count": count, "flawed": flawed})
    assert (answer.status_code, answer.json()["count"]) == (201, count)
    return dict(answer.json()["flawed"])


async def act(crosschq: Any, prospect_id: str, **body: Any) -> Any:
    return await crosschq.browser.post(f"/sandbox/prospects/{prospect_id}/act", json=body)


async def page(crosschq: Any, **query: Any) -> dict[str, Any]:
    answer = await crosschq.api.get(PROSPECTS, params=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def walk(crosschq: Any, **query: Any) -> list[dict[str, Any]]:
    answer = await page(crosschq, **query)
    rows = list(answer["results"])
    while answer["next"]:
        answer = await page(crosschq, **{**query, "cursor": answer["next"]})
        rows += answer["results"]
    return rows


async def test_a_walk_gives_each_prospect_once_by_last_change(crosschq: Any) -> None:
    await add(crosschq, 25)
    rows = await walk(crosschq, limit=10)
    assert len({row["id"] for row in rows}) == len(rows) == 25
    places = [row["updated_on"] for row in rows]
    assert places == sorted(set(places))
    assert all(set(row) == FIELDS for row in rows)


async def test_the_last_page_has_no_next_and_a_page_has_100_by_default(crosschq: Any) -> None:
    assert await page(crosschq) == {"count": 0, "next": None, "results": []}
    await add(crosschq, 101)
    answer = await page(crosschq)
    assert (answer["count"], len(answer["results"]), bool(answer["next"])) == (101, 100, True)
    answer = await page(crosschq, limit=101)
    assert (len(answer["results"]), answer["next"]) == (101, None)


async def test_who_changes_behind_the_cursor_is_seen_again_and_nobody_is_skipped(crosschq: Any) -> None:
    await add(crosschq, 9)
    first = await page(crosschq, limit=3)
    for row in first["results"][1:]:
        assert (await act(crosschq, row["id"], act="change", title="Something else")).status_code == 200
    rest = await walk(crosschq, limit=3, cursor=first["next"])
    assert len(rest) == 8
    assert [row["id"] for row in rest[-2:]] == [row["id"] for row in first["results"][1:]]


async def test_who_changes_ahead_of_the_cursor_is_seen_once_as_they_are_now(crosschq: Any) -> None:
    await add(crosschq, 6)
    rows = await walk(crosschq)
    first = await page(crosschq, limit=2)
    await act(crosschq, rows[2]["id"], act="change", email="new@prospects.test")
    rest = await walk(crosschq, limit=2, cursor=first["next"])
    assert [row["id"] for row in rest] == [rows[place]["id"] for place in (3, 4, 5, 2)]
    assert rest[-1]["email"] == "new@prospects.test"


async def test_updated_since_is_inclusive_and_counted(crosschq: Any) -> None:
    await add(crosschq, 5)
    rows = await walk(crosschq)
    answer = await page(crosschq, updated_since=rows[2]["updated_on"], limit=2)
    assert (answer["count"], [row["id"] for row in answer["results"]]) == (
        3,
        [row["id"] for row in rows[2:4]],
    )
    later = datetime(2030, 1, 1, tzinfo=UTC).isoformat()
    assert await page(crosschq, updated_since=later) == {"count": 0, "next": None, "results": []}


async def test_updated_since_takes_any_offset(crosschq: Any) -> None:
    await add(crosschq, 1)
    assert (await page(crosschq, updated_since="2026-01-04T16:22:10+02:00"))["count"] == 1
    assert (await page(crosschq, updated_since="2026-01-04T16:22:11+02:00"))["count"] == 0


async def test_a_cursor_outlives_a_restart(crosschq: Any, make: Any) -> None:
    await add(crosschq, 4)
    cursor, last_two = (await page(crosschq, limit=2))["next"], (await walk(crosschq))[2:]
    again = make()
    await add(again, 4)
    rest = (await page(again, cursor=cursor))["results"]
    # The times are the same, the ids are others: who stands at the cursor's own time may be seen again.
    assert [row["updated_on"] for row in rest[-2:]] == [row["updated_on"] for row in last_two]
    assert len(rest) <= 3


@pytest.mark.parametrize(
    ("query", "field"),
    [
        *(({"limit": given}, "limit") for given in ("0", "201", "-1", "ten", "", "1.5")),
        *(({"cursor": given}, "cursor") for given in ("", "x", "bnVsbA==", "W10=", "é", "WyJub3ciLCAiYSJd")),
        *(({"updated_since": given}, "updated_since") for given in ("", "soon", "2026-01-04", "1767225600")),
        ({"updated_since": "2026-01-04T14:22:10"}, "updated_since"),
    ],
)
async def test_a_wrong_parameter_is_told_by_name(crosschq: Any, query: Any, field: str) -> None:
    answer = await crosschq.api.get(PROSPECTS, params=query)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


async def test_all_wrong_parameters_are_told_at_once(crosschq: Any) -> None:
    answer = await crosschq.api.get(PROSPECTS, params={"limit": 0, "cursor": "x", "updated_since": "x"})
    assert set(answer.json()["errors"]) == {"limit", "cursor", "updated_since"}


async def test_one_prospect_by_id(crosschq: Any) -> None:
    await add(crosschq, 2)
    row = (await walk(crosschq))[1]
    assert (await crosschq.api.get(f"{PROSPECTS}{row['id']}/")).json() == row
    unknown = await crosschq.api.get(f"{PROSPECTS}pr_none/")
    assert (unknown.status_code, unknown.json()) == (404, {"detail": "Not found."})


@pytest.mark.parametrize("path", [PROSPECTS, f"{PROSPECTS}pr_1/"])
async def test_the_door_is_that_of_the_other_partner_calls(crosschq: Any, path: str) -> None:
    assert (await crosschq.browser.get(path)).status_code == 401
    wrong = await crosschq.browser.get(path, headers={"Authorization": "Bearer nonsense"})
    assert (wrong.status_code, wrong.json()) == (401, {"detail": "Invalid token."})
    assert (await crosschq.api.post(path)).status_code == 405
    assert (await crosschq.api.get(path.rstrip("/"))).status_code == 404


async def test_a_crosschq_without_this_api_answers_404(crosschq: Any) -> None:
    await add(crosschq, 1)
    row = (await walk(crosschq))[0]
    await crosschq.browser.put("/sandbox/knobs", json={"prospects_call": False})
    for path in (PROSPECTS, f"{PROSPECTS}{row['id']}/"):
        assert (await crosschq.api.get(path)).status_code == 404
    assert "Prospect ID" in (await crosschq.browser.get("/prospects.csv")).text


async def test_who_withdraws_stays_at_the_end_without_anything_personal(crosschq: Any) -> None:
    await add(crosschq, 3)
    rows = await walk(crosschq)
    await act(crosschq, rows[0]["id"], act="withdraw")
    last = (await walk(crosschq))[-1]
    assert (last["id"], last["status"]) == (rows[0]["id"], "withdrawn")
    assert [last[name] for name in PERSONAL if last[name]] == []
    assert last["withdrawn_on"] == last["updated_on"] > rows[2]["updated_on"]
    assert last["opted_in_on"] == rows[0]["opted_in_on"]


async def test_who_opts_in_again_is_the_same_prospect_anew(crosschq: Any) -> None:
    await add(crosschq, 1)
    (before,) = await walk(crosschq)
    assert (await act(crosschq, before["id"], act="opt_in_again")).status_code == 409
    await act(crosschq, before["id"], act="withdraw")
    for again in ("withdraw", "change"):
        assert (await act(crosschq, before["id"], act=again)).status_code == 409
    await act(crosschq, before["id"], act="opt_in_again")
    (after,) = await walk(crosschq)
    assert (after["status"], after["withdrawn_on"], after["email"]) == ("active", None, before["email"])
    assert after["opted_in_on"] == after["updated_on"] > before["updated_on"]

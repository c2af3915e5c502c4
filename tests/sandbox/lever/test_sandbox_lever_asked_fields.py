"""`include` and `expand` wherever published clients send them, and the answers they rely on."""

from typing import Any

import httpx
import pytest

LIST = "/v1/opportunities"


@pytest.fixture
async def panel(api: httpx.AsyncClient, plain: str, acting: dict[str, str], clock: Any) -> dict[str, Any]:
    talk = {
        "interviewers": [{"id": acting["perform_as"]}],
        "date": clock.milliseconds() + 1,
        "subject": "Talk",
    }
    answer = await api.post(f"{LIST}/{plain}/panels", params=acting, json={"interviews": [talk]})
    return dict(answer.json()["data"])


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/v1/users", "name"),
        ("/v1/form_templates", "text"),
        ("/v1/feedback_templates", "text"),
        ("/v1/stages", "text"),
        ("/v1/archive_reasons", "status"),
        ("/v1/requisitions", "name"),
    ],
)
async def test_what_is_included_comes_with_its_id(api: httpx.AsyncClient, path: str, field: str) -> None:
    rows = (await api.get(path, params={"include": field})).json()["data"]
    assert rows
    assert all(row.keys() == {"id", field} for row in rows)
    one = (await api.get(f"{path}/{rows[0]['id']}", params={"include": field})).json()["data"]
    assert one == rows[0]


async def test_an_integration_offers_panels_and_their_interviews_to_choose_from(
    api: httpx.AsyncClient, plain: str, panel: dict[str, Any]
) -> None:
    """As activepieces asks."""
    path = f"{LIST}/{plain}/panels"
    [row] = (await api.get(f"{path}?expand=stage&include=id&include=stage&include=start")).json()["data"]
    assert row == {
        "id": panel["id"],
        "start": panel["start"],
        "stage": {"id": panel["stage"], "text": "On-site"},
    }
    one = (await api.get(f"{path}/{panel['id']}?include=interviews")).json()["data"]
    assert [interview["subject"] for interview in one["interviews"]] == ["Talk"]
    assert one.keys() == {"id", "interviews"}


async def test_feedback_is_answered_in_all_the_types_of_its_fields(
    api: httpx.AsyncClient, plain: str, panel: dict[str, Any], acting: dict[str, str]
) -> None:
    """As activepieces sends: thumbs of a scorecard as objects, yes or no as words."""
    kinds = ("score-system", "scorecard", "yes-no", "multiple-select", "score", "date")
    fields = [{"type": kind, "text": kind} for kind in kinds]
    template = (await api.post("/v1/feedback_templates", json={"text": "All", "fields": fields})).json()[
        "data"
    ]
    values = ["3 - Hire", [{"score": 4, "comment": ""}], "yes", ["a", "b"], 3.5, 1600275449372]
    body = {
        "baseTemplateId": template["id"],
        "panel": panel["id"],
        "interview": panel["interviews"][0]["id"],
        "fieldValues": [
            {"id": field["id"], "value": value}
            for field, value in zip(template["fields"], values, strict=True)
        ],
    }
    answer = await api.post(f"{LIST}/{plain}/feedback", params=acting, json=body)
    assert answer.status_code == 201, answer.text
    assert [field["value"] for field in answer.json()["data"]["fields"]] == values


async def test_users_and_postings_are_put_in_place_of_their_ids(
    api: httpx.AsyncClient, plain: str, acting: dict[str, str], cast: dict[str, Any]
) -> None:
    note = (await api.post(f"{LIST}/{plain}/notes", params=acting, json={"value": "x"})).json()["data"]
    shown = (await api.get(f"{LIST}/{plain}/notes/{note['id']}?expand=user")).json()["data"]
    assert shown["user"] == cast["users"]["integration"]
    assert (await api.get(f"{LIST}/{plain}/notes?expand[]=user")).json()["data"] == [shown]
    [application] = (await api.get(f"{LIST}/{plain}/applications?expand=posting&expand=nothing")).json()[
        "data"
    ]
    assert application["posting"]["text"] == cast["postings"]["engineer"]["text"]
    assert application["user"] is None
    [*_, row] = (await api.get("/v1/postings?expand=followers&expand=hiringManager&expand=user")).json()[
        "data"
    ]
    assert isinstance(row["followers"][0], dict)
    assert isinstance(row["hiringManager"], dict)


async def test_who_is_missing_is_told_in_lever_s_words(api: httpx.AsyncClient) -> None:
    answer = await api.post(LIST, json={"name": "x"})
    assert answer.json()["code"] == "BadRequestError"
    assert answer.json()["message"].startswith("Missing perform_as parameter.")


async def test_an_applicants_links_are_kept(api: httpx.AsyncClient, cast: dict[str, Any]) -> None:
    information = [{"name": "fullName", "value": "Nova"}, {"name": "email", "value": "nova@x.test"}]
    urls = [{"name": "LinkedIn", "value": "https://linked.test/nova"}, {"name": "Other", "value": ""}]
    path = f"/v1/postings/{cast['postings']['engineer']['id']}/apply"
    answer = await api.post(
        path, json={"personalInformation": information, "urls": urls, "customQuestions": []}
    )
    assert answer.status_code == 201
    [row] = (await api.get(LIST, params={"email": "nova@x.test"})).json()["data"]
    assert row["links"] == ["https://linked.test/nova"]

"""Profile forms and their templates: documented writes."""

from typing import Any

import httpx
import pytest

TEMPLATES = "/v1/form_templates"
BODY = {
    "text": "Offer Information",
    "instructions": "Please complete all required questions.",
    "secretByDefault": True,
    "group": "9c1a0b56-0d72-43dd-8cf2-2c483a43372c",
    "fields": [
        {"type": "date", "text": "Start Date", "description": "A desired start date.", "required": True},
        {
            "type": "dropdown",
            "text": "Office",
            "required": False,
            "options": [{"text": "Oslo"}, {"text": "Austin"}],
        },
    ],
}


@pytest.fixture
def forms(plain: str) -> str:
    return f"/v1/opportunities/{plain}/forms"


@pytest.fixture
async def template(api: httpx.AsyncClient) -> dict[str, Any]:
    answer = await api.post(TEMPLATES, json=BODY)
    assert answer.status_code == 201, answer.text
    return dict(answer.json()["data"])


def answered(template: dict[str, Any], *values: Any) -> dict[str, Any]:
    fields = [
        {"id": field["id"], "value": value} for field, value in zip(template["fields"], values, strict=False)
    ]
    return {"baseTemplateId": template["id"], "fields": fields}


async def test_a_template_is_made_changed_and_deleted(
    api: httpx.AsyncClient, template: dict[str, Any], clock: Any
) -> None:
    path = f"{TEMPLATES}/{template['id']}"
    assert {name: template[name] for name in ("text", "instructions", "secretByDefault")} == {
        name: BODY[name] for name in ("text", "instructions", "secretByDefault")
    }
    assert template["group"]["id"] == BODY["group"]
    assert "options" not in template["fields"][0]
    assert template["fields"][1]["options"] == BODY["fields"][1]["options"]  # type: ignore[index]
    clock.pass_(60)
    changed = (await api.put(path, json={"text": "Offer", "secretByDefault": False})).json()["data"]
    assert changed == {
        **template,
        "text": "Offer",
        "secretByDefault": False,
        "updatedAt": clock.milliseconds(),
    }
    assert (await api.get(path)).json()["data"] == changed
    assert (await api.delete(path)).status_code == 204
    assert (await api.get(path)).status_code == 404


async def test_what_people_made_stays(api: httpx.AsyncClient) -> None:
    [own] = (await api.get(TEMPLATES)).json()["data"]
    assert (await api.delete(f"{TEMPLATES}/{own['id']}")).status_code == 403


@pytest.mark.parametrize("wrong", [{"text": ""}, {"fields": None}, {"fields": [{"type": "song"}]}])
async def test_a_template_needs_a_text_and_fields(api: httpx.AsyncClient, wrong: Any) -> None:
    assert (await api.post(TEMPLATES, json={**BODY, **wrong})).status_code == 400


@pytest.mark.parametrize(("asked", "secret"), [({}, True), ({"secret": False}, False)])
async def test_a_form_is_filled_in(
    api: httpx.AsyncClient,
    forms: str,
    plain: str,
    template: dict[str, Any],
    acting: dict[str, str],
    clock: Any,
    asked: dict[str, Any],
    secret: bool,
) -> None:
    clock.pass_(60)
    now = clock.milliseconds()
    answer = await api.post(forms, params=acting, json=answered(template, now, None) | asked)
    assert answer.status_code == 201, answer.text
    made = answer.json()["data"]
    assert [field["value"] for field in made["fields"]] == [now, None]
    assert (made["secret"], made["user"], made["baseTemplateId"]) == (
        secret,
        acting["perform_as"],
        template["id"],
    )
    assert (await api.get(f"{forms}/{made['id']}")).json()["data"] == made
    assert (await api.get(forms)).json()["data"] == [made]
    changed = (await api.get("/v1/opportunities", params={"updated_at_start": now})).json()["data"]
    assert [row["id"] for row in changed] == [plain]


async def test_a_form_names_all_fields_of_its_template(
    api: httpx.AsyncClient, forms: str, template: dict[str, Any]
) -> None:
    foreign = answered(template, 1, "Oslo")
    foreign["fields"].append({"id": "another", "value": "x"})
    for wrong in (answered(template, 1), answered(template, None, "Oslo"), foreign):
        assert (await api.post(forms, json=wrong)).status_code == 400
    assert (await api.post(forms, json={"baseTemplateId": "none", "fields": []})).status_code == 404
    assert (await api.get(forms)).json()["data"] == []

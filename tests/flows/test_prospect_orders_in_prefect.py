"""What Prefect's users see of an export and may order: numbers and ids, nobody's data; a form in words, no nonsense."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from prefect.logging.handlers import APILogHandler

from deployments.prefect_api import checked, every, prefect_api
from flows.prospect_export import prospect_export
from hiring.export_order import Scope
from tests.flows.office import Office
from tests.flows.prospecting import lead_id
from wiring import use_parts

pytestmark = [pytest.mark.stack, pytest.mark.in_prefect]

PERSONAL = ("first_name", "last_name", "email", "mobile_phone", "headline")
DEPLOYMENTS = ("all-existing", "new")


@pytest.fixture
async def api(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    async with prefect_api(office.prefect) as opened:
        yield opened


async def everything(api: httpx.AsyncClient) -> dict[str, list[dict[str, Any]]]:
    """All that Prefect's users can read."""
    await APILogHandler.aflush()
    kinds = ("flow_runs", "task_runs", "logs", "artifacts", "deployments")
    return {kind: await every(api, f"/{kind}/filter") for kind in kinds}


async def test_nobodys_data_is_in_prefect_whatever_became_of_them(
    office: Office, api: httpx.AsyncClient
) -> None:
    flawed = {"no_email": 1, "bad_email": 1, "bad_phone": 1, "refused": 1, "same_email": 1}
    await office.crosschq.add_prospects(9, seed=77, **flawed)
    people = await office.crosschq.prospects()
    await office.want_prospects(export_new=True, new_since=office.parts.now())
    await office.export(dry_run=True)
    await office.lever.set_knobs(hang_after_write=1, hang_seconds=0.2, match="POST .*/opportunities$")
    await office.export()
    await office.lever.set_knobs(fail_status=503, fail_count=1000, match="POST")
    people.append(await office.crosschq.opt_in())
    assert (await office.export(Scope.NEW)).name == "TryingAgain"
    await office.crosschq.change_prospect(people[0]["id"], "withdraw")
    await office.lever.behave()
    await office.export()
    texts = {one[field] for one in people for field in PERSONAL if one[field]}
    texts |= {link for one in people for link in one["links"]}
    seen = json.dumps(await everything(api), ensure_ascii=False)
    assert people[0]["id"] in seen
    assert sorted(text for text in texts if text in seen) == []
    leads = {lead["id"] for lead in await office.lever.leads()}
    artifacts = json.dumps(await every(api, "/artifacts/filter"))
    assert [lead for lead in leads if lead in artifacts] == []


async def test_the_progress_and_the_table_say_numbers_and_ids(office: Office, api: httpx.AsyncClient) -> None:
    flawed = (await office.crosschq.add_prospects(6, no_email=1, same_email=1))["flawed"]
    await office.want_prospects()
    await office.export()
    [prospect, *_] = await office.crosschq.prospects()
    await lead_id(office, prospect["id"])
    artifacts = sorted(await every(api, "/artifacts/filter"), key=lambda one: str(one["created"]))
    progress = [one for one in artifacts if one["type"] == "progress"][-1]
    assert progress["key"] == f"prospect-export-{await office.connection_id()}"
    assert (progress["data"], progress["description"]) == (100.0, "6 of 6 done")
    table = [one for one in artifacts if (one["type"], one["key"]) == ("table", "prospect-export")][-1]
    rows = {row["prospect"]: row for row in json.loads(table["data"])}
    assert set(rows) == {one["id"] for one in await office.crosschq.prospects()}
    assert {row["what"] for row in rows.values()} == {"created", "skipped", "failed"}
    assert "e-mail" in rows[flawed["no_email"][0]]["why"]


async def test_the_order_is_a_form_in_words(api: httpx.AsyncClient) -> None:
    for name in DEPLOYMENTS:
        found = checked(await api.get(f"/deployments/name/prospect-export/{name}")).json()
        schema = found["parameter_openapi_schema"]
        assert schema["required"] == ["order"] or "order" in found["parameters"]
        fields = schema["definitions"]["ExportOrder"]["properties"]
        assert set(fields) == {"scope", "connection_id", "dry_run", "only", "at_most"}
        for field in fields.values():
            assert field["title"], name
            assert len(field["description"]) > 20, name
        assert found["enforce_parameter_schema"] is True
        assert found["description"]


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"scope": "everybody"}, "all-existing"),
        ({"connection_id": 0}, "minimum"),
        ({"connection_id": "one"}, "order.connection_id"),
        ({"connection_id": 1, "at_most": 0}, "minimum"),
        ({"connection_id": 1, "dry_run": "perhaps"}, "boolean"),
        ({"connection_id": 1, "only": ["no id!"]}, "match"),
        ({"connection_id": 1, "only": [f"pr_{n}" for n in range(101)]}, "too long"),
        ({"connection_id": 1, "dryrun": True}, "dryrun"),
        ("all of them", "object"),
    ],
)
async def test_nonsense_is_refused_by_prefect_in_words(
    api: httpx.AsyncClient, wrong: object, word: str
) -> None:
    found = checked(await api.get("/deployments/name/prospect-export/all-existing")).json()
    path = f"/deployments/{found['id']}/create_flow_run"
    answer = await api.post(path, json={"parameters": {"order": wrong}})
    assert answer.status_code in (409, 422), answer.text
    assert word in answer.text, answer.text


async def test_what_only_the_model_can_refuse_ends_the_run_in_words(office: Office) -> None:
    with office.prefect_settings(), use_parts(office.parts):
        state = await prospect_export({"dry_run": True}, return_state=True)  # type: ignore[call-overload]
    assert state.is_failed()
    assert "name the connection" in str(state.message)
    assert await office.deliveries() == []

"""The pages: what they show, and that a click does what a click in Lever does. See lever.md 6.1."""

import re
from typing import Any

import httpx
import pytest

HOOK = "https://gateway.test/hooks/lever"
SETTINGS = "/settings/webhooks"


async def add_webhook(visitor: httpx.AsyncClient, event: str) -> None:
    answer = await visitor.post(SETTINGS, data={"event": event, "url": HOOK})
    assert answer.status_code == 200


async def test_the_pipeline_shows_stages_and_a_link_to_each_profile(
    visitor: httpx.AsyncClient, cast: dict[str, Any], plain: str
) -> None:
    page = (await visitor.get("/")).text
    assert all(name in page for name in cast["stages"])
    assert f'href="/candidates/{plain}"' in page


async def test_the_pipeline_stays_small_with_many_candidates(client: Any) -> None:
    page = (await client(size=2_000).get("/")).text
    assert 100 < page.count('class="card"') <= 9 * 20
    assert re.search(r"and [\d,]+ more", page)


async def test_the_pipeline_can_be_searched(
    visitor: httpx.AsyncClient, cast: dict[str, Any], plain: str
) -> None:
    page = (await visitor.get("/", params={"q": cast["opportunities"]["plain"]["email"]})).text
    assert f'href="/candidates/{plain}"' in page
    assert page.count('class="card"') == 2
    posting = cast["postings"]["engineer"]["id"]
    page = (await visitor.get("/", params={"posting": posting, "stage": cast["stages"]["On-site"]})).text
    assert f'href="/candidates/{cast["opportunities"]["sales"]["id"]}"' not in page


async def test_archived_ones_are_shown_apart(visitor: httpx.AsyncClient, cast: dict[str, Any]) -> None:
    link = f'href="/candidates/{cast["opportunities"]["archived"]["id"]}"'
    assert link not in (await visitor.get("/")).text
    assert link in (await visitor.get("/?archived=yes")).text


async def test_a_click_moves_the_card_as_its_owner_and_fires_the_webhook(
    visitor: httpx.AsyncClient, plain: str, cast: dict[str, Any], lever: Any, receiver: Any
) -> None:
    await add_webhook(visitor, "candidateStageChange")
    form = {"stage": cast["stages"]["Crosschq"], "back": "/?q=x"}
    answer = await visitor.post(f"/candidates/{plain}/stage", data=form, follow_redirects=False)
    await lever.outbox.idle()
    assert (answer.status_code, answer.headers["location"]) == (303, "/?q=x")
    assert lever.account.opportunities[plain].stage_changes[-1].user_id == cast["users"]["recruiter"]["id"]
    assert receiver.events() == ["candidateStageChange"]


@pytest.mark.parametrize("back", ["https://elsewhere.test/", "//elsewhere.test/", "/\\elsewhere.test"])
async def test_a_form_never_leads_to_another_host(visitor: httpx.AsyncClient, plain: str, back: str) -> None:
    form = {"stage": "offer", "back": back}
    answer = await visitor.post(f"/candidates/{plain}/stage", data=form, follow_redirects=False)
    assert answer.headers["location"] == "/"


async def test_the_profile_shows_tags_links_files_and_notes_newest_first(
    api: httpx.AsyncClient, visitor: httpx.AsyncClient, plain: str, acting: dict[str, str]
) -> None:
    path = f"/v1/opportunities/{plain}"
    await api.post(f"{path}/addTags", json={"tags": ["Crosschq: 1 of 3"]})
    await api.post(f"{path}/addLinks", json={"links": ["https://report.test/1", "javascript:alert(1)"]})
    await api.post(
        f"{path}/files", params=acting, files={"file": ("report.pdf", b"%PDF-1", "application/pdf")}
    )
    for value in ("the first", "the second <b>"):
        await api.post(f"{path}/notes", json={"value": value})
    page = (await visitor.get(f"/candidates/{plain}")).text
    assert "<li>Crosschq: 1 of 3</li>" in page
    assert '<a href="https://report.test/1"' in page
    assert 'href="javascript:' not in page
    assert page.index("the second &lt;b&gt;") < page.index("the first")
    file = re.search(r'href="(/candidates/[^"]+/files/[^"]+)">report.pdf', page)
    assert file
    assert (await visitor.get(file[1])).content == b"%PDF-1"


async def test_every_member_of_the_cast_has_a_profile(
    visitor: httpx.AsyncClient, cast: dict[str, Any]
) -> None:
    for member in cast["opportunities"].values():
        assert (await visitor.get(f"/candidates/{member['id']}")).status_code == 200
    assert (await visitor.get("/candidates/nobody")).status_code == 404


async def test_archive_hire_unarchive_and_delete_from_the_profile(
    visitor: httpx.AsyncClient, plain: str, lever: Any, receiver: Any
) -> None:
    for event in ("candidateHired", "candidateArchiveChange", "candidateDeleted"):
        await add_webhook(visitor, event)
    await visitor.post(f"/candidates/{plain}/archive", data={"reason": lever.account.hired_reason().id})
    assert lever.account.is_hired(lever.account.opportunities[plain])
    await visitor.post(f"/candidates/{plain}/unarchive")
    assert lever.account.opportunities[plain].archived is None
    await visitor.post(f"/candidates/{plain}/delete")
    await lever.outbox.idle()
    assert plain in lever.account.deleted
    assert sorted(receiver.events()) == [
        "candidateArchiveChange",
        "candidateArchiveChange",
        "candidateDeleted",
        "candidateHired",
    ]


async def test_the_settings_page_shows_the_token_and_verifies_the_connection(
    visitor: httpx.AsyncClient, lever: Any, receiver: Any
) -> None:
    await add_webhook(visitor, "candidateHired")
    webhook = next(iter(lever.account.webhooks.values()))
    assert webhook.signature_token in (await visitor.get(SETTINGS)).text
    await visitor.post(f"{SETTINGS}/{webhook.id}/verify")
    await lever.outbox.idle()
    assert receiver.bodies[0]["data"] == {}
    page = (await visitor.get(SETTINGS)).text
    assert "delivered" in page


async def test_a_webhook_made_on_the_page_is_not_the_apis(
    api: httpx.AsyncClient, visitor: httpx.AsyncClient, lever: Any
) -> None:
    await add_webhook(visitor, "candidateHired")
    webhook = next(iter(lever.account.webhooks))
    assert (await api.get("/v1/webhooks")).json() == {"data": []}
    assert (await api.delete(f"/v1/webhooks/{webhook}")).status_code == 404
    await visitor.post(f"{SETTINGS}/{webhook}/delete")
    assert lever.account.webhooks == {}
    body = {"event": "candidateHired", "url": HOOK}
    made = (await api.post("/v1/webhooks", json=body)).json()["data"]["id"]
    assert (await visitor.post(f"{SETTINGS}/{made}/delete")).status_code == 403


async def test_event_groups_are_switched_on_the_page(visitor: httpx.AsyncClient, lever: Any) -> None:
    await visitor.post(f"{SETTINGS}/groups", data={"Candidate hired": "on"})
    assert [group for group, on in lever.account.groups_on.items() if on] == ["Candidate hired"]


async def test_a_delivery_is_rerun_on_the_page(
    visitor: httpx.AsyncClient, lever: Any, receiver: Any, plain: str
) -> None:
    await add_webhook(visitor, "candidateStageChange")
    await visitor.post(f"/candidates/{plain}/stage", data={"stage": "offer"})
    await lever.outbox.idle()
    await visitor.post(f"/settings/deliveries/{lever.outbox.log()[0].id}/rerun")
    await lever.outbox.idle()
    assert len(receiver.requests) == 2
    assert (await visitor.post("/settings/deliveries/no/rerun")).status_code == 404


async def test_a_bad_form_is_answered_in_words(visitor: httpx.AsyncClient, plain: str) -> None:
    answer = await visitor.post(SETTINGS, data={"event": "moon", "url": HOOK})
    assert answer.status_code == 400
    assert (await visitor.post(f"/candidates/{plain}/stage", data={"stage": "moon"})).status_code == 404
    assert (await visitor.post(f"/candidates/{plain}/archive", data={})).status_code == 404
    assert (await visitor.post(f"/candidates/{plain}/notes", data={"value": " "})).status_code == 400

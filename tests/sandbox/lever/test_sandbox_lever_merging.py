"""An opportunity is merged into another one: deleted at once, or missing first and for as long as a test wants."""

from typing import Any

import httpx

LIST = "/v1/opportunities"


async def merge(api: httpx.AsyncClient, cast: dict[str, Any], **wanted: Any) -> tuple[str, str]:
    gone, into = (cast["opportunities"][one]["id"] for one in ("plain", "sales"))
    answer = await api.post("/sandbox/merge", json={"opportunity": gone, "into": into, **wanted})
    assert answer.json()["id"] == into
    return gone, into


async def listed(api: httpx.AsyncClient) -> list[str]:
    return [row["id"] for row in (await api.get(f"{LIST}/deleted")).json()["data"]]


async def test_deleted_first_its_paperwork_is_on_the_other_one(
    api: httpx.AsyncClient, cast: dict[str, Any]
) -> None:
    plain = cast["opportunities"]["plain"]["id"]
    await api.post(f"{LIST}/{plain}/notes", json={"value": "Of the first."})
    tags = (await api.get(f"{LIST}/{plain}")).json()["data"]["tags"]
    gone, into = await merge(api, cast)
    assert (await api.get(f"{LIST}/{gone}")).status_code == 404
    assert await listed(api) == [gone]
    notes = (await api.get(f"{LIST}/{into}/notes")).json()["data"]
    assert any("Of the first." in str(note) for note in notes)
    assert set(tags) <= set((await api.get(f"{LIST}/{into}")).json()["data"]["tags"])


async def test_missing_first_it_is_listed_nowhere_until_it_is_deleted_or_back(
    api: httpx.AsyncClient, cast: dict[str, Any]
) -> None:
    gone, _ = await merge(api, cast, first="404", keeps_paperwork=False)
    assert ((await api.get(f"{LIST}/{gone}")).status_code, await listed(api)) == (404, [])
    await api.post("/sandbox/merge/undo", json={"opportunity": gone})
    assert (await api.get(f"{LIST}/{gone}")).status_code == 200
    assert (await api.post("/sandbox/merge/delete", json={"opportunity": gone})).status_code == 404
    gone, _ = await merge(api, cast, first="404")
    await api.post("/sandbox/merge/delete", json={"opportunity": gone})
    assert ((await api.get(f"{LIST}/{gone}")).status_code, await listed(api)) == (404, [gone])

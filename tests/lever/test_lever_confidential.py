"""Lists of opportunities include the confidential ones, where the API key was made to see them."""

from collections.abc import Callable
from typing import Any

import httpx

from lever.confidential import all_opportunities

Payload = Callable[[str], Any]


def asked(lever: Any) -> list[dict[str, str]]:
    return [dict(call.request.url.params) for call in lever.router.calls]


async def test_confidential_ones_are_asked_for_as_well(lever: Any, payload: Payload) -> None:
    answer = {"data": [payload("opportunity")["data"]], "hasNext": False}
    lever.router.get("/opportunities").respond(200, json=answer)
    found = [one.id async for one in all_opportunities(lever.client, email="rosa@people.test")]
    assert found == [answer["data"][0]["id"]]
    [params] = asked(lever)
    assert (params["confidentiality"], params["email"]) == ("all", "rosa@people.test")


async def test_a_key_that_may_not_see_them_sees_the_others(lever: Any, payload: Payload) -> None:
    answer = {"data": [payload("opportunity")["data"]], "hasNext": False}
    refused = httpx.Response(403, json={"code": "Forbidden", "message": "No access."})
    lever.router.get("/opportunities").mock(side_effect=[refused, httpx.Response(200, json=answer)])
    found = [one.id async for one in all_opportunities(lever.client, archived=False)]
    assert found == [answer["data"][0]["id"]]
    assert ["confidentiality" in params for params in asked(lever)] == [True, False]

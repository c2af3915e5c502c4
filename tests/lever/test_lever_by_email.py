"""People are found by e-mail address also where Lever takes one of the addresses for none."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from lever.by_email import BEYOND_DOUBT, by_email
from outbound.errors import InvalidRequest, Unavailable, VendorError

Payload = Callable[[str], Any]
GOOD = [f"person.{number}@example.test" for number in range(19)]
NOT_FOR_LEVER = [
    "a..b@example.test",
    ".a@example.test",
    "a@-example.test",
    "a@1.2",
    "a@ex_ample.test",
    "jos\u00e9@ex\u00e4mple.test",
]


class Filter:
    """Lever's list filtered by e-mail: everybody asked for is there, and one `refused` address refuses the list."""

    def __init__(self, lever: Any, payload: Payload, refused: set[str]) -> None:
        self.refused, self.row = refused, payload("opportunity")["data"]
        self.asked: list[list[str]] = []
        lever.router.get("/opportunities").mock(side_effect=self.answer)

    def answer(self, request: httpx.Request) -> httpx.Response:
        emails = request.url.params.get_list("email")
        self.asked.append(emails)
        if self.refused & {*emails}:
            message = {"code": "BadRequestError", "message": "Email address is not valid"}
            return httpx.Response(400, json=message)
        rows = [{**self.row, "id": email, "emails": [email]} for email in emails]
        return httpx.Response(200, json={"data": rows, "hasNext": False})


@pytest.mark.parametrize("bad", NOT_FOR_LEVER)
async def test_one_that_lever_refuses_is_named_and_hides_nobody(
    lever: Any, payload: Payload, bad: str
) -> None:
    there = Filter(lever, payload, {bad})
    known = await by_email(lever.client, [*GOOD, bad])
    assert sorted(one.id for one in known.found) == sorted(GOOD)
    assert known.refused == {bad}
    assert there.asked[-2:] == [[BEYOND_DOUBT], [bad]]
    assert len(there.asked) == 1 + 20 + 2


async def test_all_good_ones_are_asked_for_in_one_call(lever: Any, payload: Payload) -> None:
    there = Filter(lever, payload, set())
    known = await by_email(lever.client, GOOD, origin="sourced")
    assert (len(known.found), known.refused, there.asked) == (19, frozenset(), [GOOD])


async def test_where_all_are_refused_one_beyond_doubt_tells_whether_it_is_about_addresses(
    lever: Any, payload: Payload
) -> None:
    there = Filter(lever, payload, set(NOT_FOR_LEVER))
    assert (await by_email(lever.client, NOT_FOR_LEVER)).refused == set(NOT_FOR_LEVER)
    assert there.asked[-1 - len(NOT_FOR_LEVER)] == [BEYOND_DOUBT]
    there.refused |= {BEYOND_DOUBT}
    with pytest.raises(InvalidRequest):
        await by_email(lever.client, NOT_FOR_LEVER[:1])


@pytest.mark.parametrize("times", range(1, 21))
async def test_a_refusal_for_another_reason_that_is_soon_over_ends_nobody(
    lever: Any, payload: Payload, times: int
) -> None:
    there = Filter(lever, payload, {NOT_FOR_LEVER[0]})
    refusal = httpx.Response(400, json={"code": "BadRequestError", "message": "Try again"})
    left = iter([refusal] * times)
    lever.router.get("/opportunities").mock(side_effect=lambda asked: next(left, None) or there.answer(asked))
    known = await by_email(lever.client, [*GOOD, NOT_FOR_LEVER[0]])
    assert sorted(one.id for one in known.found) == sorted(GOOD)
    assert known.refused == {NOT_FOR_LEVER[0]}


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_an_outage_in_the_middle_is_none_either(lever: Any, payload: Payload, status: int) -> None:
    there = Filter(lever, payload, {*NOT_FOR_LEVER})
    answers = lambda asked: httpx.Response(status) if len(there.asked) > 3 else there.answer(asked)  # noqa: E731
    lever.router.get("/opportunities").mock(side_effect=answers)
    with pytest.raises(VendorError):
        await by_email(lever.client, [*NOT_FOR_LEVER, *GOOD[:14]])


async def test_an_outage_is_no_word_on_an_address(lever: Any) -> None:
    lever.router.get("/opportunities").respond(503)
    with pytest.raises(Unavailable):
        await by_email(lever.client, GOOD)

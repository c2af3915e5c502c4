"""When a call is repeated, how long it waits, and what it never does."""

from dataclasses import dataclass, field

import httpx
import pytest
import respx
from hypothesis import given
from hypothesis import strategies as st

from outbound.errors import (
    InvalidRequest,
    NotExecuted,
    OutcomeUnknown,
    SlowDown,
    Unavailable,
    UnexpectedAnswer,
    VendorError,
)
from outbound.http import VendorHttp, may_repeat
from outbound.limiter import Priority
from outbound.waits import LONGEST_HONOURED, REPEATS, wait_before_repeat

BASE = "https://vendor.test/v1"
READ_BACK = {"data": {"id": "n-1"}}


@dataclass
class Turns:
    """A limiter that remembers who took a turn."""

    taken: list[Priority] = field(default_factory=list)

    async def take(self, priority: Priority) -> None:
        self.taken.append(priority)


@dataclass
class Rig:
    """A VendorHttp on a vendor whose answers are listed, with its waits and turns remembered."""

    http: VendorHttp
    waits: list[float]
    turns: Turns
    route: respx.Route

    async def read(self) -> object:
        return await self.http.read("/things", operation="GET /things")

    async def write(self, repeatable: bool = False) -> object:
        return await self.http.write(
            "POST", "/things", operation="POST /things", json={"a": 1}, repeatable=repeatable
        )


def rig(*answers: httpx.Response | type[Exception]) -> Rig:
    waits: list[float] = []
    turns = Turns()

    async def remember(seconds: float) -> None:
        waits.append(seconds)

    client = httpx.AsyncClient(base_url=BASE)
    http = VendorHttp(
        "Vendor", client, turns, lambda answer: answer.text, Priority.EXPORT, remember, dice=lambda: 0.5
    )
    return Rig(http, waits, turns, respx.route(url=f"{BASE}/things").mock(side_effect=list(answers)))


OK = httpx.Response(200, json=READ_BACK)
NEVER_LEFT = [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError]
UNSURE = [
    *(httpx.ReadTimeout, httpx.RemoteProtocolError, httpx.WriteTimeout),
    *(httpx.Response(status) for status in (408, 500, 501, 502, 503, 504)),
    *(httpx.Response(503, headers={"Retry-After": odd}) for odd in ("", "soon", "-1", "999999999")),
]


@respx.mock
@pytest.mark.parametrize(
    "trouble",
    [httpx.Response(429), httpx.Response(503), httpx.Response(502), httpx.ConnectError, httpx.ReadTimeout],
)
async def test_a_read_is_repeated_whatever_went_wrong_on_the_way(
    trouble: httpx.Response | type[Exception],
) -> None:
    it = rig(trouble, OK)
    assert await it.read() == READ_BACK
    assert it.route.call_count == 2


@respx.mock
@pytest.mark.parametrize(
    "trouble",
    [httpx.Response(429), httpx.Response(503, headers={"Retry-After": "1"}), *NEVER_LEFT],
)
async def test_a_write_is_repeated_when_the_vendor_surely_did_nothing(
    trouble: httpx.Response | type[Exception],
) -> None:
    it = rig(trouble, trouble, OK)
    assert await it.write() == READ_BACK
    assert it.route.call_count == 3


@respx.mock
@pytest.mark.parametrize("trouble", UNSURE)
async def test_a_write_that_may_have_happened_is_never_repeated_by_itself(
    trouble: httpx.Response | type[Exception],
) -> None:
    it = rig(trouble, OK)
    with pytest.raises(OutcomeUnknown):
        await it.write()
    assert it.route.call_count == 1
    assert it.waits == []


@respx.mock
@pytest.mark.parametrize("trouble", UNSURE)
async def test_a_repeatable_write_is_repeated_also_when_it_may_have_happened(
    trouble: httpx.Response | type[Exception],
) -> None:
    it = rig(trouble, OK)
    assert await it.write(repeatable=True) == READ_BACK
    assert it.route.call_count == 2


@respx.mock
async def test_after_two_repeats_the_last_error_is_raised() -> None:
    it = rig(*[httpx.Response(429)] * 5)
    with pytest.raises(SlowDown):
        await it.read()
    assert it.route.call_count == 1 + REPEATS
    assert it.waits == pytest.approx([0.65, 1.3])


@respx.mock
async def test_every_try_takes_its_own_turn_with_the_callers_priority() -> None:
    it = rig(httpx.Response(429), httpx.ConnectError, OK)
    await it.read()
    assert it.turns.taken == [Priority.EXPORT] * 3


@respx.mock
async def test_a_short_retry_after_is_waited_for() -> None:
    it = rig(httpx.Response(429, headers={"Retry-After": "4"}), OK)
    await it.read()
    assert it.waits == [4.0]


@respx.mock
async def test_a_long_retry_after_is_handed_to_the_caller_at_once() -> None:
    it = rig(httpx.Response(503, headers={"Retry-After": "120"}), OK)
    with pytest.raises(Unavailable) as caught:
        await it.write()
    assert caught.value.retry_after == 120.0
    assert (it.route.call_count, it.waits) == (1, [])


@respx.mock
@pytest.mark.parametrize(
    ("call", "error"), [("read", UnexpectedAnswer), ("write", OutcomeUnknown)], ids=["read", "write"]
)
async def test_a_redirect_is_not_followed_and_asks_about_the_base_url(
    call: str, error: type[VendorError]
) -> None:
    it = rig(httpx.Response(302, headers={"Location": "https://evil.example/"}))
    elsewhere = respx.route(host="evil.example").mock(return_value=OK)
    with pytest.raises(error, match="check the base URL"):
        await (it.read() if call == "read" else it.write(repeatable=True))
    assert not elsewhere.called


@respx.mock
async def test_an_unreadable_answer_is_not_asked_for_again() -> None:
    it = rig(httpx.Response(200, text="<html>login</html>"), OK)
    with pytest.raises(OutcomeUnknown, match="not readable JSON"):
        await it.write(repeatable=True)
    assert it.route.call_count == 1


@respx.mock
async def test_a_refusal_is_raised_at_once_with_the_vendors_reason() -> None:
    it = rig(httpx.Response(422, text="too many postings"), OK)
    with pytest.raises(InvalidRequest) as caught:
        await it.write(repeatable=True)
    assert caught.value.reason == "too many postings"
    assert it.route.call_count == 1


@respx.mock
async def test_a_repeated_upload_sends_the_whole_file_again() -> None:
    it = rig(httpx.Response(503, headers={"Retry-After": "0"}), OK)
    await it.http.write(
        "POST", "/things", operation="POST /things", files={"file": ("a.pdf", b"%PDF-1", "application/pdf")}
    )
    assert [b"%PDF-1" in call.request.content for call in it.route.calls] == [True, True]


@given(
    repeat=st.integers(1, 5),
    dice=st.floats(0, 1),
    retry_after=st.none() | st.floats(0, 1000),
)
def test_a_wait_lasts_from_a_third_of_a_second_to_the_longest_honoured(
    repeat: int, dice: float, retry_after: float | None
) -> None:
    wait = wait_before_repeat(repeat, dice, retry_after)
    asked_too_much = retry_after is not None and retry_after > LONGEST_HONOURED
    assert (wait is None) == (repeat > REPEATS or asked_too_much)
    assert wait is None or max(0.3, retry_after or 0) <= wait <= max(2.0, retry_after or 0)


def test_only_what_surely_did_nothing_may_be_repeated_without_leave() -> None:
    call = rig_free().writing("POST /things")
    assert may_repeat(call, NotExecuted("Vendor", "POST /things", "no"))
    assert not may_repeat(call, OutcomeUnknown("Vendor", "POST /things", "?"))
    assert not may_repeat(call, InvalidRequest("Vendor", "POST /things", "no", 400))


def rig_free() -> VendorHttp:
    return VendorHttp("Vendor", httpx.AsyncClient(base_url=BASE), Turns(), lambda answer: answer.text)

"""Which webhooks are taken for genuine, one test per way to be wrong."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lever.webhooks import (
    CANDIDATE_STAGE_CHANGE,
    Malformed,
    NotGenuine,
    RejectionReason,
    WebhookEvent,
    sign,
    verify,
)

Payload = Callable[[str], Any]
KEY = "00112233445566778899aabbccddeeff0011223344556677"
OTHER_KEY = "ffeeddccbbaa99887766554433221100ffeeddccbbaa9988"
TOKEN = "a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718"
AT = 1767225600000
NOW = datetime(2026, 1, 1, 0, 1, tzinfo=UTC)
RETENTION = timedelta(days=30)


def event(
    at: int = AT, token: str = TOKEN, key: str = KEY, name: str = CANDIDATE_STAGE_CHANGE
) -> WebhookEvent:
    return WebhookEvent(name, at, token, sign(key, token, at), {"opportunityId": "o-1", "toStageId": "s-1"})


def rejection(
    of: WebhookEvent, keys: tuple[str, ...] = (KEY,), now: datetime = NOW
) -> RejectionReason | None:
    try:
        verify(of, CANDIDATE_STAGE_CHANGE, keys, now, RETENTION)
    except NotGenuine as error:
        return error.reason
    return None


def test_the_signature_is_the_vector_of_the_contract() -> None:
    assert sign(KEY, TOKEN, AT) == "560aee89672f0c78b5e70bea1806b6d41ab076fbee6bd6d7dd0d20dfe4794feb"


@pytest.mark.parametrize("name", ["candidate_stage_change", "ping"])
def test_what_lever_sends_is_genuine(payload: Payload, name: str) -> None:
    assert rejection(WebhookEvent.from_json(payload(name))) is None


def test_only_an_event_without_data_is_a_ping(payload: Payload) -> None:
    assert WebhookEvent.from_json(payload("ping")).is_ping
    assert not WebhookEvent.from_json(payload("candidate_stage_change")).is_ping


def test_a_forged_signature_is_refused() -> None:
    assert rejection(event(key=OTHER_KEY)) is RejectionReason.BAD_SIGNATURE


def test_the_previous_token_counts_while_tokens_are_rotated() -> None:
    assert rejection(event(key=OTHER_KEY), keys=(KEY, OTHER_KEY)) is None


@pytest.mark.parametrize("keys", [(), ("",)])
def test_without_a_stored_token_nothing_is_genuine(keys: tuple[str, ...]) -> None:
    assert rejection(event(key=""), keys=keys) is RejectionReason.NO_TOKEN


def test_an_empty_stored_token_opens_nothing_beside_a_real_one() -> None:
    assert rejection(event(key=""), keys=(KEY, "")) is RejectionReason.BAD_SIGNATURE


def test_another_event_than_the_urls_is_refused() -> None:
    assert rejection(event(name="candidateHired")) is RejectionReason.WRONG_EVENT


@pytest.mark.parametrize(
    ("triggered", "reason"),
    [
        (NOW - RETENTION, None),
        (NOW - RETENTION - timedelta(milliseconds=1), RejectionReason.STALE),
        (NOW + timedelta(minutes=5), None),
        (NOW + timedelta(minutes=5, milliseconds=1), RejectionReason.FUTURE),
        (datetime(9999, 12, 31, tzinfo=UTC), RejectionReason.FUTURE),
        (datetime(1970, 1, 1, tzinfo=UTC), RejectionReason.STALE),
    ],
)
def test_only_what_is_within_retention_and_not_ahead_is_genuine(
    triggered: datetime, reason: RejectionReason | None
) -> None:
    assert rejection(event(at=int(triggered.timestamp() * 1000))) is reason


def test_the_largest_time_that_can_be_written_is_refused_without_a_crash() -> None:
    assert rejection(event(at=10**15 - 1)) is RejectionReason.FUTURE


def test_the_signature_is_checked_before_everything_else() -> None:
    forged = event(at=0, key=OTHER_KEY, name="candidateHired")
    assert rejection(forged) is RejectionReason.BAD_SIGNATURE


def test_hex_may_be_upper_case() -> None:
    genuine = event()
    assert rejection(replace(genuine, signature=genuine.signature.upper())) is None


def test_the_body_is_not_signed_so_other_data_passes() -> None:
    assert rejection(replace(event(), data={"opportunityId": "o-2"})) is None


SHORT = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=80)


@given(
    token=SHORT,
    at=st.integers(0, 10**15 - 1),
    signature=SHORT | st.text("0123456789abcdef", min_size=64, max_size=64),
)
def test_any_other_token_time_or_signature_is_refused(token: str, at: int, signature: str) -> None:
    genuine = event()
    for changed in (
        replace(genuine, token=token),
        replace(genuine, triggered_at=at),
        replace(genuine, signature=signature),
        replace(genuine, token=token, triggered_at=at, signature=signature),
    ):
        assert changed == genuine or rejection(changed) is not None


@given(cut=st.integers(1, len(TOKEN + str(AT)) - 1), zeros=st.booleans())
def test_moving_digits_between_token_and_time_makes_no_second_genuine_webhook(cut: int, zeros: bool) -> None:
    token = TOKEN[:-1] + "0" if zeros else TOKEN
    genuine = event(token=token)
    whole = f"{token}{AT}"
    body = {
        "event": genuine.event,
        "token": whole[:cut],
        "triggeredAt": whole[cut:],
        "signature": genuine.signature,
    }
    try:
        shifted = WebhookEvent.from_json(body | {"data": {}})
    except Malformed:
        return
    assert (shifted.token, shifted.triggered_at) == (token, AT) or rejection(shifted) is not None


def body(**changes: object) -> dict[str, object]:
    return {
        "event": CANDIDATE_STAGE_CHANGE,
        "triggeredAt": AT,
        "token": TOKEN,
        "signature": sign(KEY, TOKEN, AT),
        "data": {},
        **changes,
    }


def test_the_time_may_be_a_decimal_string_and_unknown_keys_are_ignored() -> None:
    read = WebhookEvent.from_json(body(triggeredAt=str(AT), brandNew=[1]))
    assert rejection(read) is None
    assert read.id is None


@pytest.mark.parametrize(
    "at",
    [
        None,
        True,
        1767225600000.0,
        -1,
        10**15,
        10**400,
        "",
        "0123",
        "-1",
        "1e3",
        " 1",
        "1\n",
        "\u0661",
        [],
        {},
    ],
)
def test_a_time_of_another_type_is_malformed(at: object) -> None:
    with pytest.raises(Malformed, match="triggeredAt"):
        WebhookEvent.from_json(body(triggeredAt=at))


@pytest.mark.parametrize("name", ["event", "token", "signature"])
@pytest.mark.parametrize("value", [None, "", 7, True, [], {}, "a b", "a\x00", "\ud800", "\u00e9", "x" * 201])
def test_a_text_of_another_type_or_length_is_malformed(name: str, value: object) -> None:
    with pytest.raises(Malformed, match=name):
        WebhookEvent.from_json(body(**{name: value}))


@pytest.mark.parametrize("data", [None, [], "x", 7, False])
def test_data_of_another_type_is_malformed(data: object) -> None:
    with pytest.raises(Malformed, match="data"):
        WebhookEvent.from_json(body(data=data))


@pytest.mark.parametrize("value", [None, [], "x", 7, True])
def test_a_body_that_is_no_object_is_malformed(value: object) -> None:
    with pytest.raises(Malformed):
        WebhookEvent.from_json(value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(["id", "event", "triggeredAt", "token", "signature", "data"])


@given(st.dictionaries(FIELDS | st.text(), JSON) | JSON)
def test_any_json_is_read_or_malformed_and_never_anything_else(value: object) -> None:
    try:
        read = WebhookEvent.from_json(value)
    except Malformed:
        return
    assert rejection(read) is RejectionReason.BAD_SIGNATURE


def test_nothing_of_the_signature_is_shown() -> None:
    shown = repr(event())
    assert TOKEN not in shown
    assert sign(KEY, TOKEN, AT) not in shown

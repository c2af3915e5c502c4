"""Whatever an ID token holds, it is either trusted or refused in words; nothing of it breaks the page."""

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey, KeySet

from pages.admin.oidc_tokens import Expected, NotTrusted, claims_of

NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
KEY: Final = ECKey.generate_key("P-256", {"kid": "one"})
EXPECTED: Final = Expected("https://id.firm.test", "client", "nonce", "access", NOW)
GOOD: Final[dict[str, Any]] = {
    "iss": "https://id.firm.test",
    "aud": "client",
    "sub": "account",
    "nonce": "nonce",
    "iat": int(NOW.timestamp()),
    "exp": int(NOW.timestamp()) + 300,
}

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


def signed(payload: str) -> str:
    return jws.serialize_compact({"alg": "ES256", "kid": "one"}, payload.encode(), KEY)


def read(token: str) -> dict[str, Any]:
    return dict(claims_of(token, KeySet([KEY]), EXPECTED))


def test_a_good_token_is_trusted() -> None:
    assert read(signed(json.dumps(GOOD))) == GOOD


@given(st.dictionaries(st.sampled_from([*GOOD, "nbf", "azp", "at_hash", "amr"]), values))
def test_odd_claims_are_refused_in_words(claims: dict[str, Any]) -> None:
    token = signed(json.dumps({**GOOD, **claims}))
    try:
        read(token)
    except NotTrusted as error:
        said = str(error)
    else:
        said = "the ID token"
    assert said.startswith("the ID token")


@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
@pytest.mark.parametrize(
    "value", ["1e999", "-1e999", "NaN", "Infinity", "9" * 4000, f"-{'9' * 4000}", "9" * 5000]
)
def test_numbers_that_are_none_and_numbers_without_end_are_refused(name: str, value: str) -> None:
    payload = json.dumps({**GOOD, name: "here"}).replace('"here"', value)
    if (name, value) == ("exp", "9" * 4000) or (value.startswith("-9") and name != "exp"):
        assert read(signed(payload))["sub"] == "account"
        return
    with pytest.raises(NotTrusted, match=f"claim {name} |cannot be read"):
        read(signed(payload))


def _part(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "a.b.c.d.e",
        "\u00e4.\u00e4.\u00e4",
        *(f"{_part(header)}.{_part('{}')}.AAAA" for header in ("", "7", "[]", "null", "{}", '{"alg": 7}')),
        *(
            f"{_part(json.dumps({'alg': 'ES256', **more}))}.{_part('{}')}.AAAA"
            for more in ({"kid": 7}, {"kid": ["one"]}, {"crit": ["x"]}, {"b64": False, "crit": ["b64"]})
        ),
        f"{_part('[' * 100_000)}.{_part('{}')}.AAAA",
        signed("[" * 100_000),
        signed("7"),
        signed("[]"),
        signed("\x00"),
    ],
)
def test_what_is_no_token_is_refused_in_words(token: str) -> None:
    with pytest.raises(NotTrusted, match="the ID token"):
        read(token)

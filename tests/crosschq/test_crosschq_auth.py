"""The Authorization header, without a network."""

import httpx
import pytest

from crosschq.auth import KeyAuth


@pytest.mark.parametrize(
    ("prefix", "header"), [("", "k3y"), ("Token ", "Token k3y"), ("Bearer ", "Bearer k3y")]
)
def test_the_key_stands_after_the_configured_prefix(prefix: str, header: str) -> None:
    request = httpx.Request("GET", "https://partner.crosschq.example/partners/config/")
    sent = next(KeyAuth("k3y", prefix).auth_flow(request))
    assert sent.headers["Authorization"] == header


@pytest.mark.parametrize("prefix", ["Token", "token ", "Basic ", " "])
def test_any_other_prefix_is_refused_at_the_start(prefix: str) -> None:
    with pytest.raises(ValueError, match="prefix"):
        KeyAuth("k3y", prefix)


@pytest.mark.parametrize("key", ["", " ", "k3y\n", "k3y\r\nX: y", "Token k3y", "kéy"])
def test_a_key_that_cannot_be_one_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(ValueError, match="copy it once more") as caught:
        KeyAuth(key)
    assert not key.strip() or key not in str(caught.value)

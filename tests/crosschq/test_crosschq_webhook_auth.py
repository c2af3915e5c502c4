"""Who may tell us of a request: one test per way to be wrong."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosschq.webhooks import AuthScheme, WebhookAuth, is_authorised

TOKEN = WebhookAuth(AuthScheme.TOKEN, "t0k3n")
BASIC = WebhookAuth(AuthScheme.BASIC, "crosschq:s3cret")
BASIC_TOKEN = WebhookAuth(AuthScheme.BASIC, "t0k3n")


def basic(credential: str) -> str:
    return "Basic " + base64.b64encode(credential.encode()).decode()


@pytest.mark.parametrize("header", [None, "", "anything"])
def test_without_a_scheme_the_unguessable_address_is_the_lock(header: str | None) -> None:
    assert is_authorised(WebhookAuth(AuthScheme.NONE), header)


@pytest.mark.parametrize("header", ["t0k3n", "Token t0k3n", "Bearer t0k3n", "bearer  t0k3n"])
def test_a_token_is_taken_bare_or_after_its_word(header: str) -> None:
    assert is_authorised(TOKEN, header)


@pytest.mark.parametrize(
    "header",
    [None, "", " ", "Token", "Token ", "Bearer", "T0K3N", "t0k3", "t0k3nn", "Key t0k3n", "Token Token t0k3n"],
)
def test_any_other_token_is_refused(header: str | None) -> None:
    assert not is_authorised(TOKEN, header)


def test_a_token_sent_as_basic_is_refused_where_token_is_configured() -> None:
    assert not is_authorised(TOKEN, basic("t0k3n:"))


@pytest.mark.parametrize("header", ["t0k3n\u00e9", "\u00e9", "t0k3n\ud800", "\uff540k3n"])
def test_letters_outside_ascii_are_refused_and_break_nothing(header: str) -> None:
    assert not is_authorised(TOKEN, header)
    assert not is_authorised(BASIC, "Basic " + header)


def test_a_user_and_password_are_taken_as_basic() -> None:
    assert is_authorised(BASIC, basic("crosschq:s3cret"))
    assert is_authorised(BASIC, basic("crosschq:s3cret").replace("Basic", "basic"))


def test_a_lone_token_is_taken_as_user_or_as_password() -> None:
    assert is_authorised(BASIC_TOKEN, basic("t0k3n:"))
    assert is_authorised(BASIC_TOKEN, basic(":t0k3n"))


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Basic",
        "Basic ",
        "Basic crosschq:s3cret",
        "Basic !!!",
        basic("crosschq:wrong"),
        basic("other:s3cret"),
        basic("crosschq:"),
        basic(":s3cret"),
        basic(""),
        basic("crosschq:s3cret").replace("Basic", "Bearer"),
        basic("crosschq:s3cret").removeprefix("Basic "),
    ],
)
def test_any_other_basic_credential_is_refused(header: str | None) -> None:
    assert not is_authorised(BASIC, header)


@pytest.mark.parametrize("credential", ["t0k3n", "t0k3n:t0k3n", "x:t0k3n", "t0k3n:x", ":"])
def test_a_lone_token_must_stand_alone(credential: str) -> None:
    assert not is_authorised(BASIC_TOKEN, basic(credential))


@pytest.mark.parametrize("scheme", [AuthScheme.BASIC, AuthScheme.TOKEN])
@pytest.mark.parametrize("secret", [None, "", " ", "two words", "t\u00e9st", "line\n"])
def test_a_scheme_without_a_usable_secret_cannot_be_configured(
    scheme: AuthScheme, secret: str | None
) -> None:
    with pytest.raises(ValueError, match="visible ASCII"):
        WebhookAuth(scheme, secret)


def test_the_secret_is_not_shown() -> None:
    assert "t0k3n" not in repr(TOKEN)


@given(header=st.text())
def test_no_text_without_the_whole_secret_is_ever_let_in(header: str) -> None:
    if "t0k3n" not in header:
        assert not is_authorised(TOKEN, header)
    assert not is_authorised(BASIC, header)

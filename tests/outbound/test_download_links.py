"""Which links are followed at all: one test per way to be wrong."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbound.download import UntrustedLink, check_link

TRUSTED = frozenset({"https://app.crosschq.example", "https://*.crosschq.com", "http://127.0.0.1:8300"})


@pytest.mark.parametrize(
    "link",
    [
        "https://app.crosschq.example/report/1.pdf",
        "https://APP.Crosschq.Example/report/1.pdf",
        "https://app.crosschq.example:443/report?sig=a%2Fb#page=2",
        "https://app.crosschq.com/r",
        "https://files.eu.crosschq.com/r",
        "http://127.0.0.1:8300/r.pdf",
    ],
)
def test_a_link_to_a_trusted_origin_passes(link: str) -> None:
    check_link(link, TRUSTED)


def refused(link: str) -> str:
    with pytest.raises(UntrustedLink) as caught:
        check_link(link, TRUSTED)
    return caught.value.reason


def test_a_foreign_host_is_refused_by_name() -> None:
    assert refused("https://reports.evil.example/1.pdf").startswith("the link leads to reports.evil.example")


@pytest.mark.parametrize(
    "link",
    [
        "https://app.crosschq.com@evil.example/",
        "https://app.crosschq.com:443@evil.example/",
        "https://@app.crosschq.com/",
        "https://user:pass@app.crosschq.com/",
    ],
)
def test_a_user_name_in_the_link_is_refused_even_for_a_trusted_host(link: str) -> None:
    assert "without a user name" in refused(link)


def test_plain_http_is_refused_for_a_trusted_https_host() -> None:
    assert "not https" in refused("http://app.crosschq.com/r.pdf")


@pytest.mark.parametrize(
    "link", ["file:///etc/passwd", "javascript:alert(1)", "//app.crosschq.com/r", "/r", ""]
)
def test_anything_but_an_http_url_is_refused(link: str) -> None:
    refused(link)


@pytest.mark.parametrize("scheme", ["ftp", "ws", "httpss", "HTTP"])
def test_other_schemes_are_refused_for_a_trusted_host(scheme: str) -> None:
    assert "not https" in refused(f"{scheme}://app.crosschq.com/r")


@pytest.mark.parametrize("host", ["evilcrosschq.com", "app.crosschq.com.evil.example", "crosschq.com"])
def test_a_wildcard_covers_only_hosts_below_its_domain(host: str) -> None:
    assert "not among the trusted hosts" in refused(f"https://{host}/r")


@pytest.mark.parametrize(
    "link", ["https://app.crosschq.com:8443/r", "http://127.0.0.1:8301/", "http://127.0.0.1/"]
)
def test_another_port_is_another_origin(link: str) -> None:
    assert "not among the trusted hosts" in refused(link)


def test_loopback_over_http_is_refused_where_it_is_not_trusted() -> None:
    with pytest.raises(UntrustedLink):
        check_link("http://127.0.0.1:8300/r.pdf", frozenset({"https://*.crosschq.com"}))


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example\\@app.crosschq.com/r",
        "https://app.crosschq.com\\.evil.example/r",
        "https://app.crosschq.com/r\r\nHost: evil.example",
        "https://app.crosschq.com/r\n",
        " https://app.crosschq.com/r",
        "https://app.\tcrosschq.com/r",
        "https://app.crosschq.com/\x00",
        "https://app.crosschq\u3002com/r",
        "https://\u0430pp.crosschq.example/r",
        "https://app.crosschq.com/r\u00e9",
    ],
)
def test_odd_characters_and_lookalike_letters_are_refused(link: str) -> None:
    refused(link)


@pytest.mark.parametrize(
    "link",
    [
        "https://app%2ecrosschq.com/r",
        "https://app.crosschq.com./r",
        "https://.crosschq.com/r",
        "https://[::1]:8300/r",
        "https://2130706433/r",
        "https://app.crosschq.com:port/r",
        "https://app.crosschq.com:99999999/r",
        "https:///app.crosschq.com/r",
        "https://xn--pp-8kc.crosschq.example/r",
    ],
)
def test_hosts_that_are_not_plain_names_are_refused(link: str) -> None:
    refused(link)


def test_an_endless_link_is_refused() -> None:
    assert "too long" in refused("https://app.crosschq.com/" + "a" * 5000)


def test_nothing_is_trusted_when_no_origin_is() -> None:
    with pytest.raises(UntrustedLink):
        check_link("https://app.crosschq.com/r", frozenset())


@pytest.mark.parametrize(
    "origin", ["https://*.com", "http://*.crosschq.com", "http://app.crosschq.com", "crosschq.com", "*"]
)
def test_an_origin_that_trusts_too_much_is_the_admins_mistake(origin: str) -> None:
    with pytest.raises(ValueError, match="trusted origin"):
        check_link("https://app.crosschq.com/r", frozenset({origin}))


HOSTS = st.from_regex(r"[a-z0-9]([a-z0-9.-]{0,30}[a-z0-9])?", fullmatch=True)


@given(host=HOSTS)
def test_no_other_host_than_the_trusted_one_ever_passes(host: str) -> None:
    if host == "app.crosschq.example" or host.endswith(".crosschq.com"):
        check_link(f"https://{host}/r", TRUSTED)
    else:
        refused(f"https://{host}/r")


@given(insert=st.text(st.characters(exclude_characters=string.printable), min_size=1), at=st.integers(0, 30))
def test_no_character_outside_ascii_passes_anywhere(insert: str, at: int) -> None:
    link = "https://app.crosschq.com/report"
    refused(link[:at] + insert + link[at:])

"""What libraries read from the environment: with whatever is there clients can be made, or one sentence says why."""

from contextlib import suppress
from pathlib import Path

import certifi
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaning.environment import LOOPBACK, Changes, UnfitVariable, clean_environment

PROXY = "http://proxy.test:3128"
HTTP_PROXIES = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
CERTIFICATES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
PASSWORD = "s3cretWord"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*HTTP_PROXIES, "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


def cleaned(**environment: str) -> Changes:
    return clean_environment(environment, [])


def by_proxy(environment: Changes, url: str) -> bool:
    """Whether httpx would ask a proxy, with this environment."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.delenv(name, raising=False)
            if value is not None:
                patch.setenv(name, value)
        with httpx.Client(verify=False) as client:  # noqa: S501 - calls nobody
            return client._transport_for_url(httpx.URL(url)) is not client._transport


HERE = ["http://localhost:4200", "http://127.0.0.1:8610", "http://[::1]:8610"]
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
ENTRY = st.one_of(
    TEXT,
    TEXT.map(lambda text: f"[{text}]"),
    st.ip_addresses().map(str),
    st.ip_addresses(v=6).map(lambda one: f"[{one}]:8600"),
    st.tuples(st.ip_addresses(), st.integers(0, 140)).map(lambda one: f"{one[0]}/{one[1]}"),
    st.tuples(TEXT, st.integers()).map(lambda one: f"{one[0]}:{one[1]}"),
    st.sampled_from(
        ["*", "*.internal", "<local>", ".svc", "::1", "[::1]", "::", "0.0.0.0/0", "http://a.test:80/"]
    ),
)


@given(st.lists(ENTRY).map(",".join), st.lists(ENTRY).map(" ".join))
@settings(deadline=None)
def test_whatever_is_excepted_a_client_can_be_made_and_we_are_reached(upper: str, lower: str) -> None:
    environment = cleaned(HTTP_PROXY=PROXY, ALL_PROXY=PROXY, NO_PROXY=upper, no_proxy=lower)
    assert not any(by_proxy(environment, url) for url in HERE)


@pytest.mark.parametrize(
    ("given_", "passed_by", "asked"),
    [
        ("intranet.test, .internal", ["http://intranet.test", "http://a.internal"], ["http://vendor.test"]),
        ("*.internal", ["http://a.internal"], ["http://vendor.test"]),
        ("'a.test'  b.test;c.test", ["http://a.test", "http://b.test", "http://c.test"], ["http://d.test"]),
        ("http://a.test/", ["http://a.test"], []),
        ("a.test:8600", ["http://a.test:8600"], ["http://a.test:1"]),
        ("10.0.0.7", ["http://10.0.0.7:1"], ["http://10.0.0.8"]),
        ("[fd00::7]:8600", ["http://[fd00::7]:8600"], ["http://[fd00::8]"]),
        ("*", ["http://vendor.test"], []),
        ("a.test,*", ["http://vendor.test"], []),
        ("", [], ["http://vendor.test"]),
    ],
)
@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
def test_what_an_administrator_excepted_stays_excepted(
    given_: str, passed_by: list[str], asked: list[str], name: str
) -> None:
    environment = cleaned(**{"HTTP_PROXY": PROXY, name: given_})
    assert environment["NO_PROXY"] == environment["no_proxy"]
    assert [by_proxy(environment, url) for url in passed_by + asked] == [False] * len(passed_by) + [
        True
    ] * len(asked)
    again = {name: value for name, value in environment.items() if value is not None}
    assert clean_environment(again, []) == environment


@pytest.mark.parametrize("network", ["10.0.0.0/8", "fd00::/8", "[fd00::]/8"])
def test_a_network_excepts_the_hosts_of_our_settings_that_are_in_it(network: str) -> None:
    hosts = ["10.1.2.3", "fd00::7", "prefect.test", "192.0.2.1"]
    value = clean_environment({"NO_PROXY": network}, ["ours.test"], hosts)["NO_PROXY"]
    inside = {"10.1.2.3"} if network[0] == "1" else {"fd00::7"} if network[0] == "f" else set()
    assert value is not None
    assert set(value.split(",")) - {network} == {*LOOPBACK, "ours.test", *inside}


@pytest.mark.parametrize(
    ("value", "becomes"),
    [
        (PROXY, PROXY),
        ("proxy.test:3128", PROXY),
        (" 'http://proxy.test:3128/' ", f"{PROXY}/"),
        ("HTTPS://u:p%40w@[fd00::7]:3128", "HTTPS://u:p%40w@[fd00::7]:3128"),
        ("", ""),
        ("  ", ""),
    ],
)
@pytest.mark.parametrize("name", HTTP_PROXIES)
def test_a_proxys_address_is_taken_however_it_is_written(name: str, value: str, becomes: str) -> None:
    environment = cleaned(**{name: value})
    assert environment[name] == becomes
    scheme = "https" if "https" in name.lower() else "http"
    assert by_proxy(environment, f"{scheme}://vendor.test") == bool(becomes)


def test_a_blank_variable_still_switches_the_other_spelling_off() -> None:
    assert not by_proxy(cleaned(HTTP_PROXY=PROXY, http_proxy=" "), "http://vendor.test")


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("socks5://127.0.0.1:1080", "SOCKS proxy"),
        ("socks5h://127.0.0.1:1080", "SOCKS proxy"),
        ("socks://127.0.0.1:1080/", "SOCKS proxy"),
        ("SOCKS4://127.0.0.1:1080", "SOCKS proxy"),
        (f"http://u:{PASSWORD}@x@proxy.test:3128", "@ as %40"),
        (f"http://u:{PASSWORD}/x@proxy.test:3128", "/ as %2F"),
        (f"http://u:{PASSWORD}#x@proxy.test:3128", "# as %23"),
        (f"http://u:{PASSWORD} x@proxy.test:3128", "not a proxy's address"),
        (f"u:{PASSWORD}@proxy.test:port", "not a proxy's address"),
        ("http://proxy.test:70000", "not a proxy's address"),
        ("http://proxy.test:0", "not a proxy's address"),
        ("http://::1:3128", "not a proxy's address"),
        ("http://", "not a proxy's address"),
        ("ftp://proxy.test", "not a proxy's address"),
        ("http://proxy.test:3128/path", "not a proxy's address"),
        ("http://bücher.test", "not a proxy's address"),
        ("http://999.1.1.1:80", "not a proxy's address"),
        ("1.2.3:80", "not a proxy's address"),
        ("http://[:::]:80", "not a proxy's address"),
        ("http://a..b:80", "not a proxy's address"),
        ("http://.:80", "not a proxy's address"),
        (f"http://{'a' * 64}.test", "not a proxy's address"),
    ],
)
@pytest.mark.parametrize("name", HTTP_PROXIES)
def test_an_address_of_no_proxy_is_refused_under_its_variables_name_and_not_shown(
    name: str, value: str, says: str
) -> None:
    with pytest.raises(UnfitVariable, match=f"^{name} .*{says}") as refused:
        cleaned(**{name: value})
    assert PASSWORD not in str(refused.value)


@given(st.sampled_from(HTTP_PROXIES), st.one_of(TEXT, TEXT.map(lambda text: f"http://{text}")))
@settings(deadline=None)
def test_whatever_a_proxy_is_said_to_be_a_client_can_be_made_or_it_is_refused(name: str, value: str) -> None:
    with suppress(UnfitVariable):
        assert not any(by_proxy(cleaned(**{name: value}), url) for url in HERE)


@pytest.mark.parametrize("name", CERTIFICATES)
def test_a_file_of_authorities_is_named_absolutely(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ca.pem").write_bytes(Path(certifi.where()).read_bytes())
    monkeypatch.chdir(tmp_path)
    assert cleaned(**{name: " ca.pem "})[name] == str(tmp_path / "ca.pem")
    assert cleaned(**{name: " "})[name] is None


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "a file that is not there"),
        (b"", "no certificates in PEM"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "no certificates in PEM"),
        (b"\x30\x82\x01\x00", "no certificates in PEM"),
        (b"<html>", "no certificates in PEM"),
    ],
)
@pytest.mark.parametrize("name", CERTIFICATES)
def test_a_file_that_holds_no_authorities_is_refused_under_its_variables_name(
    name: str, content: bytes | None, says: str, tmp_path: Path
) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UnfitVariable, match=f"^{name} names .*{says}"):
        cleaned(**{name: str(file)})
    with pytest.raises(UnfitVariable, match=f"^{name} names a folder"):
        cleaned(**{name: str(tmp_path)})


def test_a_folder_of_authorities_is_there_and_has_them_by_their_hashes(tmp_path: Path) -> None:
    with pytest.raises(UnfitVariable, match="SSL_CERT_DIR names a folder without certificates"):
        cleaned(SSL_CERT_DIR=str(tmp_path))
    assert cleaned(SSL_CERT_DIR=str(tmp_path), SSL_CERT_FILE=certifi.where())["SSL_CERT_DIR"] == str(tmp_path)
    (tmp_path / "0123abcd.0").write_text("")
    assert cleaned(SSL_CERT_DIR=str(tmp_path))["SSL_CERT_DIR"] == str(tmp_path)
    assert cleaned(SSL_CERT_DIR="")["SSL_CERT_DIR"] is None
    with pytest.raises(UnfitVariable, match="SSL_CERT_DIR names a folder that is not there"):
        cleaned(SSL_CERT_DIR=str(tmp_path / "nowhere"))


def test_where_keys_of_tls_are_logged_can_be_written(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere" / "keys.log"):
        with pytest.raises(UnfitVariable, match="SSLKEYLOGFILE names a file that cannot be written"):
            cleaned(SSLKEYLOGFILE=str(path))
    assert "SSLKEYLOGFILE" not in cleaned(SSLKEYLOGFILE=str(tmp_path / "keys.log"))


def test_what_steers_another_database_is_taken_away_and_nothing_else() -> None:
    changes = cleaned(
        PGPORT="6543", PGHOST="db.test", PGTARGETSESSIONATTRS="standby", PGPASSFILE="/x", PATH="/bin"
    )
    assert {name for name, value in changes.items() if value is None} == {
        *("PGPORT", "PGHOST", "PGTARGETSESSIONATTRS")
    }
    assert not {"PGPASSFILE", "PATH"} & set(changes)


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("PGSSLMODE", "sslmode"),
        ("PGSSLROOTCERT", "sslrootcert"),
        ("PGSSLCERT", "sslcert"),
        ("PGSSLKEY", "sslkey"),
        ("PGSSLCRL", "sslcrl"),
        ("PGSSLMINPROTOCOLVERSION", "ssl_min_protocol_version"),
        ("PGSSLMAXPROTOCOLVERSION", "sslmode"),
        ("PGSSLNEGOTIATION", "sslmode"),
    ],
)
def test_a_variable_about_a_databases_tls_is_refused_with_what_stands_in_the_address_instead(
    name: str, instead: str
) -> None:
    with pytest.raises(UnfitVariable, match=rf"^{name} .*\?{instead}=\.\.\. .*CROSSCHQ_LEVER_DATABASE_URL"):
        cleaned(**{name: "/nowhere"})
    assert cleaned(**{name: " "})[name] is None


@pytest.mark.parametrize("value", ["4", "1", "", "x"])
def test_how_many_processes_other_servers_have_is_not_told_to_ours(value: str) -> None:
    assert cleaned(WEB_CONCURRENCY=value)["WEB_CONCURRENCY"] is None

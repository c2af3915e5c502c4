"""A database's address as people and providers write it: it leads where they meant, or one sentence says why not."""

from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, unquote

import certifi
import pytest
from asyncpg.connect_utils import _parse_connect_arguments
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.engine import make_url

from cleaning.database_url import NotADatabaseUrl, clean_database_url, server_of
from deployments.environment import settings_environment
from settings import Settings, SettingsError, load_settings

PASSWORD = "s3cretWord"


def reached(url: str) -> tuple[list[object], object]:
    """Where asyncpg would go, and with what, after SQLAlchemy has read the address."""
    _, options = dialect().create_connect_args(make_url(clean_database_url(url)))  # type: ignore[no-untyped-call]
    options.pop("prepared_statement_cache_size", None)
    every = (
        "dsn",
        "host",
        "port",
        "user",
        "password",
        "passfile",
        "database",
        "ssl",
        "service",
        "servicefile",
    )
    arguments = dict.fromkeys((*every, "direct_tls", "server_settings", "target_session_attrs"))
    arguments |= {"krbsrvname": None, "gsslib": None, "command_timeout": None}
    arguments |= {
        "statement_cache_size": 0,
        "max_cached_statement_lifetime": 0,
        "max_cacheable_statement_size": 0,
    }
    addresses, parameters, *_ = _parse_connect_arguments(**arguments | options)
    return list(addresses), parameters


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+asyncpg://me:pw@db.test/app",
        "postgresql://me:pw@db.test/app",
        "postgres://me:pw@db.test:5432/app",
        " 'postgresql://me:pw@db.test/app' ",
        '"POSTGRES://me:pw@db.test/app"',
        "\u200bpostgresql://me:pw@db.test/app\u00a0",
    ],
)
def test_each_way_to_write_the_same_address_is_taken(url: str) -> None:
    [address], parameters = reached(url)
    assert address == ("db.test", 5432)
    assert (parameters.user, parameters.password, parameters.database) == ("me", "pw", "app")


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30))
def test_any_password_that_is_encoded_comes_out_as_it_was(password: str) -> None:
    for more in ("", "?application_name=x"):
        _, parameters = reached(f"postgresql://me:{quote(password, safe='')}@db.test/app{more}")
        assert parameters.password == password


@pytest.mark.parametrize("mode", ["require", "verify-ca", "verify-full", "prefer", "disable"])
@pytest.mark.parametrize("name", ["sslmode", "ssl"])
def test_how_tls_is_wanted_comes_through(
    mode: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".postgresql").mkdir()
    (tmp_path / ".postgresql" / "root.crt").write_bytes(Path(certifi.where()).read_bytes())
    _, parameters = reached(f"postgresql://me:pw@db.test/app?{name}={mode}")
    assert parameters.sslmode.name == mode.replace("-", "_")
    assert bool(parameters.ssl) == (mode != "disable")


def test_a_file_of_authorities_is_read(tmp_path: Path) -> None:
    url = f"postgresql://me:pw@db.test/app?sslmode=verify-full&sslrootcert={certifi.where()}"
    _, parameters = reached(url)
    assert parameters.ssl.get_ca_certs()
    with pytest.raises(NotADatabaseUrl, match="sslrootcert names a file that is not there"):
        clean_database_url(f"postgresql://me:pw@db.test/app?sslrootcert={tmp_path / 'no.pem'}")


def test_several_hosts_of_which_one_is_written_to() -> None:
    for url in (
        "postgresql://me:pw@a.test:5433,b.test/app?target_session_attrs=read-write",
        "postgresql+asyncpg://me:pw@/app?host=a.test:5433&host=b.test:5432&target_session_attrs=read-write",
    ):
        addresses, parameters = reached(url)
        assert addresses == [("a.test", 5433), ("b.test", 5432)]
        assert parameters.target_session_attrs.value == "read-write"


MANY_WAYS = [
    "postgresql://me:pw@db.test/app?sslmode=require&application_name=a%20b&options=-c%20x.y%3D1%26",
    "postgresql://me:p%40w%2525@a.test:5433,[::1],b.test/app",
    "postgresql://me:pw@a.test,b.test/app?port=6432&target_session_attrs=any",
    "postgresql+asyncpg://me:pw@/app?host=a.test:5433&host=b.test:5432",
    "postgresql://me:pw@/app?host=fd00::7&port=5433",
    "postgresql://me:pw@%2Frun%2Fpostgresql/app?application_name=x",
    "postgresql://me:pw@[::1]:5433/app?prepared_statement_cache_size=0&search_path=x",
    f"postgresql://me:pw@db.test/app?sslmode=verify-full&sslrootcert={certifi.where()}",
]


@pytest.mark.parametrize("url", MANY_WAYS)
def test_what_was_cleaned_is_cleaned_to_the_same_and_shows_no_password(url: str) -> None:
    cleaned = clean_database_url(url)
    assert clean_database_url(cleaned) == cleaned
    assert reached(cleaned)[0] == reached(url)[0]
    password = unquote(url.partition("//me:")[2].partition("@")[0])
    assert make_url(cleaned).password == password
    assert password not in repr(make_url(cleaned))


@pytest.mark.parametrize("url", MANY_WAYS)
def test_a_process_that_another_one_starts_is_led_to_the_same_database(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = Settings(
        _env_file=None, secret_keys="k", prefect_auth_string="a:b", database_url=url, prefect_database_url=url
    )
    for name, value in settings_environment(given).items():
        monkeypatch.setenv(name, value)
    assert (load_settings().store_url, load_settings().prefect_store_url) == (
        given.store_url,
        given.store_url,
    )


@pytest.mark.parametrize(
    ("place", "reaches"),
    [
        ("b\u00fccher.test/app", ("xn--bcher-kva.test", 5432)),
        ("b%C3%BCcher.test:5433/app", ("xn--bcher-kva.test", 5433)),
        ("%2Frun%2Fpostgresql:5433/app", "/run/postgresql/.s.PGSQL.5433"),
        ("%2Frun%2Fpostgresql/app?port=5433", "/run/postgresql/.s.PGSQL.5433"),
        ("%2Frun%2Fa%3Ab/app", "/run/a:b/.s.PGSQL.5432"),
        ("/app?host=/run/a:b", "/run/a:b/.s.PGSQL.5432"),
        ("[::ffff:10.0.0.1]/app", ("::ffff:10.0.0.1", 5432)),
        ("db.test:5433/app?port=5433", ("db.test", 5433)),
        ("DB.test/app?SSLMODE=Require", ("DB.test", 5432)),
        ("db.test/app?sslmode=PREFER&target_session_attrs=read_write", ("db.test", 5432)),
        ("db.test/app?ssl_min_protocol_version=TLSv1.3", ("db.test", 5432)),
    ],
)
def test_a_place_is_reached_however_it_is_written(place: str, reaches: object) -> None:
    cleaned = clean_database_url(f"postgresql://me:pw@{place}")
    assert reached(cleaned)[0] == [reaches]
    assert clean_database_url(cleaned) == cleaned


def test_of_several_hosts_the_one_that_can_be_written_is_taken() -> None:
    _, parameters = reached("postgresql://me:pw@a.test,b.test/app")
    assert parameters.target_session_attrs.value == "read-write"


def test_a_file_is_found_from_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ca.pem").write_bytes(Path(certifi.where()).read_bytes())
    monkeypatch.chdir(tmp_path)
    cleaned = clean_database_url("postgresql://me:pw@db.test/app?sslmode=verify-ca&sslrootcert=ca.pem")
    monkeypatch.chdir("/")
    assert clean_database_url(cleaned) == cleaned


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("sslmode=verify-full", "name the authority, too: sslrootcert=FILE"),
        ("sslmode=verify-ca", "name the authority, too: sslrootcert=FILE"),
        ("sslrootcert={ca}", "write sslmode=verify-full, too"),
        ("sslmode=prefer&sslrootcert={ca}", "write sslmode=verify-full, too"),
        ("sslmode=verify-full&sslrootcert={garbage}", "sslrootcert names a file that is not PEM"),
        ("sslmode=verify-full&sslrootcert={ca}&sslcrl={garbage}", "sslcrl names a file that is not PEM"),
        ("sslmode=require&sslcert={garbage}", "a certificate and its key in PEM"),
        ("sslmode=require&sslcert={ca}&sslkey={garbage}", "a certificate and its key in PEM"),
        ("sslmode=require&sslkey={garbage}", "with sslkey name sslcert, too"),
        ("target_session_attrs=standby", "we have to write"),
        ("dsn=postgresql%3A//you%40elsewhere.test/other", "take dsn out"),
        ("host=a.test,b.test&port=1,2,3", "one port, or as many as hosts"),
        ("port=x", "port as a number"),
        (
            "ssl_min_protocol_version=TLSv1.9",
            "ssl_min_protocol_version as one of TLSv1, TLSv1.1, TLSv1.2, TLSv1.3",
        ),
        ("target_session_attrs=prefer-standby", "we have to write"),
        ("user=you", "take user out"),
    ],
)
def test_tls_that_would_not_do_what_is_meant_is_refused(
    query: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "garbage").write_text("garbage")
    place = "" if query.startswith("host=") else "db.test"
    filled = query.format(ca=certifi.where(), garbage=tmp_path / "garbage")
    with pytest.raises(NotADatabaseUrl, match=says):
        clean_database_url(f"postgresql://me:pw@{place}/app?{filled}")


def test_what_a_session_is_called_comes_through_and_a_socket_is_found() -> None:
    _, parameters = reached("postgresql://me:pw@db.test/app?application_name=crosschq&options=-c%20x.y%3D1")
    assert parameters.server_settings == {"application_name": "crosschq", "options": "-c x.y=1"}
    addresses, _ = reached("postgresql+asyncpg://postgres@/app?host=/run/postgresql")
    assert addresses == ["/run/postgresql/.s.PGSQL.5432"]
    addresses, _ = reached("postgresql://me:pw@[::1]:5433/app?prepared_statement_cache_size=0")
    assert addresses == [("::1", 5433)]


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (f"me:{PASSWORD}@db.test/app", "write it as postgresql://"),
        (f"mysql://me:{PASSWORD}@db.test/app", "write it as postgresql://"),
        (f"postgresql+psycopg2://me:{PASSWORD}@db.test/app", "without another driver's name"),
        (f"postgresql://me:{PASSWORD}@x@db.test/app", "write '@' as %40"),
        (f"postgresql://me:{PASSWORD}/x@db.test/app", "write '/' as %2F"),
        (f"postgresql://me:{PASSWORD}#x@db.test/app", "write '#' as %23"),
        (f"postgresql://me:{PASSWORD}?x@db.test/app", r"write '\?' as %3F"),
        (f"postgresql://me:{PASSWORD} x@db.test/app", "write ' ' as %20"),
        (f"postgresql://me:{PASSWORD}%x@db.test/app", "write '%' as %25"),
        (f"postgresql://me:{PASSWORD}%ff@db.test/app", "no letter in UTF-8"),
        (f"postgresql://me:{PASSWORD}@db.test:five/app", "port as a number"),
        (f"postgresql://me:{PASSWORD}@db.test:0/app", "port as a number"),
        (f"postgresql://me:{PASSWORD}@db.test:65536/app", "port as a number"),
        (f"postgresql://me:{PASSWORD}@db.test:/app", "port as a number"),
        (f"postgresql://me:{PASSWORD}@a.test,b.test:x/app", "port as a number"),
        (f"postgresql://me:{PASSWORD}@::1/app", "IPv6 host in brackets"),
        (f"postgresql://me:{PASSWORD}@a..b/app", "write the host as a name"),
        (f"postgresql://me:{PASSWORD}@{'a' * 64}.test/app", "write the host as a name"),
        (f"postgresql://me:{PASSWORD}@<host>/app", "write the host as a name"),
        (f"postgresql://me:{PASSWORD}@${{HOST}}/app", "write the host as a name"),
        (f"postgresql://me:{PASSWORD}@/app?host=a..b", "write the host as a name"),
        (f"postgresql://me:{PASSWORD}@db.test/app?host=other.test", "name the host .* not in both places"),
        (f"postgresql://me:{PASSWORD}@db.test:1/app?port=2", "name the port .* not in both places"),
        (f"postgresql://me:{PASSWORD}@[:::::]/app", "write the host as a name"),
        (f"postgresql://me:{PASSWORD}@db.test/a%00b", "in the database's name is a % code"),
        (f"postgresql://me:{PASSWORD}@db.test/a%ff", "in the database's name is a % code"),
        (
            f"postgresql://me:{PASSWORD}@db.test/app?hostaddr=10.0.0.1",
            "take hostaddr out: it is not known here",
        ),
        (f"postgresql://me:{PASSWORD}@db.test", "name the database"),
        (f"postgresql://me:{PASSWORD}@db.test/", "name the database"),
        (f"postgresql://me:{PASSWORD}@/app", "name the host"),
        (f"postgresql://me:{PASSWORD}@db.test/app?sslmode=on", "write sslmode as one of"),
        (f"postgresql://me:{PASSWORD}@db.test/app?sslmode", "name=value"),
        (f"postgresql://me:{PASSWORD}@db.test/app?sslmode=require&ssl=true", "each name once"),
        (f"postgresql://me:{PASSWORD}@db.test/app?connect_timeout=5", "take connect_timeout out"),
        (f"postgresql://me:{PASSWORD}@db.test/app?channel_binding=require", "take channel_binding out"),
        (f"postgresql://me:pw@db.test/app?{PASSWORD}=1", "take what stands after"),
        (f"postgresql://me:{PASSWORD}@db.test/app?prepared_statement_cache_size=no", "as a number"),
        ("postgresql://", "write it as"),
    ],
)
@pytest.mark.parametrize("name", ["DATABASE_URL", "PREFECT_DATABASE_URL"])
def test_what_cannot_be_meant_is_refused_under_the_settings_name_without_the_password(
    url: str, says: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for setting, value in {
        "ENV_FILE": "",
        "SECRET_KEYS": "x",
        "PREFECT_AUTH_STRING": "a:b",
        name: url,
    }.items():
        monkeypatch.setenv(f"CROSSCHQ_LEVER_{setting}", value)
    with pytest.raises(SettingsError, match=says) as refused:
        load_settings()
    assert f"CROSSCHQ_LEVER_{name}: " in str(refused.value)
    assert PASSWORD not in str(refused.value)


@given(st.text(max_size=60))
def test_whatever_is_written_is_taken_or_refused_in_words(text: str) -> None:
    for url in (
        text,
        f"postgresql://{text}",
        f"postgresql://me:{text}@db.test/app",
        f"postgresql://h/d?{text}",
    ):
        with suppress(NotADatabaseUrl):
            cleaned = clean_database_url(url)
            hosts = dialect().create_connect_args(make_url(cleaned))[1]["host"]  # type: ignore[no-untyped-call]
            for host in [hosts] if isinstance(hosts, str) else hosts:
                assert host.startswith("/") or host.encode("idna")
            assert clean_database_url(cleaned) == cleaned


def test_two_addresses_of_one_server_are_known_as_such() -> None:
    def server(url: str) -> str:
        return server_of(clean_database_url(url))

    assert server("postgresql://a:1@h/x?sslmode=require") == server("postgresql://b:2@h/y")
    assert server("postgresql://a:1@h,i/x") == server("postgresql://b@h,i/y?application_name=z")
    assert server("postgresql://a:1@h/x") != server("postgresql://a:1@i/x")
    assert server("postgresql://a@/x?host=/run") != server("postgresql://a@/x?host=/tmp")

"""Turn the address of a PostgreSQL database, as people and providers write it, into SQLAlchemy's for asyncpg.

Reads the files of certificates that it names, and connects to nobody. Parameters of libpq that SQLAlchemy does not know
are left to asyncpg. Messages say what to write, and quote neither the password nor anything beside a parameter's name.
"""

import re
import ssl
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlencode

from sqlalchemy.engine import make_url

from cleaning.text import trimmed

DRIVER: Final = "postgresql+asyncpg://"
EXAMPLE: Final = "postgresql://user:password@host/database"
TLS_VERSIONS: Final = ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
SSL_MODES: Final = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")

_OURS: Final = ("postgres", "postgresql", "postgresql+asyncpg")
_BY_SQLALCHEMY: Final = ("target_session_attrs", "prepared_statement_cache_size")
_FILES: Final = ("sslrootcert", "sslcert", "sslkey", "sslcrl", "passfile")
_BY_ASYNCPG: Final[tuple[str, ...]] = (
    *_FILES,
    *("sslpassword", "ssl_min_protocol_version", "application_name", "options", "search_path"),
)
_TAKEN: Final = frozenset({"host", "port", "sslmode", *_BY_SQLALCHEMY, *_BY_ASYNCPG})
_WRAPPED: Final = "postgresql:///"
_TO_ENCODE: Final = {"@": "%40", "/": "%2F", "#": "%23", "?": "%3F", "[": "%5B", "]": "%5D", " ": "%20"}
_LONE_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PLACE: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\[\]:\s]+)(?::(.*))?")
_IPV6: Final = re.compile(r"[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*")

Place = tuple[str, str | None]
"""A host without brackets, or a folder of sockets, and a port."""


class NotADatabaseUrl(ValueError):  # noqa: N818 - says what it is
    """The message says what to write."""


def clean_database_url(text: str) -> str:
    """An address for SQLAlchemy's engine on asyncpg, which cleaned again is the same; raises NotADatabaseUrl."""
    scheme, _, rest = trimmed(text).strip("'\"`").partition("://")
    if scheme.lower() not in _OURS or not rest:
        driver = " without another driver's name" if scheme.lower().startswith("postgresql+") else ""
        raise NotADatabaseUrl(f"write it as {EXAMPLE}{driver}")
    sign_in, at, place = rest.rpartition("@")
    _check_sign_in(sign_in)
    hosts, _, tail = place.partition("/")
    database, _, query = tail.partition("?")
    _check_codes(database, "the database's name")
    if "#" in f"{hosts}{database}" or "?" in hosts:
        raise NotADatabaseUrl(f"write it as {EXAMPLE}, and in the password '#' as %23 and '?' as %3F")
    if not database:
        raise NotADatabaseUrl(f"name the database, as in {EXAMPLE}")
    parameters = _parameters(query)
    given = dict(parameters)
    by_name = [value for name, value in parameters if name == "host"]
    if hosts and by_name:
        raise NotADatabaseUrl("name the host before the database or after the ?, not in both places")
    places = _places(hosts, by_name, given.get("port", ""))
    _check_tls(given)
    return _address(f"{sign_in}{at}", places, database, given)


def server_of(url: str) -> str:
    """Which server a cleaned address leads to, for comparing two."""
    parsed = make_url(url)
    return f"{parsed.host or parsed.query.get('host')}:{parsed.port or parsed.query.get('port') or 5432}"


def _check_sign_in(sign_in: str) -> None:
    """What stands before the last @: only there can a password have it unencoded."""
    for character in sign_in:
        if character in _TO_ENCODE:
            code = _TO_ENCODE[character]
            raise NotADatabaseUrl(f"in user and password write {character!r} as {code}")
    if _LONE_PERCENT.search(sign_in):
        raise NotADatabaseUrl("in user and password write '%' as %25")
    _check_codes(sign_in, "user and password")


def _check_codes(part: str, what: str) -> None:
    if set("\0\N{REPLACEMENT CHARACTER}") & set(unquote(part, errors="replace")):
        raise NotADatabaseUrl(f"in {what} is a % code that is no letter in UTF-8")


def _parameters(query: str) -> list[tuple[str, str]]:
    pairs = [inner for name, value in _pairs(query) for inner in _unwrapped(name, value)]
    cleaned = [_parameter(name, trimmed(value)) for name, value in pairs]
    names = [name for name, _ in cleaned if name != "host"]
    if len(names) > len(set(names)):
        raise NotADatabaseUrl("after the ? write each name once")
    return cleaned


def _pairs(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, strict_parsing=bool(query), keep_blank_values=True)
    except ValueError:
        raise NotADatabaseUrl("after the ? write name=value, with & between several") from None


def _unwrapped(name: str, value: str) -> list[tuple[str, str]]:
    """What `_address` has wrapped: processes are told a cleaned address, and clean it again."""
    start, _, query = value.partition("?")
    return _pairs(query) if name == "dsn" and start == _WRAPPED else [(name, value)]


def _parameter(name: str, value: str) -> tuple[str, str]:
    name = name.lower()
    if name == "ssl":
        name, value = "sslmode", {"true": "require", "false": "disable"}.get(value.lower(), value)
    if name not in _TAKEN:
        known = "we wait 5 s for a connection" if name == "connect_timeout" else "it is not known here"
        raise NotADatabaseUrl(f"take {_shown(name)} out: {known}")
    if name in ("sslmode", "target_session_attrs"):
        value = value.lower().replace("_", "-")
    if name == "ssl_min_protocol_version" and value not in TLS_VERSIONS:
        raise NotADatabaseUrl(f"write {name} as one of {', '.join(TLS_VERSIONS)}")
    if name == "sslmode" and value not in SSL_MODES:
        raise NotADatabaseUrl(f"write sslmode as one of {', '.join(SSL_MODES)}")
    if name == "target_session_attrs" and value not in ("any", "primary", "read-write"):
        raise NotADatabaseUrl("write target_session_attrs as read-write, primary or any: we have to write")
    if name == "prepared_statement_cache_size" and not value.isdecimal():
        raise NotADatabaseUrl(f"write {name} as a number")
    if name in _FILES:
        if not Path(value).is_file():
            raise NotADatabaseUrl(f"{name} names a file that is not there")
        value = str(Path(value).absolute())  # our processes have working folders of their own
    return name, value


def _shown(name: str) -> str:
    """A name as such; what could be a part of a password is not shown."""
    return name if re.fullmatch(r"[a-z_]{2,40}", name) else "what stands after the ?"


def _check_tls(given: dict[str, str]) -> None:
    mode = given.get("sslmode", "prefer")
    if mode.startswith("verify") and "sslrootcert" not in given and not _usual_authorities().is_file():
        raise NotADatabaseUrl(
            f"with sslmode={mode} name the authority, too: sslrootcert=FILE, in PEM (on Debian the usual ones are in "
            "/etc/ssl/certs/ca-certificates.crt)"
        )
    if mode in ("disable", "allow", "prefer") and "sslrootcert" in given:
        raise NotADatabaseUrl("with sslrootcert write sslmode=verify-full, too: otherwise nobody looks at it")
    if "sslkey" in given and "sslcert" not in given:
        raise NotADatabaseUrl("with sslkey name sslcert, too")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for name in {"sslrootcert", "sslcrl"} & given.keys():
        try:
            context.load_verify_locations(cafile=given[name])
        except (OSError, ValueError):
            raise NotADatabaseUrl(f"{name} names a file that is not PEM, or cannot be read") from None
    if "sslcert" in given:
        try:
            password = given.get("sslpassword", "")
            context.load_cert_chain(given["sslcert"], given.get("sslkey"), password=lambda: password)
        except (OSError, ValueError):
            raise NotADatabaseUrl(
                "sslcert and sslkey do not name a certificate and its key in PEM that can be read with sslpassword"
            ) from None


def _usual_authorities() -> Path:
    """Where libpq and asyncpg look."""
    return Path.home() / ".postgresql" / "root.crt"


def _places(hosts: str, by_name: list[str], ports: str) -> list[Place]:
    entries = hosts.split(",") if hosts else [one for value in by_name for one in value.split(",")]
    if not entries or not all(entries):
        raise NotADatabaseUrl(f"name the host, as in {EXAMPLE}")
    given: list[str | None] = [*(ports.split(",") if ports else [None])]
    if len(given) not in (1, len(entries)):
        raise NotADatabaseUrl("name one port, or as many as hosts")
    given = given * len(entries) if len(given) == 1 else given
    pairs = zip(entries, given, strict=True)
    return [_place(entry, port, is_parameter=not hosts) for entry, port in pairs]


def _place(written: str, port: str | None, *, is_parameter: bool) -> Place:
    entry = unquote(written)
    if entry.startswith("/"):
        folder, colon, after = written.partition(":")
        return (
            (entry, _port(port)) if is_parameter or not colon else (unquote(folder), _one_port(after, port))
        )
    if is_parameter and _IPV6.fullmatch(entry):
        return entry, _port(port)
    found = _PLACE.fullmatch(entry)
    if not found:
        raise NotADatabaseUrl("write an IPv6 host in brackets, and hosts without blanks")
    is_fit = _is_address(found[1].strip("[]")) if entry.startswith("[") else _is_name(found[1])
    if not is_fit:
        raise NotADatabaseUrl(f"write the host as a name or address, as in {EXAMPLE}")
    host = found[1].strip("[]") if entry.startswith("[") else found[1].encode("idna").decode()
    return host, _port(port) if found[2] is None else _one_port(found[2], port)


def _is_address(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        return False


def _is_name(host: str) -> bool:
    """One that DNS can be asked for: Python raises UnicodeError for others."""
    try:
        return bool(host.encode("idna")) and re.fullmatch(r"[\w.-]+", host) is not None
    except UnicodeError:
        return False


def _one_port(given: str, by_name: str | None) -> str | None:
    if by_name is not None and by_name != given:
        raise NotADatabaseUrl("name the port after the host or after the ?, not in both places")
    return _port(given)


def _port(port: str | None) -> str | None:
    if port is not None and not (port.isdecimal() and port.isascii() and 0 < int(port) < 65536):
        raise NotADatabaseUrl("write the port as a number from 1 to 65535")
    return port


def _address(sign_in: str, places: list[Place], database: str, given: dict[str, str]) -> str:
    [(host, port), *others] = places
    query = {"ssl": given["sslmode"]} if "sslmode" in given else {}
    if others:
        given = {"target_session_attrs": "read-write"} | given  # one of them leads
    query |= {name: given[name] for name in _BY_SQLALCHEMY if name in given}
    if others:
        query |= {"host": ",".join(host for host, _ in places)}
        query |= {"port": ",".join(port or "5432" for _, port in places)}
        where = ""
    elif host.startswith("/"):
        query |= {"host": host} | ({"port": port} if port else {})
        where = ""
    else:
        where = (f"[{host}]" if ":" in host else quote(host)) + (f":{port}" if port else "")
    by_asyncpg: dict[str, str] = {name: given[name] for name in _BY_ASYNCPG if name in given}
    if by_asyncpg:
        query["dsn"] = f"{_WRAPPED}?{urlencode(by_asyncpg, quote_via=quote)}"
    return f"{DRIVER}{sign_in}{where}/{database}" + (
        f"?{urlencode(query, safe='/', quote_via=quote)}" if query else ""
    )

"""Turn the address of a PostgreSQL database, as people and providers write it, into SQLAlchemy's for asyncpg. Pure.

Parameters of libpq that SQLAlchemy does not know are left to asyncpg, which reads a whole address as libpq does.
Messages say what to write, and quote neither the password nor anything beside a parameter's name.
"""

import re
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlencode

from sqlalchemy.engine import make_url

from cleaning.text import trimmed

DRIVER: Final = "postgresql+asyncpg://"
EXAMPLE: Final = "postgresql://user:password@host/database"
SSL_MODES: Final = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")

_OURS: Final = ("postgres", "postgresql", "postgresql+asyncpg")
_BY_SQLALCHEMY: Final = frozenset({"prepared_statement_cache_size"})
_SIMPLE: Final = frozenset({"host", "sslmode", "target_session_attrs"}) | _BY_SQLALCHEMY
_FILES: Final = frozenset({"sslrootcert", "sslcert", "sslkey", "sslcrl", "passfile"})
_TAKEN: Final = (
    _SIMPLE
    | _FILES
    | {"application_name", "options", "sslpassword", "ssl_min_protocol_version", "search_path"}
)
_TO_ENCODE: Final = {"@": "%40", "/": "%2F", "#": "%23", "?": "%3F", "[": "%5B", "]": "%5D", " ": "%20"}
_LONE_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


class NotADatabaseUrl(ValueError):  # noqa: N818 - says what it is
    """The message says what to write."""


def clean_database_url(text: str) -> str:
    """An address for SQLAlchemy's engine on asyncpg; raises NotADatabaseUrl."""
    scheme, _, rest = trimmed(text).strip("'\"`").partition("://")
    if scheme.lower() not in _OURS or not rest:
        driver = " without another driver's name" if scheme.lower().startswith("postgresql+") else ""
        raise NotADatabaseUrl(f"write it as {EXAMPLE}{driver}")
    sign_in, at, place = rest.rpartition("@")
    _check_sign_in(sign_in)
    hosts, _, tail = place.partition("/")
    database, _, query = tail.partition("?")
    parameters = _parameters(query)
    _check_place(hosts, database, parameters)
    return _address(f"{sign_in}{at}", hosts, database, parameters)


def server_of(url: str) -> str:
    """Which server a cleaned address leads to, for comparing two."""
    parsed = make_url(url)
    whole = parsed.query.get("dsn")
    if isinstance(whole, str):
        return whole.rpartition("@")[2].partition("/")[0]
    return f"{parsed.host or parsed.query.get('host')}:{parsed.port}"


def _check_sign_in(sign_in: str) -> None:
    """What stands before the last @: only there can a password have it unencoded."""
    for character in sign_in:
        if character in _TO_ENCODE:
            code = _TO_ENCODE[character]
            raise NotADatabaseUrl(f"in user and password write {character!r} as {code}")
    if _LONE_PERCENT.search(sign_in):
        raise NotADatabaseUrl("in user and password write '%' as %25")
    if unquote(sign_in, errors="replace").count("\N{REPLACEMENT CHARACTER}"):
        raise NotADatabaseUrl("user and password hold a % code that is no letter in UTF-8")


def _parameters(query: str) -> list[tuple[str, str]]:
    try:
        pairs = parse_qsl(query, strict_parsing=bool(query), keep_blank_values=True)
    except ValueError:
        raise NotADatabaseUrl("after the ? write name=value, with & between several") from None
    cleaned = [_parameter(name, trimmed(value)) for name, value in pairs]
    names = [name for name, _ in cleaned if name != "host"]
    if len(names) > len(set(names)):
        raise NotADatabaseUrl("after the ? write each name once")
    return cleaned


def _parameter(name: str, value: str) -> tuple[str, str]:
    if name == "ssl":
        name, value = "sslmode", {"true": "require", "false": "disable"}.get(value.lower(), value)
    if name not in _TAKEN:
        raise NotADatabaseUrl(f"take {_shown(name)} out: it is not known here (we wait 5 s for a connection)")
    if name == "sslmode" and value not in SSL_MODES:
        raise NotADatabaseUrl(f"write sslmode as one of {', '.join(SSL_MODES)}")
    if name in _BY_SQLALCHEMY and not value.isdecimal():
        raise NotADatabaseUrl(f"write {name} as a number")
    if name in _FILES and not Path(value).is_file():
        raise NotADatabaseUrl(f"{name} names a file that is not there")
    return name, value


def _shown(name: str) -> str:
    """A name as such; what could be a part of a password is not shown."""
    return name if re.fullmatch(r"[a-z_]{2,40}", name) else "what stands after the ?"


def _check_place(hosts: str, database: str, parameters: list[tuple[str, str]]) -> None:
    if "#" in f"{hosts}{database}" or "?" in hosts:
        raise NotADatabaseUrl(f"write it as {EXAMPLE}, and in the password '#' as %23 and '?' as %3F")
    if not database:
        raise NotADatabaseUrl(f"name the database, as in {EXAMPLE}")
    if not hosts and not any(name == "host" for name, _ in parameters):
        raise NotADatabaseUrl(f"name the host, as in {EXAMPLE}")
    for host in hosts.split(",") if hosts else []:
        found = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[^\[\]:\s]+)(?::(.*))?", host)
        if not found:
            raise NotADatabaseUrl("write an IPv6 host in brackets, and hosts without blanks")
        port = found[2]
        if port is not None and not (port.isdecimal() and port.isascii() and 0 < int(port) < 65536):
            raise NotADatabaseUrl("write the port as a number from 1 to 65535")


def _address(sign_in: str, hosts: str, database: str, parameters: list[tuple[str, str]]) -> str:
    given = dict(parameters)
    is_simple = set(given) <= _SIMPLE and "," not in hosts and len(parameters) == len(given)
    by_sqlalchemy = {name: value for name, value in given.items() if name in _BY_SQLALCHEMY}
    if is_simple:
        query = {("ssl" if name == "sslmode" else name): value for name, value in given.items()}
        return f"{DRIVER}{sign_in}{hosts}/{database}" + (f"?{urlencode(query, safe='/')}" if query else "")
    # asyncpg takes several hosts as libpq has them, in one value.
    several = [value for name, value in parameters if name == "host"]
    rest = {name: value for name, value in given.items() if name not in _BY_SQLALCHEMY}
    if several:
        rest["host"] = ",".join(several)
    whole = f"postgresql://{sign_in}{hosts}/{database}?{urlencode(rest, quote_via=quote)}"
    return f"{DRIVER}?{urlencode({'dsn': whole} | by_sqlalchemy, quote_via=quote)}"

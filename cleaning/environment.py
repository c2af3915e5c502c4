"""Make what libraries read from the environment fit for them, or say which variable is wrong. Changes nothing itself.

A value is never shown: a proxy's address holds a password.

https://about.gitlab.com/blog/we-need-to-talk-no-proxy/ on how differently programs read NO_PROXY.
"""

import os
import re
import ssl
from collections.abc import Iterable, Mapping
from contextlib import suppress
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Final

from cleaning.text import trimmed

Changes = dict[str, str | None]
"""New values by name; None takes a variable away."""

LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
NO_PROXY: Final = ("NO_PROXY", "no_proxy")

_PROXIES: Final = frozenset({"http_proxy", "https_proxy", "all_proxy"})
_PROXY: Final = re.compile(
    r"https?://([^\s@/?#\[\]]*@)?([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:(?P<port>\d{1,5}))?/*", re.IGNORECASE
)
_HOST: Final = re.compile(r"\*?\.?[A-Za-z0-9._-]+(:\d{1,5})?")
_CERTIFICATES: Final = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_BY_HASH: Final = re.compile(r"[0-9a-f]{8}\.\d+")
_ABOUT_A_DATABASE: Final = frozenset(
    {
        *("PGHOST", "PGPORT", "PGDATA", "PGDATABASE", "PGUSER", "PGOPTIONS", "PGSERVICE", "PGSERVICEFILE"),
        *("PGTARGETSESSIONATTRS", "PGGSSLIB"),
    }
)
"""Of another database, where ours are named by settings: they would move the embedded one, or refuse it."""
_ABOUT_ITS_TLS: Final = {
    "PGSSLMODE": "sslmode=...",
    "PGSSLROOTCERT": "sslrootcert=...",
    "PGSSLCERT": "sslcert=...",
    "PGSSLKEY": "sslkey=...",
    "PGSSLCRL": "sslcrl=...",
    "PGSSLMINPROTOCOLVERSION": "ssl_min_protocol_version=...",
    "PGSSLMAXPROTOCOLVERSION": "sslmode=...",
    "PGSSLNEGOTIATION": "sslmode=...",
}
"""Not to be dropped in silence: whoever set them counts on TLS. With what stands in the address in their place."""
_ABOUT_OTHER_SERVERS: Final = frozenset({"WEB_CONCURRENCY"})
"""uvicorn would start so many processes of Prefect's server, which it refuses. Hosts set it for whatever they run."""


class UnfitVariable(ValueError):  # noqa: N818 - says what it is
    """The message begins with the variable's name and says what to write."""


def clean_environment(
    environment: Mapping[str, str], ours: Iterable[str], elsewhere: Iterable[str] = ()
) -> Changes:
    """What to change, so that every client can be made and none of ours asks a proxy for `ours`.

    `elsewhere`: hosts we call that may be in a network of NO_PROXY, which httpx does not read. Raises UnfitVariable.
    """
    dropped = _ABOUT_A_DATABASE | _ABOUT_OTHER_SERVERS
    changes: Changes = {name: None for name in environment if name in dropped}
    for name, value in environment.items():
        if name.lower() in _PROXIES:
            changes[name] = _proxy(name, trimmed(value))
        elif name in _CERTIFICATES:
            changes[name] = _certificates(name, trimmed(value))
        elif name in _ABOUT_ITS_TLS:
            if trimmed(value):
                raise UnfitVariable(
                    f"{name} is not read here: unset it, and write ?{_ABOUT_ITS_TLS[name]} into the database's "
                    "address (CROSSCHQ_LEVER_DATABASE_URL)"
                )
            changes[name] = None
    if "SSL_CERT_DIR" in environment:
        has_file = bool(changes.get("SSL_CERT_FILE"))
        changes["SSL_CERT_DIR"] = _folder(trimmed(environment["SSL_CERT_DIR"]), has_file)
    _require_writable(environment.get("SSLKEYLOGFILE", ""))
    given = ",".join(environment.get(name, "") for name in NO_PROXY)
    return changes | dict.fromkeys(NO_PROXY, _no_proxy(re.split(r"[,\s;]+", given), ours, elsewhere))


def _proxy(name: str, value: str) -> str:
    value = value.strip("'\"")
    if not value:
        return ""  # stays: a blank http_proxy switches HTTP_PROXY off
    if "://" not in value:
        value = f"http://{value}"
    if value.lower().startswith("socks"):
        raise UnfitVariable(
            f"{name} names a SOCKS proxy, which is not supported: set it to an HTTP proxy, as in "
            "http://proxy.example.com:3128, or unset it"
        )
    found = _PROXY.fullmatch(value)
    if not found or not _is_host(found[2]) or int(found["port"] or 1) not in range(1, 65536):
        raise UnfitVariable(
            f"{name} is not a proxy's address: write http://proxy.example.com:3128, in user and password @ as %40, "
            "/ as %2F, # as %23 and ? as %3F, or unset it"
        )
    return value


def _is_host(host: str) -> bool:
    """Not an address with a number too large, which httpx refuses, nor a name that DNS cannot be asked for."""
    if host.startswith("[") or re.fullmatch(r"[\d.]+", host):
        try:
            return bool(ip_address(host.strip("[]")))
        except ValueError:
            return False
    try:
        return bool(host.encode("idna"))
    except UnicodeError:
        return False


def _certificates(name: str, value: str) -> str | None:
    """As an absolute path: our processes have working folders of their own."""
    if not value:
        return None
    path = Path(value).absolute()
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cafile=str(path))
        return str(path)
    except FileNotFoundError:
        flaw = "a file that is not there"
    except IsADirectoryError:
        flaw = "a folder"
    except PermissionError:
        flaw = "a file that this user may not read"
    except (OSError, ValueError):
        flaw = "a folder" if path.is_dir() else "a file that holds no certificates in PEM, or broken ones"
    raise UnfitVariable(f"{name} names {flaw}: name a PEM file of certificate authorities, or unset it")


def _folder(value: str, has_file: bool) -> str | None:
    if not value:
        return None
    folders = [Path(one).absolute() for one in value.split(os.pathsep) if one]
    for folder in folders:
        if not folder.is_dir() or not os.access(folder, os.R_OK | os.X_OK):
            raise UnfitVariable(
                "SSL_CERT_DIR names a folder that is not there or cannot be read: correct or unset it"
            )
    # With a file, too, httpx reads that alone.
    if not has_file and not any(
        _BY_HASH.fullmatch(one.name) for folder in folders for one in folder.iterdir()
    ):
        raise UnfitVariable(
            "SSL_CERT_DIR names a folder without certificates by their hashes: run `openssl rehash` on it, or unset it"
        )
    return os.pathsep.join(map(str, folders))


def _require_writable(key_log: str) -> None:
    """Python opens it for each client with TLS."""
    if not key_log:
        return
    path = Path(key_log)
    if path.is_dir() or not os.access(path if path.exists() else path.absolute().parent, os.W_OK):
        raise UnfitVariable("SSLKEYLOGFILE names a file that cannot be written: correct or unset it")


def _no_proxy(given: Iterable[str], ours: Iterable[str], elsewhere: Iterable[str]) -> str:
    bare = [entry.strip("'\"") for entry in given]
    entries = [one for entry in bare if (one := _readable(entry))]
    if "*" in entries:
        return "*"  # alone: beside others only httpx takes it for everything
    excepted = [host for host in elsewhere if _is_in_a_network(host, bare)]
    return ",".join(dict.fromkeys([*entries, *LOOPBACK, *ours, *excepted]))


def _readable(entry: str) -> str | None:
    """What httpx 0.28 can read: for anything else it raises InvalidURL, and no client can be made."""
    bare = re.sub(r"^\[([0-9A-Fa-f:.]+)\](:\d+)?$", r"\1", entry)
    if entry == "*":
        return entry
    with suppress(ValueError):
        network = ip_network(bare, strict=False)
        is_one = network.num_addresses == 1
        return str(network.network_address) if is_one else bare if network.version == 4 else None
    entry = re.sub(r"^\w+://", "", entry).rstrip("/")
    host, _, port = entry.partition(":")
    if not _HOST.fullmatch(entry) or (port and not 0 < int(port) < 65536):
        return None
    return f"{host.removeprefix('*')}{':' if port else ''}{port}"


def _is_in_a_network(host: str, given: Iterable[str]) -> bool:
    for entry in given:
        with suppress(ValueError):
            if ip_address(host) in ip_network(entry.strip("[]"), strict=False):
                return True
    return False

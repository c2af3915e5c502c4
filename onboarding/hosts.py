"""Which addresses a connection's Lever and Crosschq may have: the vendors' own domains, and hosts the settings name.

Whoever may set up a connection chooses where this machine sends its calls, and could otherwise send them to a neighbour
of ours. Pure: looks no name up.
"""

from cleaning.typed import typed_list
from outbound.links import Origin, UntrustedLink
from store.tables import Vendor

DOMAINS = {Vendor.LEVER: "lever.co", Vendor.CROSSCHQ: "crosschq.com"}
"""Each vendor's API is at a host of this domain (lever.md 2, crosschq.md 1.1)."""

_DEFAULT_PORTS = {"https": 443, "http": 80}


class HostRefused(Exception):  # noqa: N818 - says what happened
    """A base URL that may not be called; the message says why, and what to do, and quotes no more than the host."""


def check_base_url(url: str, vendor: Vendor, allowed_hosts: str | None) -> None:
    """`allowed_hosts` as in the setting of that name. Raises HostRefused."""
    try:
        origin = Origin.from_link(url)
    except UntrustedLink as error:
        raise HostRefused(f"This is no base URL: {error.reason}.") from None
    if "?" in url or "#" in url:
        raise HostRefused("A base URL ends with its path: leave out what begins with ? or #.")
    if not (is_vendors_own(origin, vendor) or _is_allowed(origin, allowed_hosts)):
        raise HostRefused(
            f"Calls to {host_name(origin)} are not allowed: {vendor.value.capitalize()}'s addresses end in "
            f"{DOMAINS[vendor]}. Correct it, or name this host in CROSSCHQ_LEVER_ALLOWED_HOSTS and start anew."
        )


def has_moved(before: str, after: str) -> bool:
    """Whether the second base URL is at another host or port: a key for the first is not to be sent there."""
    try:
        return Origin.from_link(before) != Origin.from_link(after)
    except UntrustedLink:
        return True


def is_vendors_own(origin: Origin, vendor: Vendor) -> bool:
    """Whether it is at the vendor's domain or below, by https."""
    domain = DOMAINS[vendor]
    return (origin.scheme, origin.port) == ("https", None) and (
        origin.host == domain or origin.host.endswith(f".{domain}")
    )


def _is_allowed(origin: Origin, allowed_hosts: str | None) -> bool:
    names = {one.lower() for one in typed_list(allowed_hosts)}
    port = origin.port or _DEFAULT_PORTS[origin.scheme]
    return bool({host_name(origin), f"{host_name(origin)}:{port}"} & names)


def host_name(origin: Origin) -> str:
    """As it stands in an address."""
    return f"[{origin.host}]" if ":" in origin.host else origin.host

"""Where reports may be linked to and fetched from, by Crosschq's base URL. Looks no name up."""

from crosschq import dialect
from onboarding.hosts import host_name, is_vendors_own
from outbound.links import Origin
from store.tables import Vendor


def report_origins(crosschq_url: str) -> list[str]:
    """Crosschq's own; a stand-in's reports are at the stand-in."""
    origin = Origin.from_link(crosschq_url)
    if is_vendors_own(origin, Vendor.CROSSCHQ):
        return sorted(dialect.REPORT_ORIGINS)
    port = f":{origin.port}" if origin.port else ""
    return [f"{origin.scheme}://{host_name(origin)}{port}"]

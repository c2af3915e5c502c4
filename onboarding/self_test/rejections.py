"""What to do about a webhook that was rejected, by the reason that the gateway remembers of it. Data only."""

from collections.abc import Mapping

from lever.webhooks import RejectionReason
from store.tables import Vendor

LEVERS_PAGE = "Lever, Settings > Integrations and API > Webhooks"
_LEVERS_TOKEN = (
    f"Copy the signature token of this webhook from {LEVERS_PAGE} to its place on the connection's page and press "
    "'Store', or into the connection's file and connect again."
)
_REPORT = (
    "Address and token are not the reason, so leave them as they are. See the log of the gateway, and report it with "
    "what it says of this webhook."
)
_SAME_IN_BOTH: dict[str, str] = {
    "unreadable": _REPORT,
    "too large": _REPORT,
    "shown with a token that was replaced": (
        "Somebody still uses the previous token: the vendor itself, if the new one was never stored there, a webhook "
        "that was left behind, or whoever has got hold of it. Store the present token at the vendor, and delete there "
        "what is left of the old."
    ),
}
_BY_LEVER: dict[str, str] = {
    RejectionReason.NO_TOKEN: _LEVERS_TOKEN,
    RejectionReason.BAD_SIGNATURE: _LEVERS_TOKEN,
    RejectionReason.WRONG_EVENT: (
        f"A webhook of another event leads to this address. In {LEVERS_PAGE}, give each webhook the URL that the "
        "connection's page shows for its own event."
    ),
    RejectionReason.STALE: (
        "It was sent so long after it happened that it could be a replay. See what is found under Clock, by Lever's: "
        "if this machine's clock is ahead, let NTP set it. If the clock is right, somebody sent an old one again, "
        "and the next event will be taken."
    ),
    RejectionReason.FUTURE: (
        "By this machine's clock it has not happened yet. See what is found under Clock, by Lever's, and let NTP set "
        "this machine's clock; if that is right, report it to Lever."
    ),
    "a signature that was used before came with another body": (
        "Somebody may have read what Lever sent, and be sending it again with other contents; nothing came of it. "
        f"Look in {LEVERS_PAGE}, in the history of deliveries, whether Lever itself sent it: if so, report it here. If "
        "not, press 'Recreate these webhooks' on the connection's page, then 'Revoke previous token', and "
        "find out who can read what passes between Lever and this machine."
    ),
}
_BY_CROSSCHQ: dict[str, str] = {
    "the Authorization header does not show the configured credential": (
        "Type the webhook token of the connection into Crosschq's API settings again."
    ),
    "a signature that was used before came with another body": (
        "Somebody may have read what Crosschq sent, and be sending it again with other contents; nothing came of it. "
        "Store a new token here and in Crosschq's API settings, then press 'Revoke previous token', "
        "and find out who can read what passes between Crosschq and this machine."
    ),
}
ADVICE: Mapping[Vendor, Mapping[str, str]] = {
    Vendor.LEVER: _SAME_IN_BOTH | _BY_LEVER,
    Vendor.CROSSCHQ: _SAME_IN_BOTH | _BY_CROSSCHQ,
}
"""By who sends, and by the reason as far as its colon: what follows is what was found in one body."""


def advice(sender: Vendor, reason: str | None) -> str:
    """A reason that is not known here is none of the token's."""
    return ADVICE[sender].get((reason or "").partition(":")[0], _REPORT)

"""What a press has done, told on the page that it leads to. Only words of ours are shown, whatever an address says."""

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from pages.admin.rendering import see_other
from store.webhook_tokens import OVERLAP

FIELD: Final = "done"

SAID: Final[Mapping[str, str]] = {
    "connected": "Connected: both keys are good, and are stored. Nothing is sent until these settings are saved.",
    "lever-key": "Lever accepted it: key and address are stored.",
    "crosschq-key": "Crosschq accepted it: key, prefix and address are stored.",
    "webhooks-made": "The webhooks are made in Lever, and their tokens are stored. Lever keeps them silent until a "
    "Super Admin switches each event group on there.",
    "webhooks-anew": "The webhooks are made anew in Lever, each with a new token; the tokens "
    f"before work for {OVERLAP.days} days more.",
    "webhooks-there": "All were there already, with their tokens stored: no webhook was made.",
    "token": "Stored: this is what the webhook has to show from now on. "
    f"A token before it works for {OVERLAP.days} days more, or until you forget it.",
    "forgotten": "The previous token is forgotten: only the newest is good.",
    "paused": "Paused: every webhook is still recorded, and none is worked on until you let it go on.",
    "resumed": "It goes on: what came meanwhile is worked on now.",
    "switches": "The switches are set as they stand below.",
    "replayed": "Replayed: it is read anew; what was done before is not done twice.",
    "dropped": "Dropped: it is left undone.",
    "request-sent": "Stored: Crosschq has the request under that id, and what comes of it is followed from now on.",
    "request-anew": "Stored: Crosschq does not have the request, so it is sent now.",
    "due-now": "Due now: what is next happens within a minute or two.",
    "postponed": "Postponed: below is until when.",
    "sent-again": "The question is ordered once more; its mail is a delivery of its own.",
    "cancelled": "Cancelled: nothing more comes of it by itself.",
}
"""By the word in the address."""


def done(path: str, word: str) -> Response:
    """After a POST that was done: to the page at `path`, which says so."""
    return see_other(f"{path}?{FIELD}={word}")


def done_in(request: Request) -> str:
    """The sentence for the page that is asked for; blank for none, and for a word that is none of ours."""
    return SAID.get(request.query_params.get(FIELD, ""), "")

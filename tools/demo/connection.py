"""The demo's connection file: the sandbox's Lever and Crosschq, as an admin would write it."""

from dataclasses import dataclass
from datetime import datetime

from tools.demo.people import LeverPeople

CROSSCHQ_TOKEN = "demo-webhook-token"  # noqa: S105 - of the sandbox on this machine

_FILE = """\
# Written by `make demo`: the sandbox's accounts. Yours look the same: see connection.example.toml.
name = "demo"
live_since = {live_since}

[lever]
url = "{lever_url}/v1"
api_key = "lever-sandbox-key"
perform_as = "{perform_as}"
trigger_stages = ["Crosschq"]
create_webhooks = true

[crosschq]
url = "{crosschq_url}"
api_key = "crosschq-sandbox-key"
webhook_token = "{crosschq_token}"
trusted_origins = ["{crosschq_url}"]

[follow_up]
after = "{follow_up_after}"
settle_after = "{settle_after}"

[[templates]]
name = "Engineers"
description = "For engineering postings"
survey = "software-engineer"
lever_tag = "crosschq-engineer"
references = {{ managers = 1, peers = 2 }}

[[templates]]
name = "Sales"
survey = "sales-representative"
lever_tag = "crosschq-sales"
references = {{ managers = 1, business = 1 }}
"""

_PROSPECTS = """
[prospects]
export_existing = {export_existing}
export_new = {export_new}
"""


@dataclass(frozen=True)
class Waits:
    """ISO 8601 durations. A demo does not take two weeks."""

    follow_up_after: str = "P14D"
    """"PT1S" at least."""
    settle_after: str = "PT10M"


USUAL_WAITS = Waits()


@dataclass(frozen=True)
class ProspectSwitches:
    """Which prospects become leads."""

    existing: bool
    new: bool


NO_PROSPECTS = ProspectSwitches(existing=False, new=False)
"""The file says nothing of them."""


async def connection_file(
    lever: LeverPeople,
    crosschq_url: str,
    live_since: datetime,
    waits: Waits = USUAL_WAITS,
    prospects: ProspectSwitches = NO_PROSPECTS,
) -> str:
    """The file's text."""
    users = (await lever.cast())["users"]
    file = _FILE.format(
        live_since=live_since.isoformat(timespec="seconds"),
        lever_url=lever.url,
        perform_as=users["integration"]["id"],
        crosschq_url=crosschq_url,
        crosschq_token=CROSSCHQ_TOKEN,
        follow_up_after=waits.follow_up_after,
        settle_after=waits.settle_after,
    )
    if prospects == NO_PROSPECTS:
        return file
    return file + _PROSPECTS.format(
        export_existing=str(prospects.existing).lower(), export_new=str(prospects.new).lower()
    )

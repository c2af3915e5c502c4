"""One candidacy, policy and template in which everything is right, for tests that make one thing wrong."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hiring.candidacy import Candidacy, Person, Posting, Template
from hiring.decisions import Policy, Previous, PreviousState

LIVE = datetime(2026, 1, 1, tzinfo=UTC)
MOVED = datetime(2026, 3, 2, 9, tzinfo=UTC)
NOW = MOVED + timedelta(seconds=2)
STAGE = "stage-crosschq"

OWNER = Person("user-1", "Orla Quist", "orla@hiring.test")
POSTING_OWNER = Person("user-2", "Bram Ode", "bram@hiring.test")
MANAGER = Person("user-3", "Mei Tan", "mei@hiring.test")
GONE = Person("user-4", "Gil Moss", "gil@hiring.test", is_active=False)

ENGINEERS = Template("Engineers", "software-engineer", {"managers": 2, "peers": 1}, lever_tag="engineer")
SALES = Template("Sales", "account-executive", {"business": 2}, lever_tag="sales")
GENERAL = Template("General", "general", {"peers": 2}, is_fallback=True)

POSTING = Posting("posting-1", "Engineer II", ("engineer",), owner=POSTING_OWNER, hiring_manager=MANAGER)
CANDIDACY = Candidacy(
    opportunity_id="opportunity-1",
    contact_id="contact-1",
    profile_url="https://hire.lever.test/candidates/opportunity-1",
    name="Ada Lovelace",
    emails=("ada@people.test",),
    phones=("+47 555 01 234",),
    stage_id=STAGE,
    stage_name="Crosschq",
    stage_since=MOVED,
    owner=OWNER,
    posting=POSTING,
)
POLICY = Policy(trigger_stages=[STAGE], live_since=LIVE, templates=[ENGINEERS, SALES])


def candidacy(**changes: Any) -> Candidacy:
    return replace(CANDIDACY, **changes)


def policy(**changes: Any) -> Policy:
    return replace(POLICY, **changes)


def previous(state: PreviousState, *, made: datetime, ended: datetime | None = None) -> Previous:
    return Previous(state, made, ended)

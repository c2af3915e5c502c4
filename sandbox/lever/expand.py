"""`include` (subtractive) and `expand` (inlines an object in place of its id). See lever.md 5. Pure."""

from collections.abc import Callable, Iterable
from typing import Any

from sandbox.lever.account import Account
from sandbox.lever.candidacy import Opportunity
from sandbox.lever.shapes import application_shape

Shape = dict[str, Any]


def reduced(full: Shape, expanded: Shape, include: Iterable[str]) -> Shape:
    """`full` with the expansions put in; with `include`, nothing but the named fields and the expansions."""
    wanted = set(include)
    kept = {key: value for key, value in full.items() if not wanted or key in wanted}
    return kept | expanded


def opportunity_expansions(account: Account, opportunity: Opportunity, expand: Iterable[str]) -> Shape:
    """The documented expandable fields of an opportunity; others are ignored."""
    known: dict[str, Callable[[], Any]] = {
        "applications": lambda: _applications(account, opportunity),
        "stage": lambda: account.stages[opportunity.stage].model_dump(include={"id", "text"}),
        "owner": lambda: user(account, opportunity.owner),
        "followers": lambda: [user(account, one) for one in opportunity.followers],
        "sourcedBy": lambda: user(account, opportunity.sourced_by),
        "contact": lambda: account.contact_of(opportunity).shape(),
    }
    return {name: known[name]() for name in expand if name in known}


def posting_expansions(account: Account, posting: Shape, expand: Iterable[str]) -> Shape:
    """The documented expandable fields of a posting; others are ignored."""
    expansions: Shape = {}
    for name in expand:
        if name in ("user", "owner", "hiringManager"):
            expansions[name] = user(account, posting[name])
        elif name == "followers":
            expansions[name] = [user(account, one) for one in posting[name]]
    return expansions


def user(account: Account, user_id: str | None) -> Shape | None:
    """The user's object, null for nobody."""
    return account.users[user_id].shape() if user_id else None


def _applications(account: Account, opportunity: Opportunity) -> list[Shape]:
    application = opportunity.application
    return [application_shape(account, opportunity, application)] if application else []

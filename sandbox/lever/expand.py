"""`include` (subtractive) and `expand` (inlines an object in place of its id). See lever.md 5. Pure."""

from collections.abc import Callable, Iterable
from typing import Any

from sandbox.lever.account import Account
from sandbox.lever.candidacy import Opportunity
from sandbox.lever.shapes import application_shape, posting_shape

Shape = dict[str, Any]
_USERS = ("user", "owner", "creator", "hiringManager", "referrer", "followers")
_POSTINGS = ("posting", "postings")


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


def reduced_to_choose_from(full: Shape, expanded: Shape, include: Iterable[str]) -> Shape:
    """As `reduced`, and the id stays: of users, templates and the like a published client relies on that."""
    wanted = set(include)
    return reduced(full, expanded, wanted and wanted | {"id"})


def expansions(account: Account, shape: Shape, expand: Iterable[str], base_url: str) -> Shape:
    """The fields of any other object that name users, a stage or postings; others are ignored."""
    known: dict[str, Callable[[str], Any]] = {
        **dict.fromkeys(_USERS, lambda one: user(account, one)),
        **dict.fromkeys(_POSTINGS, lambda one: posting_shape(account.postings[one], base_url)),
        "stage": lambda one: account.stages[one].model_dump(include={"id", "text"}),
    }
    return {name: _inlined(shape[name], known[name]) for name in expand if name in known and name in shape}


def _inlined(value: Any, lookup: Callable[[str], Any]) -> Any:  # noqa: ANN401
    if isinstance(value, list):
        return [lookup(one) for one in value]
    return lookup(value) if isinstance(value, str) else value


def user(account: Account, user_id: str | None) -> Shape | None:
    """The user's object, null for nobody."""
    return account.users[user_id].shape() if user_id else None


def _applications(account: Account, opportunity: Opportunity) -> list[Shape]:
    application = opportunity.application
    return [application_shape(account, opportunity, application)] if application else []

"""Who acts when a person clicks on a page, or a test asks for it by name. Reads the account only."""

from sandbox.lever.candidacy import Opportunity
from sandbox.lever.errors import not_found
from sandbox.lever.stand_in import Lever
from sandbox.lever.webhooks import Actor


def owner_or_admin(lever: Lever, opportunity: Opportunity) -> Actor:
    """The opportunity's owner, or where it has none the super admin; never through the API."""
    return Actor(opportunity.owner or lever.account.cast["users"]["integration"], through_api=False)


def named_actor(lever: Lever, opportunity: Opportunity, named: str | None) -> Actor:
    """A user by id or name in the cast; the opportunity's owner when nobody is named. LeverError 404."""
    if named is None:
        return owner_or_admin(lever, opportunity)
    user = lever.account.cast["users"].get(named, named)
    if user not in lever.account.users:
        raise not_found("users", named)
    return Actor(user, through_api=False)


def named_opportunity(lever: Lever, named: str) -> Opportunity:
    """An opportunity by id or name in the cast, confidential or not. LeverError 404."""
    wanted = lever.account.cast["opportunities"].get(named, named)
    if wanted not in lever.account.opportunities:
        raise not_found("opportunities", named)
    return lever.account.opportunities[wanted]

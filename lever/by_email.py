"""Looks people up by e-mail address, also where Lever takes one of the addresses for none. Keeps nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Unpack

from lever.client import LeverClient
from lever.confidential import all_opportunities
from lever.filters import OpportunityFilters
from lever.models import Opportunity
from outbound.errors import InvalidRequest

BEYOND_DOUBT: Final = "nobody@example.com"
"""Refused as well, what Lever objects to is no address."""


@dataclass(frozen=True)
class ByEmail:
    found: tuple[Opportunity, ...]
    refused: frozenset[str]
    """Those that Lever takes for no addresses: nobody there can have one."""


async def by_email(
    lever: LeverClient, emails: Sequence[str], **filters: Unpack[OpportunityFilters]
) -> ByEmail:
    """All with one of these addresses.

    For one that it takes for none Lever refuses the whole list (400 "Email address is not valid", lever.md 7): then
    each is asked for alone, and who is refused once more. Raises InvalidRequest where Lever refuses whatever is asked.
    """
    try:
        return ByEmail(await _asked(lever, emails, filters), frozenset())
    except InvalidRequest:
        found, refused = await _one_at_a_time(lever, emails, filters)
    if refused:
        # A refusal for another reason ends nobody: it is still there, and raised here, or it is over.
        await _asked(lever, [BEYOND_DOUBT], filters)
        more, refused = await _one_at_a_time(lever, refused, filters)
        found += more
    return ByEmail(tuple(found), frozenset(refused))


async def _one_at_a_time(
    lever: LeverClient, emails: Sequence[str], filters: OpportunityFilters
) -> tuple[list[Opportunity], list[str]]:
    found: list[Opportunity] = []
    refused: list[str] = []
    for email in emails:
        try:
            found += await _asked(lever, [email], filters)
        except InvalidRequest:
            refused.append(email)
    return found, refused


async def _asked(
    lever: LeverClient, emails: Sequence[str], filters: OpportunityFilters
) -> tuple[Opportunity, ...]:
    of_these: OpportunityFilters = {**filters, "email": list(emails)}
    return tuple([one async for one in all_opportunities(lever, **of_these)])

"""What the pipeline page shows: a column for each stage with a few cards, however many candidates there are. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from sandbox.lever.account import Account
from sandbox.lever.candidacy import Contact, Opportunity
from sandbox.lever.catalog import Posting, Stage

CARDS = 20
CARDS_OF_ONE_STAGE = 100


@dataclass(frozen=True)
class Wish:
    """What the visitor filtered by; all empty at first."""

    q: str = ""
    posting: str = ""
    stage: str = ""
    archived: bool = False

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Wish":
        """From the page's query string."""
        named = {name: query.get(name, "").strip() for name in ("q", "posting", "stage")}
        return cls(**named, archived=query.get("archived") == "yes")

    def address(self, **changes: str) -> str:
        """The page's address with this wish, some of it changed."""
        given = {"q": self.q, "posting": self.posting, "stage": self.stage}
        given["archived"] = "yes" if self.archived else ""
        kept = {name: value for name, value in (given | changes).items() if value}
        return f"/?{urlencode(kept)}" if kept else "/"


@dataclass(frozen=True)
class Card:
    """One opportunity with what a card says about it."""

    opportunity: Opportunity
    contact: Contact
    posting: Posting | None


@dataclass(frozen=True)
class Column:
    """One stage: the cards shown, the most recently advanced first, and how many there are in all."""

    stage: Stage
    cards: list[Card]
    total: int


def columns(account: Account, wish: Wish) -> list[Column]:
    """The columns in pipeline order, all of them; a column that stands alone on the page has more cards."""
    shown = CARDS_OF_ONE_STAGE if wish.stage else CARDS
    by_stage: dict[str, list[Card]] = {stage: [] for stage in account.stages}
    totals = Counter[str]()
    for opportunity in account.lineup.starting_at(None):
        if _fits(account, opportunity, wish):
            totals[opportunity.stage] += 1
            if totals[opportunity.stage] <= shown:
                by_stage[opportunity.stage].append(card_of(account, opportunity))
    return [Column(stage, by_stage[stage.id], totals[stage.id]) for stage in account.stages.values()]


def card_of(account: Account, opportunity: Opportunity) -> Card:
    """The opportunity with its person and its job."""
    application = opportunity.application
    posting = account.postings[application.posting] if application else None
    return Card(opportunity, account.contact_of(opportunity), posting)


def _fits(account: Account, opportunity: Opportunity, wish: Wish) -> bool:
    if (opportunity.archived is not None) is not wish.archived:
        return False
    application = opportunity.application
    if wish.posting and (application is None or application.posting != wish.posting):
        return False
    if not wish.q:
        return True
    contact = account.contact_of(opportunity)
    words = [contact.name, *contact.emails, *opportunity.tags]
    return any(wish.q.casefold() in word.casefold() for word in words)

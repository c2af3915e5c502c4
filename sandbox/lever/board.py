"""What the pipeline page shows: a column for each stage with a few cards, however many candidates there are. Pure."""

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
    by_stage: dict[str, list[Card]] = {stage: [] for stage in account.stages}
    for opportunity in account.opportunities.values():
        card = card_of(account, opportunity)
        if _fits(card, wish):
            by_stage[opportunity.stage].append(card)
    shown = CARDS_OF_ONE_STAGE if wish.stage else CARDS
    return [_column(stage, by_stage[stage.id], shown) for stage in account.stages.values()]


def card_of(account: Account, opportunity: Opportunity) -> Card:
    """The opportunity with its person and its job."""
    application = opportunity.application
    posting = account.postings[application.posting] if application else None
    return Card(opportunity, account.contact_of(opportunity), posting)


def _column(stage: Stage, cards: list[Card], shown: int) -> Column:
    cards.sort(key=lambda card: (-card.opportunity.last_advanced_at, card.opportunity.id))
    return Column(stage, cards[:shown], len(cards))


def _fits(card: Card, wish: Wish) -> bool:
    if (card.opportunity.archived is not None) is not wish.archived:
        return False
    if wish.posting and (card.posting is None or card.posting.id != wish.posting):
        return False
    words = [card.contact.name, *card.contact.emails, *card.opportunity.tags]
    return any(wish.q.casefold() in word.casefold() for word in words) if wish.q else True

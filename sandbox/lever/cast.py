"""The kinds of candidate a test asks for by name, each with its one peculiarity. All of them stand in On-site.

`of_kind` makes one more of a kind, for the seed and for `POST /sandbox/opportunities` alike.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from sandbox.lever import names
from sandbox.lever.account import Account
from sandbox.lever.candidacy import Application, Archived, Contact, Opportunity, Phone, StageChange
from sandbox.lever.catalog import Confidentiality

HOUR = 3_600_000
NameMaker = Callable[[Random], str]


@dataclass(frozen=True)
class Kind:
    """What makes a candidate: everything ordinary unless said. Postings and owners by their names in the cast.

    `inherits` is False for a posting whose template tag came after the opportunity, so that only the posting has it.
    """

    name: NameMaker = names.two_words
    posting: str | None = "engineer"
    owner: str | None = "recruiter"
    email: bool = True
    phone: str = "+47 555 01 234"
    tags: tuple[str, ...] = ()
    inherits: bool = True
    archived: bool = False
    anonymised: bool = False
    confidentiality: Confidentiality = "non-confidential"


KINDS: dict[str, Kind] = {
    "plain": Kind(),
    "sales": Kind(posting="sales", owner="second_recruiter", inherits=False),
    "second_of_plain": Kind(posting="sales", owner="second_recruiter"),
    "one_word_name": Kind(name=names.one_word),
    "unicode_name": Kind(name=names.beyond_ascii),
    "very_long_name": Kind(name=names.very_long),
    "no_email": Kind(email=False),
    "no_posting": Kind(posting=None, tags=("crosschq-engineer",)),
    "no_owner": Kind(owner=None),
    "owner_deactivated": Kind(owner="deactivated"),
    "no_template_tag": Kind(posting="no_tags"),
    "two_template_tags": Kind(posting="two_tags"),
    "archived": Kind(archived=True),
    "anonymised": Kind(anonymised=True),
    "confidential": Kind(confidentiality="confidential"),
    "odd_phone": Kind(phone="call after 6 pm, (0)22/55-01 ext. 7"),
    "no_hiring_manager": Kind(posting="no_hiring_manager"),
}


class Maker:
    """Makes candidates. `ids` gives each new id, `rng` decides what is left to chance, `now` is in milliseconds."""

    def __init__(self, account: Account, ids: Callable[[], str], rng: Random, now: int) -> None:
        self.account, self.ids, self.rng, self.now = account, ids, rng, now
        self._taken = {contact.name for contact in account.contacts.values()}

    def of_kind(self, name: str, contact: Contact | None = None) -> Opportunity:
        """A new opportunity of the kind, on a new contact unless one is given. KeyError for an unknown kind."""
        kind = KINDS[name]
        person = contact or self._contact(kind)
        opportunity = self._opportunity(kind, person)
        if kind.posting:
            self._apply(opportunity, kind, self.account.cast["postings"][kind.posting])
        self.account.keep_contact(person)
        self.account.keep(opportunity)
        return opportunity

    def _contact(self, kind: Kind) -> Contact:
        if kind.anonymised:
            # What an anonymised contact still shows is not documented; nothing is the safe guess.
            return Contact(id=self.ids(), is_anonymized=True)
        name = self._new_name(kind.name)
        return Contact(
            id=self.ids(),
            name=name,
            headline="Northwind Foundry",
            location=self.rng.choice(names.CITIES),
            emails=[names.address(name, self.rng)] if kind.email else [],
            phones=[Phone(type="mobile", value=kind.phone)],
        )

    def _new_name(self, make: NameMaker) -> str:
        while (name := make(self.rng)) in self._taken:
            pass
        self._taken.add(name)
        return name

    def _opportunity(self, kind: Kind, contact: Contact) -> Opportunity:
        stage = next(stage for stage in self.account.stages.values() if stage.text == "On-site")
        not_a_fit = next(one.id for one in self.account.archive_reasons.values() if one.text == "Not a fit")
        owner = self.account.cast["users"][kind.owner] if kind.owner else None
        at = self.now - self.rng.randrange(1, 100) * HOUR
        moved = StageChange(
            to_stage_id=stage.id,
            to_stage_index=self.account.stage_index(stage.id),
            updated_at=at,
            user_id=owner or self.account.cast["users"]["recruiter"],
        )
        return Opportunity(
            id=self.ids(),
            contact=contact.id,
            stage=stage.id,
            confidentiality=kind.confidentiality,
            archived=Archived(reason=not_a_fit, archived_at=at) if kind.archived else None,
            tags=list(kind.tags),
            sources=["Job site"],
            stage_changes=[moved],
            origin="applied",
            owner=owner,
            followers=[owner] if owner else [],
            created_at=at - 200 * HOUR,
            updated_at=at + 1,
            last_interaction_at=at,
            last_advanced_at=at,
        )

    def _apply(self, opportunity: Opportunity, kind: Kind, posting_id: str) -> None:
        posting = self.account.postings[posting_id]
        at = opportunity.created_at
        opportunity.join(posting, Application(id=self.ids(), posting=posting_id, created_at=at))
        if not kind.inherits:
            opportunity.tags = [tag for tag in opportunity.tags if tag not in posting.tags]

"""Invents the people behind prospects: the same for the same seed, every address theirs alone. Pure.

Every name is made up, every address ends in `.test`, every phone is in an area code that nobody has.
"""

from random import Random

from sandbox.crosschq.people import Person
from sandbox.crosschq.prospects import Profile


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST = _words(
    "Ines Jonah Mirela Tavish Oona Peregrin Sunniva Caspian Yolanda Lucian Amara Bertil Calla Dorian Elwyn Fidelma "
    "Gaspard Hedda Ilmar Jocasta Keziah Leopold Minna Nandor Odile Philomena Rafferty Solveig Thaddeus Ursula"
)
LAST = _words(
    "Albrook Venn Tarrow Quillfeather Osk Marlowe Dunmere Ferris Ibarne Blackwattle Corvane Dellarose Eastmoor "
    "Fennimore Galbraithe Hollowell Iversund Juniperus Kettleby Lorrimond Mossgrave Norrington Oakhelm Pennywhistle "
    "Rookwood Stellamont Thistledown Umberfield Wexcombe Yewbarrow"
)
COMPANIES = tuple(
    f"{name} {kind}"
    for name in ("Larkspur", "Copperline", "Northmere", "Bluefen", "Tallow & Finch", "Harbourlight")
    for kind in ("Systems", "Foods", "Logistics", "Health", "Studios")
)
LOCATIONS = ("Oslo", "Lisbon", "Toronto", "Berlin", "Austin, TX", "Nairobi", "Remote")
TITLES: dict[str, tuple[str, ...]] = {
    "software-engineer": ("Software Engineer", "Senior Backend Engineer", "Staff Engineer"),
    "sales-representative": ("Account Executive", "Sales Representative", "Head of Sales"),
    "engineering-manager": ("Engineering Manager", "Director of Engineering"),
    "customer-support": ("Support Specialist", "Support Team Lead"),
    "general": ("Office Manager", "Project Manager", "Operations Lead"),
}
"""By the codename of the survey; a survey that is not here takes those of `general`."""
TAGS = ("open to relocation", "mentor", "speaks German", "remote only", "alumni", "leadership", "part-time")


class Inventor:
    """Invents people one after the other; `number` is what makes an address somebody's own."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - invented people, nothing secret

    def somebody(self, number: int, domain: str = "prospects.test") -> Profile:
        """Somebody with every field filled in."""
        chance = self._random
        first, last = chance.choice(FIRST), chance.choice(LAST)
        if chance.random() < 0.3:
            last = f"{last}-{chance.choice(LAST)}"
        email = f"{first}.{last}.{number}@{domain}".lower()
        person = Person(first, last, email, f"+1555{number % 10_000_000:07}")
        return self.career_of(person, chance.choice(tuple(TITLES)))

    def career_of(self, person: Person, job_function: str) -> Profile:
        """What enrichment would find out about somebody we know by name and address (crosschq.md 4)."""
        chance = self._random
        title = chance.choice(TITLES.get(job_function, TITLES["general"]))
        company = chance.choice(COMPANIES)
        page = person.email.partition("@")[0].replace(".", "-")
        return Profile(
            first_name=person.first_name,
            last_name=person.last_name,
            email=person.email,
            mobile_phone=person.mobile_phone,
            headline=f"{title} at {company}",
            company=company,
            title=title,
            location=chance.choice(LOCATIONS),
            links=(f"https://linked.test/in/{page}",),
            tags=tuple(chance.sample(TAGS, chance.choice((0, 1, 1, 2)))),
            job_function=job_function,
        )

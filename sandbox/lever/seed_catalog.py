"""The seed's stages, archive reasons, users and postings: those a small company would have."""

from collections.abc import Callable
from typing import Any

from sandbox.lever.account import Account
from sandbox.lever.catalog import ArchiveReason, Categories, Content, Posting, SalaryRange, Stage, User
from sandbox.lever.requisitions import CLOSED_CODE, seeded

Ids = Callable[[], str]
DAY = 86_400_000

# (text, slug or None for a UUID, pipeline, rank, has an interview)
STAGES: tuple[tuple[str, str | None, Any, float, bool], ...] = (
    ("New lead", "lead-new", "lead", 100, False),
    ("Reached out", "lead-reached-out", "lead", 110, False),
    ("Responded", "lead-responded", "lead", 120, False),
    ("New applicant", "applicant-new", "applicant", 200, False),
    ("Phone screen", None, "screen", 231.5, True),
    ("On-site", None, "onsite", 300, True),
    ("Crosschq", None, "onsite", 350, False),
    ("Reference check", None, "onsite", 362.25, False),
    ("Offer", "offer", "offer", 400, False),
)
REASONS = ("Hired", "Not a fit", "Withdrew", "Offer declined", "Position closed")
# name in the cast: (name, role, title)
USERS = {
    "integration": ("Inga Integra", "super admin", "People systems"),
    "recruiter": ("Rowan Brightwater", "team member", "Recruiter"),
    "second_recruiter": ("Sanna Harrowgate", "team member", "Senior recruiter"),
    "hiring_manager": ("Henrik Dunmore", "limited team member", "Head of engineering"),
    "second_hiring_manager": ("Malou Castellan", "limited team member", "Head of sales"),
    "admin": ("Amparo Ilvermoor", "admin", "Talent operations"),
    "deactivated": ("Dorian Quarrington", "team member", "Recruiter, left the company"),
}
# name in the cast: (title, department, team, place, tags, has a hiring manager, state)
POSTINGS: dict[str, tuple[str, str, str, str, list[str], bool, Any]] = {
    "engineer": (
        "Platform Engineer",
        "Product",
        "Engineering",
        "Oslo",
        ["crosschq-engineer"],
        True,
        "published",
    ),
    "sales": ("Account Executive", "Revenue", "Sales", "Austin", ["crosschq-sales"], True, "published"),
    "two_tags": (
        "Solutions Engineer",
        "Revenue",
        "Solutions",
        "Berlin",
        ["crosschq-engineer", "crosschq-sales"],
        True,
        "published",
    ),
    "no_tags": ("Office Manager", "Operations", "Workplace", "Lisbon", [], True, "published"),
    "no_hiring_manager": (
        "Data Engineer",
        "Product",
        "Data",
        "Remote",
        ["crosschq-engineer"],
        False,
        "internal",
    ),
    "draft": ("Support Lead", "Operations", "Support", "Toronto", [], True, "draft"),
    "closed": ("Design Intern", "Product", "Design", "Oslo", [], True, "closed"),
    "confidential": ("Chief Financial Officer", "Executive", "Finance", "Oslo", [], True, "internal"),
}

# name in the cast: (posting, code)
REQUISITIONS = {"open": ("engineer", "REQ-1"), "closed": ("sales", CLOSED_CODE)}


def fill(account: Account, ids: Ids, now: int) -> dict[str, dict[str, str]]:
    """Put everything in. Answers {cast name: id} under users, postings and requisitions; `now` in milliseconds."""
    for text, slug, pipeline, rank, interview in STAGES:
        stage = Stage(id=slug or ids(), text=text, pipeline=pipeline, rank=rank, has_interview=interview)
        account.stages[stage.id] = stage
    for text in REASONS:
        reason = ArchiveReason(id=ids(), text=text, type="hired" if text == "Hired" else "non-hired")
        account.archive_reasons[reason.id] = reason
    users = {name: _user(account, name, ids(), number, now) for number, name in enumerate(USERS)}
    postings = {
        name: _posting(account, name, ids(), number, now, users) for number, name in enumerate(POSTINGS)
    }
    requisitions = {
        name: _requisition(account, postings[of], code) for name, (of, code) in REQUISITIONS.items()
    }
    return {"users": users, "postings": postings, "requisitions": requisitions}


def _user(account: Account, cast_name: str, user_id: str, number: int, now: int) -> str:
    name, role, title = USERS[cast_name]
    username = name.lower().replace(" ", ".")
    account.users[user_id] = User(
        id=user_id,
        name=name,
        username=username,
        email=f"{username}@employer.example",
        access_role=role,
        created_at=now - (800 - number) * DAY,
        deactivated_at=now - 30 * DAY if cast_name == "deactivated" else None,
        job_title=title,
    )
    return user_id


def _posting(
    account: Account, cast_name: str, posting_id: str, number: int, now: int, users: dict[str, str]
) -> str:
    title, department, team, place, tags, managed, state = POSTINGS[cast_name]
    manager = users["second_hiring_manager" if department == "Revenue" else "hiring_manager"]
    owner = users["second_recruiter" if department == "Revenue" else "recruiter"]
    account.postings[posting_id] = Posting(
        id=posting_id,
        text=title,
        state=state,
        distribution_channels=["public", "internal"] if state == "published" else None,
        user=users["admin"],
        owner=owner,
        hiring_manager=manager if managed else None,
        categories=Categories(
            team=team, department=department, location=place, commitment="Full-time", all_locations=[place]
        ),
        tags=tags,
        content=Content(description=f"We are looking for a {title}."),
        followers=[owner],
        salary_range=SalaryRange(min=90_000, max=120_000) if cast_name == "engineer" else None,
        confidentiality="confidential" if cast_name == "confidential" else "non-confidential",
        created_at=now - (400 - number) * DAY,
        updated_at=now - (200 - number) * DAY,
    )
    return posting_id


def _requisition(account: Account, posting_id: str, code: str) -> str:
    posting = account.postings[posting_id]
    requisition = seeded(posting, code)
    posting.requisition_codes = [code]
    account.requisitions[requisition.id] = requisition
    return requisition.id

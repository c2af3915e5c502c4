"""The API of postings: read, list, create, change in part. See lever.md 5, 7 and 8. Newest first."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.lever.account import new_id
from sandbox.lever.answers import LeverResponse, data, listed
from sandbox.lever.api_catalog import find
from sandbox.lever.asking import actor_of, body_of, lever_of, limit_of
from sandbox.lever.catalog import Categories, Content, Posting, PostingState, WorkplaceType
from sandbox.lever.errors import bad_request, forbidden
from sandbox.lever.expand import expansions, reduced
from sandbox.lever.filters import Filters, several, visible_confidentialities
from sandbox.lever.lists import NEWEST_POSTING, page
from sandbox.lever.record import Record
from sandbox.lever.shapes import posting_shape
from sandbox.lever.stand_in import Lever
from sandbox.lever.webhooks import Actor

POSTING_FILTERS: Filters[Posting] = Filters(
    values={
        "state": lambda row: [row.state],
        "distributionChannel": lambda row: row.distribution_channels or [],
        "team": lambda row: [row.categories.team],
        "department": lambda row: [row.categories.department],
        "group": lambda row: [row.categories.department],
        "location": lambda row: [row.categories.location, *row.categories.all_locations],
        "commitment": lambda row: [row.categories.commitment],
        "level": lambda row: [row.categories.level],
        "tag": lambda row: row.tags,
    },
    moments={"updated_at": lambda row: row.updated_at},
)
POSTING_ROLES = [
    {"id": "owner", "name": "Posting owner", "isReadOnly": True},
    {"id": "hiringManager", "name": "Hiring manager", "isReadOnly": True},
]
WITH_UPDATED_AT = {
    "updated_at_start",
    "updated_at_end",
    "confidentiality",
    "limit",
    "offset",
    "include",
    "expand",
}


class PostingWanted(Record):
    """Body of both writes; what is left out of a change stays."""

    text: str | None = None
    state: PostingState | None = None
    owner: str | None = None
    hiring_manager: str | None = None
    categories: Categories | None = None
    tags: list[str] | None = None
    content: Content | None = None
    distribution_channels: list[str] | None = None
    requisition_codes: list[str] | None = None
    workplace_type: WorkplaceType | None = None


async def list_postings(request: Request) -> Response:
    query, account = request.query_params, lever_of(request).account
    asked = {name.partition("[")[0] for name in query}
    if asked & {"updated_at_start", "updated_at_end"} and asked - WITH_UPDATED_AT:
        raise bad_request("updated_at_start and updated_at_end can only be combined with confidentiality")
    visible = visible_confidentialities(query, granted=account.confidential_access)
    rows = [
        row for row in account.postings.values() if row.confidentiality in visible and _on_public(row, asked)
    ]
    answer = page(POSTING_FILTERS.apply(rows, query), NEWEST_POSTING, limit_of(request), query.get("offset"))
    return listed(answer, lambda row: _asked_shape(request, row))


async def get_posting(request: Request) -> Response:
    return data(_asked_shape(request, posting_of(request)))


async def get_posting_users(request: Request) -> Response:
    posting, users = posting_of(request), lever_of(request).account.users
    people = filter(None, (posting.owner, posting.hiring_manager))
    shown = [users[one].shape() for one in dict.fromkeys(people)]
    # This one answer has no `data` (lever.md 5, exceptions).
    named = {"id": posting.id, "text": posting.text}
    return LeverResponse({"posting": named, "users": shown, "roles": POSTING_ROLES})


async def create_posting(request: Request) -> Response:
    lever, actor = lever_of(request), actor_of(request, required=True)
    wanted = await _wanted(request)
    posting = _drafted(wanted, actor, lever.now())
    _change(posting, wanted)
    lever.account.postings[posting.id] = posting
    return data(posting_shape(posting, lever.options.base_url), 201)


async def change_posting(request: Request) -> Response:
    lever, posting = lever_of(request), posting_of(request)
    actor_of(request, required=True)
    wanted, before = await _wanted(request), posting.text
    _change(posting, wanted)
    posting.updated_at = lever.now()
    _retitle(lever, posting, before)
    return data(posting_shape(posting, lever.options.base_url))


def posting_of(request: Request) -> Posting:
    """The posting named in the path. 404 when there is none, 403 when it is confidential and the key has no grant."""
    account = lever_of(request).account
    posting = find(account.postings, "postings", request.path_params["id"])
    if posting.confidentiality == "confidential" and not account.confidential_access:
        raise forbidden("This API key has no access to confidential data.")
    return posting


async def _wanted(request: Request) -> PostingWanted:
    wanted = await body_of(request, PostingWanted)
    for user in filter(None, [wanted.owner, wanted.hiring_manager]):
        find(lever_of(request).account.users, "users", user)
    return wanted


def _on_public(posting: Posting, asked: set[str]) -> bool:
    # state=published means the public ones unless a channel is named.
    if "state" not in asked or "distributionChannel" in asked or posting.state != "published":
        return True
    return "public" in (posting.distribution_channels or [])


def _drafted(wanted: PostingWanted, actor: Actor, now: int) -> Posting:
    if not wanted.text or actor.user is None:
        raise bad_request("text is required: the title of the posting")
    return Posting(
        id=new_id(),
        text=wanted.text,
        state="draft",
        user=actor.user,
        owner=wanted.owner or actor.user,
        created_at=now,
        updated_at=now,
    )


def _change(posting: Posting, wanted: PostingWanted) -> None:
    for name in wanted.model_fields_set:
        value = getattr(wanted, name)
        if value is not None or name == "hiring_manager":
            setattr(posting, name, value)


def _retitle(lever: Lever, posting: Posting, before: str) -> None:
    """Recorded: the new title takes the old one's place among the tags of its opportunities."""
    for one in lever.account.opportunities.values():
        if posting.text != before in one.tags and one.application and one.application.posting == posting.id:
            one.tags = list(dict.fromkeys(posting.text if tag == before else tag for tag in one.tags))
            one.updated_at = lever.now()


def _asked_shape(request: Request, posting: Posting) -> dict[str, object]:
    lever, query = lever_of(request), request.query_params
    full = posting_shape(posting, lever.options.base_url)
    expanded = expansions(lever.account, full, several(query, "expand"), lever.options.base_url)
    return reduced(full, expanded, several(query, "include"))


routes: list[BaseRoute] = [
    Route("/v1/postings", list_postings, methods=["GET"]),
    Route("/v1/postings", create_posting, methods=["POST"]),
    Route("/v1/postings/{id}", get_posting, methods=["GET"]),
    Route("/v1/postings/{id}", change_posting, methods=["POST"]),
    Route("/v1/postings/{id}/users", get_posting_users, methods=["GET"]),
]

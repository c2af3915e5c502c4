"""The API of opportunities: read, list, create, and the acts that change one. See lever.md 5, 7 and 8."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.lever import acts
from sandbox.lever.answers import LeverResponse, data, listed
from sandbox.lever.api_catalog import find
from sandbox.lever.asking import actor_of, body_of, checked, lever_of, limit_of, opportunity_of
from sandbox.lever.candidacy import Opportunity
from sandbox.lever.creation import NewOpportunity, create
from sandbox.lever.errors import not_found
from sandbox.lever.expand import opportunity_expansions, reduced
from sandbox.lever.filters import flag, moment, several, visible_confidentialities
from sandbox.lever.lists import opportunity_order, page, page_of_lineup
from sandbox.lever.multipart import Upload, is_multipart, read_upload
from sandbox.lever.opportunity_filters import narrowed, opportunity_filters
from sandbox.lever.record import Record
from sandbox.lever.shapes import deleted_shape, mutation_shape, opportunity_shape

Shape = dict[str, object]


class StageWanted(Record):
    """Body of PUT stage."""

    stage: str


class ArchivedWanted(Record):
    """Body of PUT archived; a null reason unarchives. The field itself must be there.

    `clean_interviews` takes those that have not begun off the calendar.
    """

    reason: str | None
    clean_interviews: bool = False
    requisition_id: str | None = None


async def get_opportunity(request: Request) -> Response:
    return data(_asked_shape(request, opportunity_of(request)))


async def list_opportunities(request: Request) -> Response:
    lever, query = lever_of(request), request.query_params
    account = lever.account
    visible = visible_confidentialities(query, granted=account.confidential_access)
    passes, people = opportunity_filters(account, lever.now()).test(query), narrowed(account, query)
    limit, offset = limit_of(request), query.get("offset")

    def fits(row: Opportunity) -> bool:
        return row.confidentiality in visible and passes(row)

    if people is None:
        answer = page_of_lineup(account, fits, limit, offset)
    else:
        answer = page(filter(fits, people), opportunity_order(account), limit, offset)
    return listed(answer, lambda row: _asked_shape(request, row))


async def list_deleted(request: Request) -> Response:
    lever, query = lever_of(request), request.query_params
    start, end = moment(query, "deleted_at_start"), moment(query, "deleted_at_end")
    visible = visible_confidentialities(query, granted=lever.account.confidential_access)
    rows = [
        row
        for row in lever.account.deleted.values()
        if row.confidentiality in visible
        and (start or 0) <= (row.deleted_at or 0) <= (lever.now() if end is None else end)
    ]
    answer = page(rows, opportunity_order(lever.account), limit_of(request), query.get("offset"))
    return listed(answer, lambda row: deleted_shape(lever.account, row, lever.options.base_url))


async def create_opportunity(request: Request) -> Response:
    lever, query = lever_of(request), request.query_params
    actor = actor_of(request, required=True)
    upload = await read_upload(request, lever.now()) if is_multipart(request) else Upload({}, {})
    wanted = (
        checked(upload.fields, NewOpportunity)
        if is_multipart(request)
        else await body_of(request, NewOpportunity)
    )
    owner_from_posting = flag(query, "perform_as_posting_owner") or False
    created = create(lever, wanted, actor, owner_from_posting=owner_from_posting)
    opportunity = created.opportunity
    lever.account.resumes[opportunity.id].extend(upload.files.get("resumeFile", []))
    lever.account.files[opportunity.id].extend(upload.files.get("files", []))
    shape = mutation_shape(lever.account, opportunity, lever.options.base_url, blank=False)
    return LeverResponse({"deduped": created.deduped, "data": shape}, 201)


async def put_stage(request: Request) -> Response:
    lever, opportunity, actor = lever_of(request), opportunity_of(request), actor_of(request)
    wanted = await body_of(request, StageWanted)
    if wanted.stage not in lever.account.stages:
        raise not_found("stages", wanted.stage)
    acts.move(lever, opportunity, wanted.stage, actor)
    return changed(request, opportunity)


async def put_archived(request: Request) -> Response:
    lever, opportunity, actor = lever_of(request), opportunity_of(request), actor_of(request)
    wanted = await body_of(request, ArchivedWanted)
    if wanted.reason is not None and wanted.reason not in lever.account.archive_reasons:
        raise not_found("archive_reasons", wanted.reason)
    requisition = None
    if wanted.requisition_id is not None:
        requisition = find(lever.account.requisitions, "requisitions", wanted.requisition_id)
        requisition.require_open()
    acts.archive(
        lever, opportunity, wanted.reason, actor, requisition, clean_interviews=wanted.clean_interviews
    )
    return changed(request, opportunity)


def changed(request: Request, opportunity: Opportunity, *, blank: bool = True) -> Response:
    """The answer to a mutation: the whole opportunity, its contact fields blank but after addLinks."""
    lever = lever_of(request)
    return data(mutation_shape(lever.account, opportunity, lever.options.base_url, blank=blank))


def _asked_shape(request: Request, opportunity: Opportunity) -> Shape:
    lever, query = lever_of(request), request.query_params
    full = opportunity_shape(lever.account, opportunity, lever.options.base_url)
    expanded = opportunity_expansions(lever.account, opportunity, several(query, "expand"))
    return reduced(full, expanded, several(query, "include"))


OPPORTUNITY = "/v1/opportunities/{opportunity}"
routes: list[BaseRoute] = [
    Route("/v1/opportunities", list_opportunities, methods=["GET"]),
    Route("/v1/opportunities", create_opportunity, methods=["POST"]),
    Route("/v1/opportunities/deleted", list_deleted, methods=["GET"]),
    Route(OPPORTUNITY, get_opportunity, methods=["GET"]),
    Route(f"{OPPORTUNITY}/stage", put_stage, methods=["PUT"]),
    Route(f"{OPPORTUNITY}/archived", put_archived, methods=["PUT"]),
]

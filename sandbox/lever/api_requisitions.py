"""The API of requisitions, reading only. See lever.md 5, 7 and 8."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.lever.answers import data, listed_as_given
from sandbox.lever.api_catalog import find
from sandbox.lever.asking import lever_of
from sandbox.lever.errors import forbidden
from sandbox.lever.filters import Filters, visible_confidentialities
from sandbox.lever.requisitions import Requisition

REQUISITION_FILTERS: Filters[Requisition] = Filters(
    values={
        "requisition_code": lambda row: [row.requisition_code],
        "status": lambda row: [row.status],
    },
    moments={"created_at": lambda row: row.created_at},
)


async def list_requisitions(request: Request) -> Response:
    query, account = request.query_params, lever_of(request).account
    visible = visible_confidentialities(query, granted=account.confidential_access)
    rows = [row for row in account.requisitions.values() if row.confidentiality in visible]
    return listed_as_given(request, [row.shape() for row in REQUISITION_FILTERS.apply(rows, query)])


async def get_requisition(request: Request) -> Response:
    account = lever_of(request).account
    requisition = find(account.requisitions, "requisitions", request.path_params["id"])
    if requisition.confidentiality == "confidential" and not account.confidential_access:
        raise forbidden("This API key has no access to confidential data.")
    return data(requisition.shape())


routes: list[BaseRoute] = [
    Route("/v1/requisitions", list_requisitions, methods=["GET"]),
    Route("/v1/requisitions/{id}", get_requisition, methods=["GET"]),
]

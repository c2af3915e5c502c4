"""The API of requisitions. See lever.md 5, 7 and 8."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.lever import requisition_writes
from sandbox.lever.answers import data, deleted, listed_as_given, shown
from sandbox.lever.api_catalog import find
from sandbox.lever.asking import actor_of, body_of, lever_of
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
    return shown(request, _requisition(request).shape())


async def create_requisition(request: Request) -> Response:
    wanted = await body_of(request, requisition_writes.RequisitionWanted)
    made = requisition_writes.add(lever_of(request), wanted, actor_of(request))
    return data(requisition_writes.written_shape(made), 201)


async def put_requisition(request: Request) -> Response:
    requisition, _ = _requisition(request), actor_of(request)
    wanted = await body_of(request, requisition_writes.RequisitionWanted)
    requisition_writes.change(lever_of(request), requisition, wanted)
    return data(requisition_writes.written_shape(requisition))


async def delete_requisition(request: Request) -> Response:
    requisition, _ = _requisition(request), actor_of(request)
    requisition_writes.remove(lever_of(request), requisition)
    return deleted()


def _requisition(request: Request) -> Requisition:
    account = lever_of(request).account
    requisition = find(account.requisitions, "requisitions", request.path_params["id"])
    if requisition.confidentiality == "confidential" and not account.confidential_access:
        raise forbidden("This API key has no access to confidential data.")
    return requisition


routes: list[BaseRoute] = [
    Route("/v1/requisitions", list_requisitions, methods=["GET"]),
    Route("/v1/requisitions", create_requisition, methods=["POST"]),
    Route("/v1/requisitions/{id}", get_requisition, methods=["GET"]),
    Route("/v1/requisitions/{id}", put_requisition, methods=["PUT"]),
    Route("/v1/requisitions/{id}", delete_requisition, methods=["DELETE"]),
]

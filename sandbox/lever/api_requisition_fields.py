"""The API of the account's own fields of requisitions. See lever.md 8."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.lever import requisition_fields as fields
from sandbox.lever.answers import data, deleted
from sandbox.lever.api_catalog import find
from sandbox.lever.asking import body_of, lever_of
from sandbox.lever.errors import bad_request


async def list_fields(request: Request) -> Response:
    # Recorded without `hasNext`.
    return data([field.shape() for field in _fields(request).values()])


async def get_field(request: Request) -> Response:
    return data(_field(request).shape())


async def create_field(request: Request) -> Response:
    kept, wanted = _fields(request), await body_of(request, fields.RequisitionField)
    if wanted.id in kept:
        raise bad_request(f"There is a requisition field {wanted.id} already")
    kept[wanted.id] = wanted
    return data(wanted.shape(), 201)


async def put_field(request: Request) -> Response:
    before, wanted = _field(request), await body_of(request, fields.RequisitionField)
    if wanted.id != before.id:
        raise bad_request("The id of a requisition field cannot be changed")
    _fields(request)[before.id] = wanted
    return data(wanted.shape())


async def delete_field(request: Request) -> Response:
    del _fields(request)[_field(request).id]
    return deleted()


async def add_options(request: Request) -> Response:
    field, wanted = _field(request), await body_of(request, fields.NewOptions)
    field.own_options().extend(wanted.values)
    return data(field.shape(), 201)


async def put_options(request: Request) -> Response:
    field, wanted = _field(request), await body_of(request, fields.NewOptions)
    fields.rename_options(field, wanted.values)
    return data(field.shape())


async def delete_options(request: Request) -> Response:
    fields.remove_options(_field(request), (await body_of(request, fields.GoneOptions)).values)
    return deleted()


def _fields(request: Request) -> dict[str, fields.RequisitionField]:
    return lever_of(request).account.requisition_fields


def _field(request: Request) -> fields.RequisitionField:
    return find(_fields(request), "requisition_fields", request.path_params["id"])


ALL = "/v1/requisition_fields"
ONE = f"{ALL}/{{id}}"
routes: list[BaseRoute] = [
    Route(ALL, list_fields, methods=["GET"]),
    Route(ALL, create_field, methods=["POST"]),
    Route(ONE, get_field, methods=["GET"]),
    Route(ONE, put_field, methods=["PUT"]),
    Route(ONE, delete_field, methods=["DELETE"]),
    Route(f"{ONE}/options", add_options, methods=["POST"]),
    Route(f"{ONE}/options", put_options, methods=["PUT"]),
    Route(f"{ONE}/options", delete_options, methods=["DELETE"]),
]

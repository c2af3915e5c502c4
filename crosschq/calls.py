"""The one way Crosschq is read. Knows no endpoint."""

from typing import TypeVar

from pydantic import TypeAdapter

from crosschq.dialect import Endpoint
from outbound.answers import shaped
from outbound.bounded import ONE_OBJECT, Limits
from outbound.http import Params, VendorHttp

T = TypeVar("T")


async def read(
    http: VendorHttp,
    adapter: TypeAdapter[T],
    call: Endpoint,
    *ids: str,
    params: Params | None = None,
    limits: Limits = ONE_OBJECT,
) -> T:
    """What a GET answers, as the contract's type."""
    answer = await http.read(call.path_of(*ids), operation=call.operation, params=params, limits=limits)
    return shaped(adapter, answer, http.reading(call.operation))

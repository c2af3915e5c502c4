"""Crosschq's partner API, one method per call. Decides nothing and stores nothing.

Paths, names and their evidence stand in crosschq.dialect; errors are those of outbound.errors.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from pydantic import BaseModel, Field, TypeAdapter

from crosschq import dialect
from crosschq.auth import KeyAuth
from crosschq.calls import read
from crosschq.dialect import HiringStatus
from crosschq.models import AccountConfig, ReferenceRequest, Survey
from crosschq.new_request import NewReferenceRequest
from crosschq.no_such_call import NoSuchCall
from crosschq.outcome import ENTER_BY_HAND, outcome_to_wire
from crosschq.prospect_calls import ProspectCalls
from crosschq.reasons import reason_of
from crosschq.wire import RequestId
from outbound.answers import shaped
from outbound.bounded import LIST
from outbound.client import open_client
from outbound.errors import NotFound, OutcomeUnknown, Refused
from outbound.http import VendorHttp
from outbound.limiter import Priority, RateLimiter
from outbound.lists import Reading, Skipped, listed

READ_SECONDS: Final = 15.0


class _Created(BaseModel):
    id: RequestId = Field(validation_alias=dialect.CREATED_ID, coerce_numbers_to_str=True)


_ACCOUNT_CONFIG: Final = TypeAdapter(AccountConfig)
_SURVEYS: Final = TypeAdapter(tuple[object, ...])
_SURVEY: Final = TypeAdapter(Survey)
_CREATED: Final = TypeAdapter(_Created)
_REFERENCE_REQUEST: Final = TypeAdapter(ReferenceRequest)


def connect(
    base_url: str,
    api_key: str,
    prefix: str,
    limiter: RateLimiter,
    priority: Priority = Priority.REQUEST,
    account: str = "",
) -> "CrosschqClient":
    """A client for one Crosschq organization. Close it after use.

    `prefix` stands before the key. `account`: how CredentialsRefused names the credentials.
    Raises ValueError for a key or prefix that cannot be one (see KeyAuth).
    """
    client = open_client(base_url, KeyAuth(api_key, prefix), READ_SECONDS)
    return CrosschqClient(VendorHttp("Crosschq", client, limiter, reason_of, priority, account=account))


@dataclass(frozen=True, slots=True)
class CrosschqClient(ProspectCalls):
    """One Crosschq organization; `http` carries its base URL and key."""

    async def aclose(self) -> None:
        """Close its connections."""
        await self.http.client.aclose()

    # crosschq.md 1.3, documented: https://support.crosschq.com/knowledge/crosschq-partner-api
    async def account_config(self) -> AccountConfig:
        """The account's bounds on numbers of references."""
        return await read(self.http, _ACCOUNT_CONFIG, dialect.ACCOUNT_CONFIG)

    # crosschq.md 1.4, documented: https://support.crosschq.com/knowledge/crosschq-partner-api-v2
    async def surveys(self, skipped: Skipped | None = None) -> tuple[Survey, ...]:
        """The surveys switched on at present."""
        return await listed(self._surveys(), skipped)

    async def _surveys(self) -> AsyncIterator[Survey]:
        reading = Reading(_SURVEY, self.http.reading(dialect.SURVEYS.operation))
        answer = await read(self.http, _SURVEYS, dialect.SURVEYS, limits=LIST)
        for one in reading.readable(answer):
            yield one
        reading.end()

    # crosschq.md 1.3, inferred
    async def request_references(self, new: NewReferenceRequest) -> str:
        """Sends the candidate a request and returns its id. Never repeated once Crosschq may have acted.

        OutcomeUnknown means that the candidate may have been written to; also when the answer held no usable id.
        """
        call = dialect.REQUEST_REFERENCES
        answer = await self.http.write(call.method, call.path, operation=call.operation, json=new.to_wire())
        return shaped(_CREATED, answer, self.http.writing(call.operation)).id

    # crosschq.md 1.3, inferred
    async def reference_request(self, request_id: str) -> ReferenceRequest:
        """The request as it stands now."""
        return await read(self.http, _REFERENCE_REQUEST, dialect.REFERENCE_REQUEST, request_id)

    # crosschq.md 1.8, inferred
    async def cancel_request(self, request_id: str) -> None:
        """Withdraws the request. A Crosschq that cannot answers Refused: then a person cancels it there by hand.

        After OutcomeUnknown, read the request again to see whether it is withdrawn.
        """
        call = dialect.CANCEL_REQUEST
        await self.http.write(call.method, call.path_of(request_id), operation=call.operation)

    # crosschq.md 5, inferred
    async def set_outcome(self, request_id: str, outcome: HiringStatus, hired_on: date | None = None) -> None:
        """Tells Crosschq whether the candidate was hired; `hired_on` belongs to HIRED alone.

        After OutcomeUnknown, read the request to see whether it was set; where it does not say, set it again: the same
        outcome twice is the same state. NoSuchCall: this Crosschq has no such call, so a person enters it there.
        NotFound: the request is gone. To tell the two apart the request is read after a 404, so what
        `reference_request` raises may come too; then nothing was set.
        """
        call = dialect.SET_OUTCOME
        try:
            await self.http.write(
                call.method,
                call.path_of(request_id),
                operation=call.operation,
                json=outcome_to_wire(outcome, hired_on),
            )
        except NotFound as refused:
            await self.reference_request(request_id)
            raise NoSuchCall.instead_of(refused, ENTER_BY_HAND) from refused
        except (Refused, OutcomeUnknown) as refused:
            if refused.status not in dialect.NO_SUCH_CALL_STATUSES:
                raise
            raise NoSuchCall.instead_of(refused, ENTER_BY_HAND) from refused

"""Sends one call to a vendor: takes a turn, sends, reads within limits, repeats where harmless. Follows no redirect."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypedDict

import httpx

from outbound.answers import Call, failure_of_answer, failure_without_answer, json_of
from outbound.bounded import ONE_OBJECT, WRITTEN, AnswerTooLarge, Limits, send_within
from outbound.errors import NotExecuted, OutcomeUnknown, VendorError
from outbound.guard import check_before_write
from outbound.limiter import Priority, RateLimiter
from outbound.waits import wait_before_repeat

Params = Mapping[str, str | int | bool | Sequence[str]]
Files = Mapping[str, tuple[str, bytes, str]]


class _Content(TypedDict, total=False):
    params: Params | None
    json: object
    files: Files | None
    timeout: httpx.Timeout


@dataclass(frozen=True, slots=True)
class VendorHttp:
    """`client` carries base URL, credentials and timeouts; `reason_of` finds the vendor's words in a 4xx.

    `account` names the credentials in errors about them, and says nothing of what they are.
    """

    vendor: str
    client: httpx.AsyncClient
    limiter: RateLimiter
    reason_of: Callable[[httpx.Response], str]
    priority: Priority = Priority.REQUEST
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    dice: Callable[[], float] = random.random
    account: str = ""

    async def read(
        self, path: str, *, operation: str, params: Params | None = None, limits: Limits = ONE_OBJECT
    ) -> object:
        """The JSON value of a GET. Repeated up to twice; raises NotExecuted, Refused or UnexpectedAnswer."""
        return await self._send(self.reading(operation), "GET", path, {"params": params}, limits)

    async def write(
        self,
        method: str,
        path: str,
        *,
        operation: str,
        params: Params | None = None,
        json: object = None,
        files: Files | None = None,
        timeout: httpx.Timeout | None = None,
        limits: Limits = WRITTEN,
        repeatable: bool = False,
    ) -> object:
        """The JSON value of a write's answer, None for 204. `files`: {field: (name, bytes, content type)}.

        Repeated up to twice where the vendor surely did nothing; where that is unsure, only if `repeatable`.
        `timeout` replaces the client's own. Raises NotExecuted, OutcomeUnknown or Refused.
        """
        content: _Content = {
            "params": params,
            "json": json,
            "files": files,
            "timeout": timeout or self.client.timeout,
        }
        return await self._send(self.writing(operation, repeatable), method, path, content, limits)

    def reading(self, operation: str) -> Call:
        """The call that `read` makes, for errors about its answer."""
        return Call(self.vendor, operation, writes=False, repeatable=True, account=self.account)

    def writing(self, operation: str, repeatable: bool = False) -> Call:
        """The call that `write` makes, for errors about its answer."""
        return Call(self.vendor, operation, writes=True, repeatable=repeatable, account=self.account)

    async def _send(self, call: Call, method: str, path: str, content: _Content, limits: Limits) -> object:
        repeat = 0
        while True:
            outcome = await self._try(call, method, path, content, limits)
            if not isinstance(outcome, VendorError):
                return json_of(call, outcome)
            repeat += 1
            wait = wait_before_repeat(repeat, self.dice(), _retry_after(outcome))
            if wait is None or not may_repeat(call, outcome):
                raise outcome
            await self.sleep(wait)

    async def _try(
        self, call: Call, method: str, path: str, content: _Content, limits: Limits
    ) -> httpx.Response | VendorError:
        await self.limiter.take(self.priority)
        request = self.client.build_request(method, path, **content)
        if call.writes:
            await check_before_write()
        try:
            response = await send_within(self.client, request, limits)
        except (httpx.RequestError, AnswerTooLarge, TimeoutError) as error:
            return failure_without_answer(call, error)
        return failure_of_answer(call, response, self.reason_of, datetime.now(UTC)) or response


def may_repeat(call: Call, error: VendorError) -> bool:
    """Whether the same call may be made once more within a few seconds."""
    if isinstance(error, NotExecuted):
        return True
    cut_off = error.status is None or error.status >= 500 or error.status == 408
    return call.repeatable and isinstance(error, OutcomeUnknown) and cut_off


def _retry_after(error: VendorError) -> float | None:
    return error.retry_after if isinstance(error, NotExecuted) else None

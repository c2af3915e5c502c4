"""How Lever wraps what it answers: envelopes and errors (lever.md 4 and 5). Pure."""

from collections.abc import Mapping

import httpx
from pydantic import model_validator

from lever.wire import LeverModel


class ErrorBody(LeverModel):
    """`{"code": "<PascalCase>", "message": "<text>"}`; both may be missing behind a proxy."""

    code: str = ""
    message: str = ""


class Page(LeverModel):
    """One page of a list. `next` is opaque, and there only while `has_next`; some lists have neither."""

    data: tuple[object, ...]
    has_next: bool = False
    next: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _unwrapped(cls, answer: object) -> object:
        # Documented examples also show the list bare, its envelope inside another, or one item without a list
        # around it; recordings never do.
        if isinstance(answer, list):
            return {"data": answer}
        if not isinstance(answer, Mapping) or not isinstance(answer.get("data"), Mapping):
            return answer
        inner = answer["data"]
        return {**answer, **(inner if "data" in inner else {"data": [inner]})}


def reason_of(response: httpx.Response) -> str:
    """Lever's own words for a refusal; "" where the body is not Lever's error envelope."""
    try:
        body = ErrorBody.model_validate_json(response.content)
    except ValueError:
        return ""
    return ": ".join(part for part in (body.code, body.message) if part)


def data_of(answer: object) -> object:
    """What is inside `{"data": ...}`; documented examples also show it doubly nested or missing."""
    for _ in range(2):
        if isinstance(answer, Mapping) and isinstance(answer.get("data"), Mapping):
            answer = answer["data"]
    return answer

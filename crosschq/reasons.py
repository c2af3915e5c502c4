"""Crosschq's own words in a refusal. Pure."""

from collections.abc import Iterator

import httpx

from crosschq import dialect

DEEPEST = 5


def reason_of(response: httpx.Response) -> str:
    """What Crosschq says was wrong: "jobrole: Unknown survey.; candidate.email: ..."; "" if it says nothing.

    Understands `errors` as a dict or a list, and `detail` (crosschq.md 1.8, inferred).
    """
    try:
        body: object = response.json()
    except (ValueError, RecursionError):
        return ""
    if not isinstance(body, dict):
        return ""
    said = next((body[name] for name in dialect.ERROR_FIELDS if body.get(name)), None)
    return "; ".join(_sentences(said, field="", depth=0))


def _sentences(said: object, field: str, depth: int) -> Iterator[str]:
    if depth > DEEPEST:
        return
    if isinstance(said, dict):
        for name, inner in said.items():
            yield from _sentences(inner, f"{field}.{name}" if field else str(name), depth + 1)
    elif isinstance(said, list):
        for inner in said:
            yield from _sentences(inner, field, depth + 1)
    elif said is not None:
        yield f"{field}: {said}" if field else str(said)

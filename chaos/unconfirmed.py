"""Requests that were called unconfirmed, and whether a fault made that unavoidable: read in the vendors' ledgers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from chaos.people import Candidate
from chaos.trouble import Happened
from demo.people import CrosschqPeople, LeverPeople
from hiring.status_tags import UNCONFIRMED

Call = Mapping[str, Any]

KEEPS_FROM_RECORDING = ("worker", "postgres", "disk")
"""Whose trouble leaves an answer of Crosschq's unrecorded; the names of further workers begin as the first one's."""
CUT_OFF_SECONDS = 40.0
"""A call may have been under way for so long when that trouble came."""


@dataclass(frozen=True)
class Unconfirmed:
    """`lapses` were done by a vendor that answered as if they had failed."""

    requests: int
    lapses: int
    wrong: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.lapses} writes done and answered with 5xx, {self.requests} requests called unconfirmed"


async def judge_unconfirmed(
    lever: LeverPeople,
    crosschq: CrosschqPeople,
    candidates: Sequence[Candidate],
    happened: Sequence[Happened],
) -> Unconfirmed:
    """Only where Crosschq did not say what it did, or we could not write down what it said."""
    at_lever, at_crosschq = await _ledger(lever), await _ledger(crosschq)
    lapses = len([*await lapses_of(lever), *await lapses_of(crosschq)])
    called = [one for one in candidates if any(_tags_unconfirmed(call, one.id) for call in at_lever)]
    avoidable = [one for one in called if not _is_unavoidable(_creations(at_crosschq, one), happened)]
    wrong = tuple(f"candidate {one.id}: unconfirmed, and nothing hindered the answer" for one in avoidable)
    return Unconfirmed(len(called), lapses, wrong)


async def lapses_of(vendor: LeverPeople | CrosschqPeople) -> Sequence[Call]:
    """What it did and answered as if it had failed."""
    return [call for call in await _ledger(vendor) if call["executed"] and (call["status"] or 0) >= 500]


async def _ledger(of: LeverPeople | CrosschqPeople) -> Sequence[Call]:
    answer = await of.http.get(f"{of.url}/sandbox/ledger")
    answer.raise_for_status()
    return answer.json()["calls"]  # type: ignore[no-any-return]


def _tags_unconfirmed(call: Call, opportunity_id: str) -> bool:
    is_tagging = call["method"] == "POST" and call["path"].endswith(
        f"/opportunities/{opportunity_id}/addTags"
    )
    return bool(is_tagging and UNCONFIRMED in call["body"]["tags"])


def _creations(calls: Sequence[Call], candidate: Candidate) -> Sequence[Call]:
    return [call for call in calls if call["method"] == "POST" and candidate.email in str(call["body"])]


def _is_unavoidable(creations: Sequence[Call], happened: Sequence[Happened]) -> bool:
    if any(_is_unclear(call["status"]) for call in creations):
        return True
    hindrances = [one for one in happened if one.victim.startswith(KEEPS_FROM_RECORDING)]
    if not creations:
        # Whoever intended it was cut off before the call.
        return bool(hindrances)
    return any(
        one.began - CUT_OFF_SECONDS <= call["at"] <= one.ended + CUT_OFF_SECONDS
        for one in hindrances
        for call in creations
    )


def _is_unclear(status: int | None) -> bool:
    return status is None or status == httpx.codes.REQUEST_TIMEOUT or status >= 500

"""Requests that were called unconfirmed, and whether a fault made that unavoidable: read in the vendors' ledgers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from hiring.status_tags import UNCONFIRMED
from tools.chaos.people import Candidate
from tools.chaos.trouble import Happened
from tools.demo.people import CrosschqPeople, LeverPeople

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


async def look_for_unconfirmed(
    lever: LeverPeople,
    crosschq: CrosschqPeople,
    candidates: Sequence[Candidate],
    happened: Sequence[Happened],
) -> Unconfirmed:
    """As `judge_unconfirmed` finds it in both ledgers."""
    emails = {one.id: one.email for one in candidates}
    return judge_unconfirmed(await _ledger(lever), await _ledger(crosschq), emails, happened)


def judge_unconfirmed(
    at_lever: Sequence[Call],
    at_crosschq: Sequence[Call],
    emails: Mapping[str, str],
    happened: Sequence[Happened],
) -> Unconfirmed:
    """Right only where Crosschq did not say what it did, or we could not write down what it said.

    `emails`: the candidates', by opportunity.
    """
    lapses = sum(_is_lapse(call) for call in (*at_lever, *at_crosschq))
    called = [one for one in emails if any(_tags_unconfirmed(call, one) for call in at_lever)]
    avoidable = [one for one in called if not _is_unavoidable(_creations(at_crosschq, emails[one]), happened)]
    wrong = tuple(f"candidate {one}: unconfirmed, and nothing hindered the answer" for one in avoidable)
    return Unconfirmed(len(called), lapses, wrong)


async def has_lapsed(vendor: LeverPeople | CrosschqPeople) -> bool:
    """Whether it did something and answered as if that had failed."""
    return any(_is_lapse(call) for call in await _ledger(vendor))


async def _ledger(of: LeverPeople | CrosschqPeople) -> Sequence[Call]:
    answer = await of.http.get(f"{of.url}/sandbox/ledger")
    answer.raise_for_status()
    return answer.json()["calls"]  # type: ignore[no-any-return]


def _is_lapse(call: Call) -> bool:
    return bool(call["executed"] and (call["status"] or 0) >= 500)


def _tags_unconfirmed(call: Call, opportunity_id: str) -> bool:
    is_tagging = call["method"] == "POST" and call["path"].endswith(
        f"/opportunities/{opportunity_id}/addTags"
    )
    return bool(is_tagging and UNCONFIRMED in call["body"]["tags"])


def _creations(calls: Sequence[Call], email: str) -> Sequence[Call]:
    return [call for call in calls if call["method"] == "POST" and email in str(call["body"])]


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

"""What the rules are told of an opportunity."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from hiring.candidacy import Candidacy
from lever.candidacy import candidacy_of
from lever.models import Opportunity, Posting

Payload = Callable[[str], Any]


def candidacy(payload: Payload, archived: object) -> Candidacy:
    data = payload("opportunity")["data"] | {"archived": archived}
    return candidacy_of(Opportunity.model_validate(data), None)


def test_an_archived_opportunity_tells_its_reason_and_since_when(payload: Payload) -> None:
    shown = candidacy(payload, {"reason": "r-hired", "archivedAt": 1768471200000})
    assert shown.is_archived
    assert shown.archive_reason_id == "r-hired"
    assert shown.archived_at == datetime(2026, 1, 15, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize("archived", [{}, {"reason": None, "archivedAt": None}])
def test_an_archived_one_may_not_say_why_or_when(payload: Payload, archived: object) -> None:
    shown = candidacy(payload, archived)
    assert shown.is_archived
    assert (shown.archive_reason_id, shown.archived_at) == (None, None)


def test_an_opportunity_in_the_pipeline_has_no_reason(payload: Payload) -> None:
    shown = candidacy(payload, None)
    assert (shown.is_archived, shown.archive_reason_id, shown.archived_at) == (False, None, None)


def test_names_and_titles_are_single_lines_without_anything_unseen_at_their_ends(
    payload: Payload,
) -> None:
    data = payload("opportunity")["data"] | {
        "name": "\u200bAda\u00a0\u00a0 Kowal\u2060",
        "emails": ["mailto:ada@people.test;", "ada\u200b@people.test"],
    }
    posting = Posting.model_validate(
        {"id": "p", "text": "Nurse\u2028(nights)\ufeff", "owner": {"id": "u", "name": " Orla\u180e"}}
    )
    shown = candidacy_of(Opportunity.model_validate(data), posting)
    assert shown.name == "Ada Kowal"
    # One that cannot be used stays, to be told what is wrong with it.
    assert shown.emails == ("ada@people.test", "ada\u200b@people.test")
    assert shown.posting
    assert shown.posting.owner
    assert (shown.posting.title, shown.posting.owner.name) == ("Nurse (nights)", "Orla")

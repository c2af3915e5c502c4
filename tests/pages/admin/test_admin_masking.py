"""Of a body only structure, ids and event names are shown, whatever it is."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.admin.masking import MASK, masked

PEOPLE = st.sampled_from(["Ada Lovelace", "ada@people.test", "+44 20 7946 0000", "Grüße, Ada", "<b>Ada</b>"])
NAMES = st.sampled_from(
    ["name", "email", "id", "candidate_id", "opportunityId", "event", "note", "Ada Lovelace"]
)
BODIES = st.recursive(
    PEOPLE, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4)
)


@given(BODIES)
def test_nobody_is_read_from_a_masked_body(body: object) -> None:
    shown = masked(json.dumps(body))
    for part in ("Ada", "people.test", "7946", "<b>"):
        assert part not in shown


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ({"event": "candidateHired"}, {"event": "candidateHired"}),
        ({"id": "rq-1", "status": "sent"}, {"id": "rq-1", "status": MASK}),
        ({"triggeredAt": 5, "score": 5}, {"triggeredAt": 5, "score": MASK}),
        ({"done": True, "none": None}, {"done": True, "none": None}),
        ({"userIds": ["a"], "candidate_id": "c-1"}, {"userIds": [MASK], "candidate_id": "c-1"}),
    ],
)  # fmt: skip
def test_ids_events_and_times_are_shown(body: object, shown: object) -> None:
    assert json.loads(masked(json.dumps(body))) == shown


@pytest.mark.parametrize("body", ["no JSON at all", "[" * 5000 + "]" * 5000])
def test_what_cannot_be_read_is_masked_whole(body: str) -> None:
    assert body not in masked(body)

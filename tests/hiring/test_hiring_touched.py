"""When a lead of ours counts as touched by somebody."""

from dataclasses import replace

import pytest

from hiring.touched import LeadState, why_touched

TAGS = frozenset({"Crosschq prospect", "Engineering"})
FRESH = LeadState(
    is_new_lead=True,
    stage_changes=1,
    tags=TAGS,
    tags_given=TAGS,
    notes_of_others=0,
    feedback_forms=0,
    is_archived=False,
)


@pytest.mark.parametrize("stage_changes", [0, 1])
def test_a_lead_as_it_was_made_is_untouched(stage_changes: int) -> None:
    fresh = replace(FRESH, stage_changes=stage_changes)
    assert why_touched(fresh) is None


@pytest.mark.parametrize(
    ("change", "sign"),
    [
        ({"is_archived": True}, "archived"),
        ({"is_new_lead": False}, "no longer in New lead"),
        ({"stage_changes": 3}, "came back"),
        ({"tags": TAGS | {"Rosa's friend"}}, "tags were changed"),
        ({"tags": frozenset({"Engineering"})}, "tags were changed"),
        ({"tags": frozenset({"crosschq prospect", "Engineering"})}, "tags were changed"),
        ({"notes_of_others": 1}, "a note"),
        ({"feedback_forms": 1}, "feedback"),
    ],
)
def test_each_sign_of_somebody_alone_is_enough(change: dict[str, object], sign: str) -> None:
    touched = replace(FRESH, **change)  # type: ignore[arg-type]
    reason = why_touched(touched)
    assert reason is not None
    assert sign in reason
    assert "Rosa" not in reason

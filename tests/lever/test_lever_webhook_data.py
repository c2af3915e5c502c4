"""What each event's data says, and which data is none."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lever.models import Archived
from lever.webhooks import (
    CANDIDATE_ARCHIVE_CHANGE,
    CANDIDATE_DELETED,
    CANDIDATE_HIRED,
    CANDIDATE_STAGE_CHANGE,
    ArchiveChange,
    Deleted,
    Hired,
    Malformed,
    NotGenuine,
    RejectionReason,
    StageChange,
    WebhookEvent,
    sign,
    verify,
)

Payload = Callable[[str], Any]
KEY = "00112233445566778899aabbccddeeff0011223344556677"
ADA = "0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f1"
CONTACT = "6a5b4c3d-2e1f-4031-9223-344556677889"
HIRED_REASON = "66c7b8a9-faeb-4dcc-9bba-a99887766554"
WITHDREW = "88e9dacb-1c0d-4fee-9ddc-cbbaa9988776"
ARCHIVED_AT = datetime(2026, 1, 15, 10, 0, tzinfo=UTC)
KINDS: dict[str, Any] = {
    CANDIDATE_STAGE_CHANGE: StageChange,
    CANDIDATE_HIRED: Hired,
    CANDIDATE_ARCHIVE_CHANGE: ArchiveChange,
    CANDIDATE_DELETED: Deleted,
}
FIXTURES = {
    "candidate_stage_change": CANDIDATE_STAGE_CHANGE,
    "candidate_hired": CANDIDATE_HIRED,
    "candidate_archive_change": CANDIDATE_ARCHIVE_CHANGE,
    "candidate_archive_change_hired": CANDIDATE_ARCHIVE_CHANGE,
    "candidate_archive_change_unarchived": CANDIDATE_ARCHIVE_CHANGE,
    "candidate_deleted": CANDIDATE_DELETED,
}


def event(name: str, **data: object) -> WebhookEvent:
    return WebhookEvent(name, 1, "t0k3n", sign(KEY, "t0k3n", 1), data)


@pytest.mark.parametrize(("fixture", "name"), FIXTURES.items())
def test_each_event_is_genuine_where_it_is_expected_and_nowhere_else(
    payload: Payload, fixture: str, name: str
) -> None:
    sent = WebhookEvent.from_json(payload(fixture))
    now = datetime(2026, 1, 15, 10, 1, tzinfo=UTC)
    for expected in KINDS:
        if expected == name:
            verify(sent, expected, [KEY], now, timedelta(days=30))
        else:
            with pytest.raises(NotGenuine) as caught:
                verify(sent, expected, [KEY], now, timedelta(days=30))
            assert caught.value.reason is RejectionReason.WRONG_EVENT


def test_a_stage_change_says_who_moved_where(payload: Payload) -> None:
    change = StageChange.from_event(WebhookEvent.from_json(payload("candidate_stage_change")))
    stage = "9c8b7a69-5847-4635-a413-021122334455"
    assert change == StageChange(ADA, stage, "applicant-new", CONTACT)


def test_a_hire_says_who_was_hired(payload: Payload) -> None:
    assert Hired.from_event(WebhookEvent.from_json(payload("candidate_hired"))) == Hired(ADA, CONTACT)


@pytest.mark.parametrize(
    ("fixture", "to_archived", "from_archived"),
    [
        ("candidate_archive_change", Archived(reason=WITHDREW), None),
        ("candidate_archive_change_hired", Archived(reason=HIRED_REASON, archived_at=ARCHIVED_AT), None),
        ("candidate_archive_change_unarchived", None, Archived(reason=WITHDREW, archived_at=ARCHIVED_AT)),
    ],
)
def test_an_archive_change_says_from_what_to_what(
    payload: Payload, fixture: str, to_archived: Archived | None, from_archived: Archived | None
) -> None:
    change = ArchiveChange.from_event(WebhookEvent.from_json(payload(fixture)))
    assert change == ArchiveChange(ADA, to_archived, from_archived)


def test_a_deletion_says_whose(payload: Payload) -> None:
    assert Deleted.from_event(WebhookEvent.from_json(payload("candidate_deleted"))) == Deleted(ADA)


def test_what_may_be_absent_may_be_absent() -> None:
    moved = event(CANDIDATE_STAGE_CHANGE, opportunityId="o-1", toStageId="s-1")
    assert StageChange.from_event(moved) == StageChange("o-1", "s-1", None, None)
    assert Hired.from_event(event(CANDIDATE_HIRED, opportunityId="o-1")) == Hired("o-1", None)
    archived = event(CANDIDATE_ARCHIVE_CHANGE, opportunityId="o-1", toArchived={})
    assert ArchiveChange.from_event(archived) == ArchiveChange("o-1", Archived(), None)


@pytest.mark.parametrize(("name", "kind"), KINDS.items())
@pytest.mark.parametrize(
    "value", [None, "", 7, "..", ".", "a/b", "a?b", "a b", "a%2f", "x" * 129, {"__prefect_kind": "x"}]
)
def test_an_opportunity_id_that_is_none_makes_every_event_malformed(
    name: str, kind: Any, value: object
) -> None:
    with pytest.raises(Malformed, match="opportunityId"):
        kind.from_event(event(name, opportunityId=value, toStageId="s-1"))


@pytest.mark.parametrize(
    ("name", "data", "where"),
    [
        (CANDIDATE_STAGE_CHANGE, {"toStageId": "s-1", "fromStageId": 7}, r"data\.fromStageId"),
        (CANDIDATE_HIRED, {"contactId": []}, r"data\.contactId"),
        (CANDIDATE_ARCHIVE_CHANGE, {"toArchived": "r-1"}, r"data\.toArchived"),
        (CANDIDATE_ARCHIVE_CHANGE, {"fromArchived": [{"reason": "r-1"}]}, r"data\.fromArchived"),
        (CANDIDATE_ARCHIVE_CHANGE, {"toArchived": {"reason": "a b"}}, r"data\.toArchived\.reason"),
    ],
)
def test_what_is_there_in_another_type_is_malformed_and_named(
    name: str, data: dict[str, object], where: str
) -> None:
    with pytest.raises(Malformed, match=where):
        KINDS[name].from_event(event(name, opportunityId="o-1", **data))


@pytest.mark.parametrize("at", ["soon", 10**30, True, [], {}, "9" * 5000])
def test_a_time_of_archiving_that_cannot_be_read_costs_nobody_the_event(at: object) -> None:
    change = event(
        CANDIDATE_ARCHIVE_CHANGE, opportunityId="o-1", toArchived={"reason": "r-1", "archivedAt": at}
    )
    assert ArchiveChange.from_event(change).to_archived == Archived(reason="r-1")


@pytest.mark.parametrize("name", KINDS)
def test_neither_a_ping_nor_another_event_is_taken_for_one(name: str) -> None:
    whole = {"opportunityId": "o-1", "toStageId": "s-1"}
    for other in [event(name), *(event(one, **whole) for one in KINDS if one != name)]:
        with pytest.raises(Malformed):
            KINDS[name].from_event(other)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["reason", "archivedAt"]) | st.text(), inner, max_size=3)
    ),
    max_leaves=8,
)
FIELDS = st.sampled_from(["opportunityId", "contactId", "toStageId", "toArchived", "fromArchived"])


@given(data=st.dictionaries(FIELDS, JSON), name=st.sampled_from(sorted(KINDS)))
def test_any_data_is_read_or_malformed_and_never_anything_else(data: dict[str, Any], name: str) -> None:
    sent = WebhookEvent(name, 1, "t0k3n", "s", {"opportunityId": "o-1", "toStageId": "s-1"} | data)
    try:
        read = KINDS[name].from_event(sent)
    except Malformed:
        return
    assert read.opportunity_id == sent.data["opportunityId"]

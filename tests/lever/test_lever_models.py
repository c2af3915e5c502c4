"""What Lever sends, read as Lever means it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from lever.models import File, Note, NoteCreated, Opportunity, Posting, User, WebhookCreated
from lever.wire import Moment, to_epoch_ms

Payload = Callable[[str], Any]
MOMENT = TypeAdapter(Moment)


def test_an_expanded_opportunity_holds_its_application_owner_and_stage(payload: Payload) -> None:
    opportunity = Opportunity.model_validate(payload("opportunity")["data"])
    assert opportunity.application is not None
    assert opportunity.application.posting_hiring_manager == "22e3d4c5-b6a7-4988-9776-655443322110"
    assert opportunity.posting_id == "33f4e5d6-c7b8-4a99-8887-766554433221"
    assert opportunity.owner_user is not None
    assert opportunity.owner_user.email == "orla.invented@hirers.test"
    assert opportunity.stage_id == "9c8b7a69-5847-4635-a413-021122334455"
    assert opportunity.emails == ("ada.invented@mail.example",)


def test_an_unexpanded_opportunity_holds_ids_and_answers_the_same_questions(payload: Payload) -> None:
    opportunity = Opportunity.model_validate(payload("opportunities_page_1")["data"][0])
    assert opportunity.stage_id == "9c8b7a69-5847-4635-a413-021122334455"
    assert opportunity.owner_id == "11d2c3b4-a596-4877-8665-544332211000"
    assert opportunity.owner_user is None
    assert opportunity.application is None
    assert opportunity.posting_id is None


def test_times_are_aware_and_null_or_missing_ones_are_none(payload: Payload) -> None:
    opportunity = Opportunity.model_validate(payload("opportunity")["data"])
    assert opportunity.last_advanced_at == datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert opportunity.updated_at is None
    assert opportunity.deleted_at is None


def test_an_old_stage_change_has_no_user(payload: Payload) -> None:
    old, new = Opportunity.model_validate(payload("opportunity")["data"]).stage_changes
    assert (old.to_stage_id, old.user_id) == ("applicant-new", None)
    assert new.user_id == "11d2c3b4-a596-4877-8665-544332211000"


def test_archived_lead_and_refused_contact_are_told(payload: Payload) -> None:
    archived = Opportunity.model_validate(payload("opportunities_page_1")["data"][1])
    lead = Opportunity.model_validate(payload("opportunities_page_2")["data"][0])
    assert archived.archived is not None
    assert archived.archived.archived_at == datetime(2025, 12, 31, 23, 50, tzinfo=UTC)
    assert (lead.applications, lead.stage_id) == ((), "lead-new")
    assert lead.data_protection is not None
    assert lead.data_protection.contact is not None
    assert lead.data_protection.contact.allowed is False


def test_an_opportunity_with_nothing_but_an_id_can_be_read() -> None:
    opportunity = Opportunity.model_validate({"id": "o-1", "owner": None, "tags": None, "urls": None})
    assert (opportunity.owner_id, opportunity.tags, opportunity.urls.show) == (None, (), None)
    assert not opportunity.is_confidential


def test_fields_that_lever_adds_later_are_ignored(payload: Payload) -> None:
    data = payload("opportunity")["data"] | {"brandNew": {"deep": [1]}}
    assert Opportunity.model_validate(data) == Opportunity.model_validate(payload("opportunity")["data"])


def test_a_posting_names_its_people_whether_expanded_or_not(payload: Payload) -> None:
    expanded = Posting.model_validate(payload("posting")["data"])
    draft = Posting.model_validate(payload("posting_draft")["data"])
    assert expanded.hiring_manager_user is not None
    assert expanded.hiring_manager_user.name == "Hugo Invented"
    assert expanded.hiring_manager_id == "22e3d4c5-b6a7-4988-9776-655443322110"
    assert expanded.tags == ("crosschq-engineering",)
    assert (draft.owner_id, draft.owner_user) == ("11d2c3b4-a596-4877-8665-544332211000", None)
    assert (draft.hiring_manager_id, draft.urls.show) == (None, None)


def test_a_deactivated_user_is_not_active(payload: Payload) -> None:
    assert not User.model_validate(payload("user")["data"]).is_active
    assert User.model_validate({"id": "u-1"}).is_active


def test_a_notes_value_is_what_people_read_in_it(payload: Payload) -> None:
    first, second = (Note.model_validate(one) for one in payload("notes")["data"])
    assert first.value == "Crosschq reference request sent."
    assert second.user is None


def test_a_note_with_a_score_or_an_empty_field_still_has_a_value() -> None:
    fields = [
        {"type": "note", "value": "One"},
        {"type": "score", "value": 3},
        {"type": "note", "value": None},
    ]
    assert Note.model_validate({"id": "n-1", "fields": fields}).value == "One"


def test_a_new_notes_id_is_found_in_both_known_answers(payload: Payload) -> None:
    for name in ("note_created", "note_created_documented"):
        assert NoteCreated.model_validate(payload(name)["data"]).id == "99faebdc-2d1e-40ff-8eed-dccbbaa99887"


def test_a_files_numbers_may_be_strings(payload: Payload) -> None:
    as_strings = File.model_validate(payload("file")["data"])
    as_numbers = File.model_validate(payload("files")["data"][1])
    assert (as_strings.size, as_strings.uploaded_at) == (18211, datetime(2026, 1, 1, 0, 5, tzinfo=UTC))
    assert (as_numbers.size, as_numbers.status) == (9000, None)


def test_a_file_whose_size_or_time_cannot_be_read_is_a_file_all_the_same() -> None:
    file = File.model_validate({"id": "f-1", "size": "18 KB", "uploadedAt": "yesterday"})
    assert (file.id, file.size, file.uploaded_at) == ("f-1", None, None)


def test_a_signature_token_is_never_shown(payload: Payload) -> None:
    created = WebhookCreated.model_validate(payload("webhook_created")["data"])
    assert created.signature_token.startswith("00112233")
    assert "00112233" not in repr(created) + str(created)


def test_a_created_webhook_without_its_token_is_no_answer(payload: Payload) -> None:
    with pytest.raises(ValidationError):
        WebhookCreated.model_validate(payload("webhooks")["data"][0])


@given(st.integers(0, to_epoch_ms(datetime(9999, 12, 31, tzinfo=UTC))))
def test_a_time_survives_the_way_through_epoch_milliseconds(milliseconds: int) -> None:
    moment = MOMENT.validate_python(milliseconds)
    assert MOMENT.validate_python(str(milliseconds)) == moment
    assert to_epoch_ms(moment) == milliseconds


@pytest.mark.parametrize("value", [True, "soon", 10**30, "9" * 30, "2026-01-01T00:00:00", [], "9" * 5000])
def test_what_is_no_time_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        MOMENT.validate_python(value)


def test_models_can_be_written_as_json(payload: Payload) -> None:
    opportunity = Opportunity.model_validate(payload("opportunity")["data"])
    assert json.loads(opportunity.model_dump_json())["id"] == opportunity.id

"""What is understood of Crosschq's payloads, well-formed and odd."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from crosschq import dialect
from crosschq.models import AccountConfig, ReferenceRequest, Survey
from outbound.links import TrustedOrigin, check_link

Payload = Callable[[str], Any]


def request(**fields: object) -> ReferenceRequest:
    return ReferenceRequest.model_validate({"id": "rq_1", **fields})


def references(*statuses: str) -> list[dict[str, str]]:
    return [{"status": status} for status in statuses]


def test_v1_numbers_that_are_texts_become_numbers(payload: Payload) -> None:
    config = AccountConfig.model_validate(payload("config_v1"))
    assert config.min_reference_count == 2
    assert list(config.relationships) == ["managers", "employees", "peers", "business", "social"]
    managers = config.relationships["managers"]
    assert (managers.label, managers.min, managers.max, managers.default) == ("Manager", 0, 10, 2)


def test_v2_surveys_carry_their_own_bounds(payload: Payload) -> None:
    marketer, engineer = (Survey.model_validate(one) for one in payload("jobroles_v2"))
    assert (marketer.codename, marketer.name) == ("brand-marketer-manager", "Brand Marketer - Manager")
    assert marketer.relationships["business"].label == "Customers/Suppliers"
    assert (engineer.relationships["managers"].min, engineer.relationships["managers"].max) == (1, 4)


def test_a_survey_without_a_codename_is_none_because_nothing_could_be_requested_with_it() -> None:
    with pytest.raises(ValidationError):
        Survey.model_validate({"id": "software-engineer", "name": "Software Engineer"})


def test_a_request_that_was_read_and_one_from_a_webhook_are_the_same_thing(payload: Payload) -> None:
    read = ReferenceRequest.model_validate(payload("request_get"))
    told = ReferenceRequest.model_validate(payload("snapshot_in_progress"))
    assert (read.id, read.candidate.email, read.progress) == (told.id, told.candidate.email, told.progress)
    assert (read.job, told.job) == ("Engineer II", "software-engineer")
    assert read.updated_on == told.updated_on == datetime(2026, 1, 6, 9, 0, tzinfo=UTC)


def test_a_null_job_position_does_not_hide_the_job_role() -> None:
    assert request(job_position=None, job_role="software-engineer").job == "software-engineer"


def test_only_the_id_must_be_there() -> None:
    bare = request(status=None, references=None, progress=None, candidate=None, report_url="")
    assert (bare.status, bare.references, bare.progress, bare.report_url) == ("", (), 0, None)
    with pytest.raises(ValidationError):
        ReferenceRequest.model_validate({"status": "completed", "progress": 100})


def test_numbers_may_be_texts_and_ids_may_be_numbers_and_the_unknown_is_ignored() -> None:
    odd = ReferenceRequest.model_validate({"id": 17, "progress": "66", "hired": {"deep": [1]}})
    assert (odd.id, odd.progress) == ("17", 66)


@pytest.mark.parametrize("progress", [-1, 101, "half"])
def test_progress_outside_0_to_100_is_an_error_not_a_completion(progress: object) -> None:
    with pytest.raises(ValidationError):
        request(progress=progress)


def test_times_without_a_zone_are_utc_and_others_become_utc() -> None:
    odd = request(created_at="2026-01-06T09:00:00", updated_on="2026-01-06T11:00:00+02:00")
    assert odd.created_at == odd.updated_on == datetime(2026, 1, 6, 9, 0, tzinfo=UTC)


def test_complete_needs_both_all_of_the_progress_and_a_report(payload: Payload) -> None:
    complete = ReferenceRequest.model_validate(payload("snapshot_complete"))
    assert complete.is_complete
    assert complete.report_full_pdf == "https://app.crosschq.example/reports/rq_1/full.pdf"
    assert not request(progress=100, status="completed").is_complete
    assert not request(progress=99, report_url="https://app.crosschq.example/r").is_complete


@pytest.mark.parametrize("status", ["cancelled", "Canceled", " CANCELLED ", "declined"])
def test_a_cancelled_or_declined_request_is_over(status: str) -> None:
    assert request(status=status).is_over_without_report
    assert not request(status=status, progress=100, report_url="https://x.example/r").is_over_without_report


@pytest.mark.parametrize("status", ["", "sent", "not cancelled", "completed", "überfällig"])
def test_an_unknown_status_keeps_a_request_open(status: str) -> None:
    assert not request(status=status).is_over_without_report


def test_unknown_literals_of_references_count_as_asked_but_not_as_answered() -> None:
    three = request(references=references("Completed", "in-progress", "something new"))
    assert (three.answered, three.asked) == (1, 3)


def test_cancelled_references_are_no_longer_asked_and_declined_ones_still_are() -> None:
    four = request(references=references("completed", "canceled", "Cancelled", "declined"))
    assert (four.answered, four.asked) == (1, 2)


def test_people_are_not_quoted_in_a_models_error() -> None:
    with pytest.raises(ValidationError) as caught:
        request(candidate={"email": ["ada.kowal@people.test"]})
    assert "ada.kowal" not in str(caught.value)


@given(status=st.text(max_size=30))
def test_no_literal_whatever_makes_a_request_complete(status: str) -> None:
    assert not request(status=status.replace("\x00", ""), progress=100).is_complete


def test_the_dialects_report_origins_are_ones_a_link_can_be_checked_against() -> None:
    assert all(TrustedOrigin.parse(origin) for origin in dialect.REPORT_ORIGINS)
    check_link("https://app.crosschq.com/reports/1", dialect.REPORT_ORIGINS)


@pytest.mark.parametrize("endpoint", [dialect.REFERENCE_REQUEST, dialect.CANCEL_REQUEST])
@pytest.mark.parametrize("request_id", ["", ".", ".."])
def test_an_id_that_names_another_path_is_never_put_into_one(
    endpoint: dialect.Endpoint, request_id: str
) -> None:
    with pytest.raises(ValueError, match="path"):
        endpoint.path_of(request_id)

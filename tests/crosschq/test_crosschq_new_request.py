"""The body that asks Crosschq for references."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from crosschq import dialect
from crosschq.new_request import Candidate, HiringManager, NewReferenceRequest

Payload = Callable[[str], Any]
ADA = Candidate(first_name="Ada", last_name="Kowal", email="ada.kowal@people.test", mobile_phone="+15550100")
HANA = HiringManager(first_name="Hana", last_name="Manager", email="hana@company.test")


def new(candidate: Candidate = ADA, hiring_manager: HiringManager | None = HANA) -> NewReferenceRequest:
    return NewReferenceRequest(
        candidate=candidate,
        survey="software-engineer",
        counts={"managers": 2, "employees": 0, "peers": 1, "business": 0, "social": 0},
        requestor="rec@company.test",
        job_position="Engineer II",
        hiring_manager=hiring_manager,
    )


def test_a_request_goes_out_under_crosschqs_names(payload: Payload) -> None:
    assert new().to_wire() == payload("create_request")


def test_a_missing_phone_and_a_missing_hiring_manager_are_left_out_not_null() -> None:
    wire = new(ADA.model_copy(update={"mobile_phone": None}), hiring_manager=None).to_wire()
    assert wire["candidate"] == {"first_name": "Ada", "last_name": "Kowal", "email": "ada.kowal@people.test"}
    assert set(wire) == set(dialect.CREATE_FIELDS.values()) - {"hiring_manager"}


def test_an_empty_last_name_is_sent_as_it_is() -> None:
    one_word = ADA.model_copy(update={"first_name": "Adaeze", "last_name": ""})
    sent = new(one_word).to_wire()["candidate"]
    assert isinstance(sent, dict)
    assert (sent["first_name"], sent["last_name"]) == ("Adaeze", "")


@pytest.mark.parametrize(
    "email", ["", "ada", "ada@", "@people.test", "a b@people.test", "a@b@c", "a@b\nBcc: c@d"]
)
def test_what_is_no_email_address_never_goes_out(email: str) -> None:
    with pytest.raises(ValidationError):
        Candidate(first_name="Ada", last_name="Kowal", email=email)


def test_negative_counts_and_a_blank_survey_never_go_out() -> None:
    for wrong in ({"counts": {"managers": -1}}, {"survey": ""}):
        with pytest.raises(ValidationError):
            NewReferenceRequest.model_validate({**new().model_dump(), **wrong})

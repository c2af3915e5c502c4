"""What a webhook's body must be, and when two are the same."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosschq.models import ReferenceRequest
from crosschq.webhooks import Malformed, Snapshot, replay_key

Payload = Callable[[str], Any]
HASH = "0" * 64
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("name", ["snapshot_in_progress", "snapshot_complete"])
def test_a_snapshot_is_read_as_the_request_it_tells_of(name: str, payload: Payload) -> None:
    snapshot = Snapshot.from_json(payload(name))
    assert snapshot.id == "rq_1"
    assert snapshot.hint == ReferenceRequest.model_validate(payload(name))


@pytest.mark.parametrize("value", [None, [], "text", 7, True, [{"id": "rq_1"}]])
def test_what_is_no_object_is_malformed(value: object) -> None:
    with pytest.raises(Malformed, match="not a JSON object"):
        Snapshot.from_json(value)


@pytest.mark.parametrize("value", [None, True, 1.5, ["rq_1"], {"id": "rq_1"}])
def test_an_id_of_a_wrong_type_is_malformed(value: object) -> None:
    with pytest.raises(Malformed, match="no id"):
        Snapshot.from_json({"id": value})
    with pytest.raises(Malformed, match="no id"):
        Snapshot.from_json({})


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        ".",
        "..",
        "../admin",
        "a/b",
        "a?b",
        "a#b",
        "a%2fb",
        "a b",
        "rq_1\n",
        "rq\x00",
        "r\u00e9",
        "\ud800",
    ],
)
def test_an_id_that_is_not_safe_in_a_path_is_malformed_and_not_quoted(value: str) -> None:
    with pytest.raises(Malformed, match="characters no id has") as caught:
        Snapshot.from_json({"id": value})
    assert len(value) < 4 or value not in caught.value.reason


@pytest.mark.parametrize("value", ["a" * 129, 10**128, 10**5000], ids=["text", "number", "huge number"])
def test_an_endless_id_is_malformed(value: object) -> None:
    with pytest.raises(Malformed, match="too long"):
        Snapshot.from_json({"id": value})


def test_a_number_is_an_id_too() -> None:
    assert Snapshot.from_json({"id": 4711}).id == "4711"


def test_an_unreadable_field_is_dropped_and_the_others_stay_hints() -> None:
    snapshot = Snapshot.from_json(
        {
            "id": "rq_1",
            "progress": 900,
            "updated_on": "yesterday",
            "created_at": "9999-12-31T23:59:59-23:00",
            "references": [{"status": "completed"}, {"email": [1]}],
            "job_role": ["x"],
            "candidate": {"email": "ada.kowal@people.test"},
            "status": "in progress",
        }
    )
    hint = snapshot.hint
    assert (hint.progress, hint.updated_on, hint.references, hint.job) == (0, None, (), "")
    assert (hint.candidate.email, hint.status) == ("ada.kowal@people.test", "in progress")


def test_text_a_database_cannot_hold_is_cleaned() -> None:
    body = json.loads(
        '{"id": "rq_1", "status": "Completed\\u0000", '
        '"candidate": {"first_name": "\\ud800", "email": "a@b.test\\u200b"}}'
    )
    hint = Snapshot.from_json(body).hint
    assert (hint.status, hint.candidate.first_name, hint.candidate.email) == (
        "Completed",
        "\ufffd",
        "a@b.test",
    )


def test_the_replay_key_is_endpoint_id_time_and_hash() -> None:
    snapshot = Snapshot.from_json({"id": "rq_1", "updated_on": "2026-01-06T10:00:00+01:00"})
    assert snapshot.updated_on == datetime(2026, 1, 6, 9, 0, tzinfo=UTC)
    assert replay_key("e1", snapshot, HASH) == f"e1/rq_1/2026-01-06T09:00:00+00:00/{HASH}"


def test_the_replay_key_differs_by_each_of_its_parts() -> None:
    early, late = "2026-01-06T09:00:00Z", "2026-01-06T09:00:01Z"
    told = [("e1", "rq_1", early, HASH), ("e2", "rq_1", early, HASH), ("e1", "rq_2", early, HASH)]
    told += [("e1", "rq_1", late, HASH), ("e1", "rq_1", "never", HASH), ("e1", "rq_1", early, "1" * 64)]
    keys = {replay_key(e, Snapshot.from_json({"id": i, "updated_on": u}), h) for e, i, u, h in told}
    assert len(keys) == len(told)


def test_the_replay_key_stays_short_whatever_the_sender_writes() -> None:
    snapshot = Snapshot.from_json({"id": "a" * 128, "updated_on": "9" * 100_000})
    assert len(replay_key("e" * 36, snapshot, HASH)) < 300


@given(
    body=st.dictionaries(st.sampled_from([*ReferenceRequest.model_fields, "job_role", "job_position"]), JSON)
)
def test_with_a_usable_id_no_body_is_malformed(body: dict[str, object]) -> None:
    assert Snapshot.from_json({**body, "id": "rq_1"}).id == "rq_1"

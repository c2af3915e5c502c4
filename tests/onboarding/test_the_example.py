"""`connection.example.toml` is executed: every line of it is accepted, shows every setting, and connects."""

import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from deployments.environment import ROOT
from onboarding.blueprint import Blueprint
from onboarding.prospect_section import PostingPart, ProspectsPart
from onboarding.sections import CrosschqPart, FollowUpPart, LeverPart, RequestsPart, TemplatePart
from tests.onboarding.desk import Desk, closed

TEXT = (ROOT / "connection.example.toml").read_text()
SHOWN = re.compile(r"^# (?=\w+ = |\[\[)", re.MULTILINE)
"""What stands before a setting that the example shows without using it."""


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the admin of the example has."""
    names = re.findall(r'= \{ env = "(ACME_[A-Z_]+)" \}', TEXT)
    assert len(names) == 7
    for name in names:
        monkeypatch.setenv(name, name.lower())


def sections(text: str) -> Iterator[tuple[type[BaseModel], dict[str, Any]]]:
    file = tomllib.loads(text)
    yield Blueprint, file
    yield LeverPart, file["lever"]
    yield CrosschqPart, file["crosschq"]
    yield RequestsPart, file["requests"]
    yield FollowUpPart, file["follow_up"]
    yield ProspectsPart, file["prospects"] | {"postings": file["prospects"].get("postings", [])}
    postings = file["prospects"].get("postings", [])
    yield PostingPart, {name: value for posting in postings for name, value in posting.items()}
    yield TemplatePart, {name: value for template in file["templates"] for name, value in template.items()}


def test_the_example_is_accepted_as_it_stands() -> None:
    blueprint = Blueprint.from_text(TEXT)
    assert blueprint.lever.api_key.get_secret_value() == "acme_lever_api_key"
    assert set(blueprint.lever.tokens.values()) == {None}
    assert blueprint.requests.ask_again_after_days is None


def test_what_the_example_shows_in_comments_is_accepted_too() -> None:
    blueprint = Blueprint.from_text(SHOWN.sub("", TEXT))
    assert None not in blueprint.lever.tokens.values()
    assert blueprint.follow_up.fallback_asked == "recruiting@acme.example"
    assert blueprint.requests.ask_again_after_days == 180
    assert [(rule.tag, rule.job_function) for rule in blueprint.prospects.postings] == [
        ("backend", None),
        (None, "sales-representative"),
    ]


def test_the_example_shows_every_setting() -> None:
    for model, shown in sections(SHOWN.sub("", TEXT)):
        assert shown
        assert set(shown) == set(model.model_fields), model.__name__


def test_what_the_example_calls_the_usual_value_is_the_default() -> None:
    for model, shown in sections(TEXT):
        for name in {
            "url",
            "key_prefix",
            "webhook_auth",
            "create_webhooks",
            "trusted_origins",
            "requestor_chain",
        }:
            if name in shown:
                assert shown[name] == model.model_fields[name].default


def test_the_examples_follow_up_and_prospects_are_the_usual_ones() -> None:
    assert Blueprint.from_text(TEXT).follow_up == FollowUpPart()
    assert Blueprint.from_text(TEXT).prospects == ProspectsPart()


async def test_the_example_connects_where_its_accounts_are(desk: Desk) -> None:
    lever, crosschq = re.findall(r'^url = "(.*)"', desk.file, re.MULTILINE)
    local = {
        "https://api.lever.co/v1": lever,
        "https://partner.crosschq.com": crosschq,
        "integrations@acme.example": "inga.integra@employer.example",
        '{ env = "ACME_LEVER_API_KEY" }': '"lever-sandbox-key"',
        '{ env = "ACME_CROSSCHQ_API_KEY" }': '"crosschq-sandbox-key"',
    }
    text = TEXT
    for there, here in local.items():
        assert text.count(there) == 1
        text = text.replace(there, here)
    connected = await desk.connect(lambda _: text)
    assert (connected.name, len(closed(connected))) == ("acme", 4)
    assert [one["name"] for one in await desk.templates()] == ["Engineers", "Everybody else"]

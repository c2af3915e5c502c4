"""The documented settings are the settings: no more, no fewer, with the defaults that are told."""

import re
from pathlib import Path

import pytest

from deployments.environment import ROOT, settings_environment
from settings import PREFIX, Settings

EXAMPLE = (ROOT / ".env.example").read_text()
LINES = dict(re.findall(rf"^#?({PREFIX}\w+)=(.*)$", EXAMPLE, re.MULTILINE))
NEW_AT_EACH_START = f"{PREFIX}FIRST_RUN_CODE"
NEEDED = {f"{PREFIX}SECRET_KEYS", f"{PREFIX}PREFECT_AUTH_STRING"}


def test_every_setting_is_documented_and_nothing_else() -> None:
    assert LINES.keys() == {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}


def test_only_what_has_no_default_must_be_filled_in() -> None:
    assert {name for name, value in LINES.items() if not value} == NEEDED


def test_the_defaults_told_are_the_defaults() -> None:
    given = Settings(_env_file=None, secret_keys="k", prefect_auth_string="a:b", data_dir=Path("var"))
    actual = settings_environment(given)
    commented = re.findall(rf"^#({PREFIX}\w+)=(.*)$", EXAMPLE, re.MULTILINE)
    told = {name: value for name, value in commented if "/" not in value and name in actual}
    told[f"{PREFIX}DATA_DIR"] = str(Path(told[f"{PREFIX}DATA_DIR"]).resolve())
    told[NEW_AT_EACH_START] = actual[NEW_AT_EACH_START]
    assert {name: actual[name] for name in told} == told


@pytest.mark.parametrize("blank", ["", "  "])
def test_a_blank_code_for_the_first_run_is_none_and_a_short_one_is_refused(blank: str) -> None:
    needed = {"_env_file": None, "secret_keys": "k", "prefect_auth_string": "a:b"}
    made = [Settings(**needed, first_run_code=blank).first_run_code.get_secret_value() for _ in range(2)]
    assert len(set(made)) == 2
    assert all(len(one) == 12 for one in made)
    with pytest.raises(ValueError, match="at least 8 characters"):
        Settings(**needed, first_run_code="1234567")


NEEDED_ONES = {"_env_file": None, "secret_keys": "k", "prefect_auth_string": "a:b"}


@pytest.mark.parametrize(
    ("webhooks", "history"), [("P30D", "P36D"), ("P360D", None), ("P30D", "-P1D"), ("P1D", "PT191H")]
)
def test_history_that_a_webhook_would_outlive_is_refused(webhooks: str, history: str | None) -> None:
    chosen = {"history_retention": history} if history else {}
    with pytest.raises(ValueError, match=r"write \d+ days or more"):
        Settings(**NEEDED_ONES, delivery_retention=webhooks, **chosen)


def test_history_that_outlives_every_webhook_by_a_week_is_taken() -> None:
    made = Settings(**NEEDED_ONES, delivery_retention="P30D", history_retention="P37D", audit_retention="P1D")
    assert (made.history_retention.days, made.audit_retention.days) == (37, 1)


@pytest.mark.parametrize("name", ["delivery_retention", "audit_retention"])
def test_nothing_is_kept_for_less_than_no_time(name: str) -> None:
    with pytest.raises(ValueError, match="greater than 0"):
        Settings(**NEEDED_ONES, **{name: "PT0S"})

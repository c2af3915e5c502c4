"""What automations.yaml says, as Prefect's API would take it, and whom it tells; no Prefect server is asked."""

from email.header import decode_header, make_header
from typing import Any

import pytest
from apprise import Apprise
from prefect.server.events.schemas.automations import AutomationCreate
from pydantic import SecretStr, ValidationError

from deployments.automations import FILE, wanted_automations
from deployments.automations_to_whom import ToWhom, mail_block
from settings import Settings

BOTH = ToWhom("11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222")
NEEDED = {"secret_keys": SecretStr("k"), "prefect_auth_string": SecretStr("a:b")}
ODD = "a@b:c/d?e&f=g#h%i j+k"

# Apprise 1.13 looks for a module that newer Pythons have no more.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


def settings_with(**given: Any) -> Settings:
    return Settings(_env_file=None, **NEEDED, **given)


def wanted(to_whom: ToWhom = BOTH) -> dict[str, dict[str, Any]]:
    return wanted_automations(settings_with(work_pool="ours"), to_whom)


def test_prefect_takes_each_and_the_four_of_them_watch_our_pool_and_our_events_only() -> None:
    assert len(wanted()) == 4
    for automation in wanted().values():
        AutomationCreate.model_validate(automation)
        triggers = automation["trigger"].get("triggers", [automation["trigger"]])
        assert all("'ours'" in str(one) or "'crosschq-lever." in str(one) for one in triggers)


def test_nothing_is_wanted_when_nobody_is_to_be_told() -> None:
    assert wanted(ToWhom()) == {}


@pytest.mark.parametrize(
    ("to_whom", "kinds"),
    [
        (ToWhom(webhook=BOTH.webhook), ["call-webhook"]),
        (ToWhom(mail=BOTH.mail), ["send-notification"]),
        (BOTH, ["call-webhook", "send-notification"]),
    ],
)
def test_each_tells_those_the_settings_name(to_whom: ToWhom, kinds: list[str]) -> None:
    for automation in wanted(to_whom).values():
        assert [action["type"] for action in automation["actions"]] == kinds


def test_each_message_says_what_to_do_next_with_a_link_and_quotes_no_error() -> None:
    for automation in wanted().values():
        body = automation["actions"][1]["body"]
        assert "Next: " in body
        assert "http://127.0.0.1:4200/" in body
        assert "message" not in str(automation["actions"])


def test_the_file_holds_no_address() -> None:
    assert not [word for word in ("hooks.", "mailto", "@") if word in FILE.read_text()]


@pytest.mark.parametrize(("ours", "its"), [("plain", "insecure"), ("starttls", "starttls"), ("tls", "ssl")])
def test_mail_goes_the_way_of_our_mail_settings(ours: str, its: str) -> None:
    settings = settings_with(
        smtp_host="smtp.example.com",
        smtp_port=2525,
        smtp_security=ours,
        smtp_user="hr@company.example",
        smtp_password=SecretStr(ODD),
        mail_from="Crosschq for Lever <hr@company.example>",
    )
    apprise = Apprise()
    assert apprise.add(mail_block(settings, "ops@company.example").data["url"])
    (mail,) = apprise
    assert (mail.smtp_host, mail.port, mail.secure_mode) == ("smtp.example.com", 2525, its)
    assert (mail.user, mail.password) == ("hr@company.example", ODD)
    assert tuple(mail.from_addr) == ("Crosschq for Lever", "hr@company.example")
    assert mail.targets == [(False, "ops@company.example")]


@pytest.mark.parametrize("name", ["Acme, Inc. Hiring", "Ana Marija Ćosić-Vujčić", "漢字 & Söhne: R+D"])
def test_notices_come_from_the_organization_as_it_was_typed(name: str) -> None:
    apprise = Apprise()
    settings = settings_with(smtp_host="127.0.0.1", mail_from=f"{name} <hr@company.example>")
    assert apprise.add(mail_block(settings, "ops@company.example").data["url"])
    (mail,) = apprise
    shown, address = mail.from_addr
    assert (str(make_header(decode_header(shown))), address) == (name, "hr@company.example")


def test_mail_of_a_server_without_sign_in_signs_in_nowhere() -> None:
    apprise = Apprise()
    settings = settings_with(smtp_host="127.0.0.1", smtp_security="plain", mail_from="no-reply@localhost")
    assert apprise.add(mail_block(settings, "ops@company.example").data["url"])
    (mail,) = apprise
    assert (mail.user, mail.password, mail.from_addr[1]) == (None, None, "no-reply@localhost")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"notify_email": "ops@company.example"}, "SMTP_HOST"),
        ({"notify_email": "ops@a.example, hr@a.example", "smtp_host": "smtp.example.com"}, "plain address"),
        ({"notify_webhook_url": "hooks.example.com/secret"}, "whole address"),
    ],
)
def test_a_setting_that_could_tell_nobody_is_refused(given: dict[str, str], told: str) -> None:
    with pytest.raises(ValidationError, match=told) as refused:
        settings_with(**given)
    assert "secret" not in refused.value.errors()[0]["msg"]

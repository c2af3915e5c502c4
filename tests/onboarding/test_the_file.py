"""The connection file: what it may say, and how what it may not say is told to the admin. No vendor is called."""

import re
from pathlib import Path

import pytest

from onboarding.blueprint import Blueprint, BlueprintError
from tests.onboarding.desk import SECRETS, Desk, Edit, both, swap, with_follow_up, with_requests
from tools.demo.connection import CROSSCHQ_TOKEN

WRONG: dict[str, tuple[Edit, str]] = {
    "no TOML": (swap("[lever]", "[lever"), r"not TOML: .*line \d+"),
    "the same key twice": (swap("create_webhooks = true", 'api_key = "x"'), r"not TOML: .*line \d+"),
    "no name": (swap('name = "demo"', ""), "  name: Field required"),
    "an empty name": (swap('name = "demo"', 'name = ""'), "  name: "),
    "no Lever": (swap("[lever]", "[leaver]"), r"  lever: Field required\n.*leaver: Extra inputs"),
    "an unknown key": (swap("create_webhooks", "create_webhook"), "  lever.create_webhook: Extra inputs"),
    "an unknown key in a template": (
        swap('lever_tag = "crosschq-sales"', 'lever_tag = "x"\ntag = "y"'),
        r"  templates\.1\.tag: Extra",
    ),
    "no live_since": (swap("live_since = 2026-01-01T00:00:00+00:00\n", ""), "  live_since: Field required"),
    "live_since without a zone": (swap("00:00:00+00:00", "00:00:00"), "  live_since: .*timezone"),
    "no stage": (swap('["Crosschq"]', "[]"), "  lever.trigger_stages: "),
    "http to a foreign host": (
        swap("[crosschq]\nurl = ", '[crosschq]\nurl = "http://partner.crosschq.com"\n# '),
        "  crosschq.url: .*not https",
    ),
    "no URL": (swap("[lever]\nurl = ", '[lever]\nurl = "api.lever.co"\n# '), r"  lever\.url: .*https://host"),
    "a user name in the URL": (
        swap("[lever]\nurl = ", '[lever]\nurl = "https://me:secret@api.lever.co"\n# '),
        r"  lever\.url: .*without a user name",
    ),
    "an origin with a path": (
        swap('trusted_origins = ["http', 'trusted_origins = ["ftp://files.example", "http'),
        r"  crosschq: .*trusted origin 'ftp://files.example'",
    ),
    "a wildcard for a whole domain": (
        swap('trusted_origins = ["http', 'trusted_origins = ["https://*.com", "http'),
        r"  crosschq: .*trusted origin 'https://\*\.com'",
    ),
    "no origin": (
        lambda file: re.sub(r"trusted_origins = .*", "trusted_origins = []", file),
        "  crosschq.trusted_origins: ",
    ),
    "a token that is missing": (
        swap(f'webhook_token = "{CROSSCHQ_TOKEN}"\n', 'webhook_auth = "basic"\n'),
        "  crosschq: .*webhook_auth 'basic' needs a webhook_token",
    ),
    "an unknown way to authenticate": (
        swap("webhook_token =", 'webhook_auth = "oauth"\nwebhook_token ='),
        "  crosschq.webhook_auth: .*'none', 'basic' or 'token'",
    ),
    "a Crosschq key with a line break": (
        swap('api_key = "crosschq-sandbox-key"', 'api_key = "crosschq-sandbox\\nkey"'),
        "  crosschq: .*API key is blank or holds spaces",
    ),
    "an empty secret": (swap('"lever-sandbox-key"', '""'), r"  lever\.api_key: "),
    "a secret that is a number": (swap('"lever-sandbox-key"', "123456"), r"  lever\.api_key: .*valid string"),
    "a missing environment variable": (
        swap('"lever-sandbox-key"', '{ env = "NOT_SET_ANYWHERE" }'),
        r"  lever\.api_key: .*environment variable NOT_SET_ANYWHERE is not set",
    ),
    "an environment misspelt": (
        swap('"lever-sandbox-key"', '{ environment = "HOME" }'),
        r'  lever\.api_key: .*\{ env = "NAME" \}',
    ),
    "two templates of one name": (
        swap('name = "Sales"', 'name = "Engineers"'),
        "two templates have the same name",
    ),
    "no tag and no fallback": (
        swap('lever_tag = "crosschq-sales"\n', ""),
        r"  templates\.1: .*template 'Sales' needs a lever_tag, or fallback = true",
    ),
    "two fallbacks": (
        both(
            swap('lever_tag = "crosschq-sales"', "fallback = true"),
            swap('lever_tag = "crosschq-engineer"', "fallback = true"),
        ),
        "only one template can be the fallback",
    ),
    "no template": (lambda file: file[: file.index("[[templates]]")], "  templates: Field required"),
    "a negative count": (swap("peers = 2", "peers = -2"), r"  templates\.0\.references\.peers: "),
    "a count in words": (swap("peers = 2", 'peers = "two"'), r"  templates\.0\.references\.peers: "),
    "an order beyond the database": (
        swap('lever_tag = "crosschq-sales"', 'lever_tag = "x"\norder = 3000000000'),
        r"  templates\.1\.order: ",
    ),
    "an unknown requestor": (
        with_requests('requestor_chain = ["boss"]'),
        r"  requests\.requestor_chain\.0: .*'owner'",
    ),
    "a fallback requestor that is no address": (
        with_requests('fallback_requestor = "HR"'),
        r"  requests\.fallback_requestor: .*the e-mail address has no @",
    ),
    "something invisible in an address": (
        with_requests('fallback_requestor = "hr@exa\u200bmple.test"'),
        r"  requests\.fallback_requestor: .*\(U\+200B, zero width space\) in place 7",
    ),
    "a wait in words": (with_follow_up('after = "two weeks"'), '  follow_up.after: .*ISO 8601.*"P14D"'),
    "a wait in seconds": (with_follow_up("after = 1209600"), "  follow_up.after: .*ISO 8601"),
    "a wait of no length": (with_follow_up('after = "PT"'), "  follow_up.after: .*ISO 8601"),
    "a wait in months": (with_follow_up('after = "P1M"'), "  follow_up.after: .*months.*write days"),
    "a wait below a second": (with_follow_up('after = "PT0S"'), "  follow_up.after: .*1 second to 365 days"),
    "a wait beyond a year": (with_follow_up('after = "P366D"'), "  follow_up.after: .*1 second to 365 days"),
    "a wait beyond all bounds": (with_follow_up('after = "P999999999999D"'), "  follow_up.after: .*ISO 8601"),
    "never asked": (with_follow_up('after = "never"'), "  follow_up.after: .*ISO 8601"),
    "a reminder at once": (
        with_follow_up('remind_after = "PT0S"'),
        "  follow_up.remind_after: .*1 second to",
    ),
    "a reminder some day": (with_follow_up('remind_after = "later"'), "  follow_up.remind_after: .*ISO 8601"),
    "an answer open for long": (
        with_follow_up('settle_after = "P1DT1S"'),
        "  follow_up.settle_after: .*0 seconds to 1 day",
    ),
    "nobody to ask": (with_follow_up('fallback_asked = "HR"'), "  follow_up.fallback_asked: "),
    "two to ask": (
        with_follow_up('fallback_asked = "a@acme.example,b@acme.example"'),
        "  follow_up.fallback_asked: ",
    ),
    "a mail header to ask": (
        with_follow_up('fallback_asked = "a@acme.example\\nBcc: b@acme.example"'),
        "  follow_up.fallback_asked: ",
    ),
    "a maybe": (
        with_follow_up('archived_means_not_hired = "maybe"'),
        "  follow_up.archived_means_not_hired: ",
    ),
    "an unknown follow-up setting": (with_follow_up('before = "P1D"'), "  follow_up.before: Extra inputs"),
    "days beyond the database": (
        with_requests("ask_again_after_days = 3000000000"),
        r"  requests\.ask_again_after_days: ",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_what_is_wrong_in_the_file_is_named(desk: Desk, wrong: str) -> None:
    edit, named = WRONG[wrong]
    said = await desk.refusal(edit)
    assert re.search(named, said), said
    assert desk.lever_app.state.lever.ledger.calls() == []


@pytest.mark.parametrize("secret", SECRETS)
async def test_a_secret_in_the_wrong_place_is_not_quoted(desk: Desk, secret: str) -> None:
    for place in ("key_prefix", "webhook_auth", "live_since", "apikey"):
        said = await desk.refusal(swap("[crosschq]\n", f'[crosschq]\n{place} = "{secret}"\n'))
        assert f"crosschq.{place}" in said


@pytest.mark.parametrize("place", ["after", "remind_after", "settle_after", "fallback_asked"])
async def test_a_secret_in_the_follow_up_section_is_not_quoted_either(desk: Desk, place: str) -> None:
    assert f"follow_up.{place}" in await desk.refusal(with_follow_up(f'{place} = "{SECRETS[0]}"'))


async def test_all_mistakes_are_told_at_once(desk: Desk) -> None:
    wrong = both(
        swap('name = "demo"', 'name = ""'), swap('["Crosschq"]', "[]"), swap("peers = 2", "peers = -1")
    )
    assert len((await desk.refusal(wrong)).splitlines()) == 4


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(BlueprintError, match=r"missing\.toml cannot be read: .*No such file"):
        Blueprint.from_file(tmp_path / "missing.toml")
    with pytest.raises(BlueprintError, match=r"cannot be read: .*directory"):
        Blueprint.from_file(tmp_path)
    (tmp_path / "utf-16.toml").write_bytes('name = "ä"'.encode("utf-16"))
    with pytest.raises(BlueprintError, match=r"utf-16\.toml cannot be read: .*utf-8"):
        Blueprint.from_file(tmp_path / "utf-16.toml")


async def test_a_secret_comes_from_the_environment(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_LEVER_KEY", "lever-sandbox-key")
    await desk.connect(swap('"lever-sandbox-key"', '{ env = "SOME_LEVER_KEY" }'))
    assert desk.parts.vault.open((await desk.connection()).lever_key) == "lever-sandbox-key"


async def test_a_blueprint_shows_no_secret_when_printed(desk: Desk) -> None:
    shown = repr(Blueprint.from_text(desk.file))
    assert "perform_as" in shown
    assert not any(secret in shown for secret in SECRETS)


PASTED = re.compile(
    r'^((?:name|perform_as|url|api_key|webhook_token|survey|lever_tag|description) = ")([^"]*)"', re.MULTILINE
)


def test_what_nobody_sees_around_a_value_does_not_count(desk: Desk) -> None:
    addresses = with_requests('fallback_requestor = "hr@acme.example"')(desk.file)
    pasted, values = PASTED.subn('\\1\u200b\u00a0\\2\u2060 \ufeff"', addresses)
    assert values > 8
    pasted = pasted.replace("hr@acme.example", "mailto:hr@acme.example;")
    pasted = pasted.replace('["Crosschq"]', '["\u202aCrosschq\u00a0"]')
    assert Blueprint.from_text(pasted) == Blueprint.from_text(addresses)


def test_a_file_of_an_editor_that_marks_utf_8_is_read(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "connection.toml"
    path.write_text(desk.file, encoding="utf-8-sig")
    assert Blueprint.from_file(path) == Blueprint.from_text(desk.file)

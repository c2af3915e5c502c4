"""An issuer is found and known again however people write it; any other issuer stays refused."""

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaning.issuer import WELL_KNOWN, clean_issuer
from settings import Settings
from store.database import Database
from tests.factories import settings_at
from tests.pages.admin.office import open_office, provider_at, with_oidc

PROVIDERS = ("https://id.firm.test/app/", "https://id.firm.test/app")
WRITTEN = (
    "https://id.firm.test/app",
    "https://id.firm.test/app/",
    "https://id.firm.test/app//",
    "  https://id.firm.test/app \t\n",
    "\u200bhttps://id.firm.test/app\u00a0\u200b",
    "HTTPS://ID.Firm.TEST/app",
    "https://id.firm.test:443/app/",
    f"https://id.firm.test/app{WELL_KNOWN}",
    f"https://id.firm.test/app{WELL_KNOWN}/ ",
    "https://id.firm.test/app/?",
    f"https://id.firm.test/app{WELL_KNOWN}?#",
    "https://id.firm.test/app/.well-known/oauth-authorization-server",
    "https://id.firm.test/app/.well-known/",
)


@pytest.mark.parametrize(("theirs", "written"), list(product(PROVIDERS, WRITTEN)))
async def test_it_is_found_however_it_is_written(
    database: Database, settings: Settings, theirs: str, written: str
) -> None:
    async with open_office(with_oidc(settings, oidc_issuer=written), provider_at(theirs)) as office:
        browser = office.open_browser()
        assert (await office.sign_in(browser)).status_code == 200
        assert (await browser.open("/people")).status_code == 200
        assert office.provider.asked[0] == f"/app{WELL_KNOWN}"


async def test_a_change_of_spelling_makes_nobody_a_stranger(database: Database, settings: Settings) -> None:
    for theirs, written in zip(PROVIDERS, reversed(PROVIDERS), strict=True):
        async with open_office(with_oidc(settings, oidc_issuer=written), provider_at(theirs)) as office:
            assert (await office.sign_in()).status_code == 200
            assert list(await office.people()) == ["ada@firm.test"]


@pytest.mark.parametrize(
    "named",
    [
        "https://id.firm.test",
        "https://id.firm.test/App",
        "https://id.firm.test/app/other",
        "http://id.firm.test/app",
        "https://id.firm.test:8443/app",
        "https://id.firm.test.evil.test/app",
        "https://evil.test/app",
        "https://eve@id.firm.test/app",
        "https://id.firm.test/app?of=evil",
        "id.firm.test/app",
        "",
    ],
)
async def test_another_issuer_stays_refused(
    database: Database, settings: Settings, caplog: pytest.LogCaptureFixture, named: str
) -> None:
    provider = provider_at("https://id.firm.test/app")
    provider.configuration = {"issuer": named}
    async with open_office(with_oidc(settings, oidc_issuer=provider.issuer), provider) as office:
        answer = await office.open_browser().open("/sign-in/oidc")
    assert answer.status_code == 502
    assert "which names another issuer than CROSSCHQ_LEVER_OIDC_ISSUER" in caplog.text


async def test_a_token_is_held_against_what_the_provider_says_to_the_letter(
    database: Database, settings: Settings
) -> None:
    provider = provider_at("https://id.firm.test/app/")
    provider.claims = {"iss": "https://id.firm.test/app"}
    async with open_office(with_oidc(settings, oidc_issuer=provider.issuer), provider) as office:
        answer = await office.sign_in()
    assert answer.status_code == 403
    assert "claim iss names another issuer than the provider" in answer.text


hosts = st.from_regex(r"[a-z][a-z0-9]{0,10}(\.[a-z][a-z0-9]{0,10}){1,3}", fullmatch=True)
paths = st.lists(st.from_regex(r"[A-Za-z0-9_~-]{1,8}", fullmatch=True), max_size=3)


@given(hosts, paths, st.sampled_from(["", ":443", ":8443"]), st.data())
def test_every_spelling_of_one_issuer_is_one(
    host: str, path: list[str], port: str, data: st.DataObject
) -> None:
    address = f"{host}{port.replace(':443', '')}{''.join(f'/{one}' for one in path)}"
    cased = "".join(data.draw(st.sampled_from([one, one.upper()])) for one in f"https://{host}")
    end = data.draw(st.sampled_from(["", "/", "//", WELL_KNOWN, f"{WELL_KNOWN}/", WELL_KNOWN.upper()]))
    end += data.draw(st.sampled_from(["", "?", "#", "?#", "/?"]))
    around = data.draw(st.sampled_from(["", " ", "\n", "\t "]))
    written = f"{around}{cased}{port}{''.join(f'/{one}' for one in path)}{end}{around}"
    assert clean_issuer(written) == f"https://{address}"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("id.firm.test", "as in https://id.example.com"),
        ("https://", "as in https://id.example.com"),
        ("https://id.firm.test:https/", "as in https://id.example.com"),
        ("ftp://id.firm.test", "as in https://id.example.com"),
        ("http://id.firm.test", "beginning with https://"),
        ("https://id.firm.test/?tenant=1", "without"),
        ("https://id.firm.test/#a", "without"),
        ("https://ada:secret@id.firm.test/", "without"),
    ],
)
def test_what_is_no_issuer_is_refused_in_words(tmp_path: Path, written: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as refused:
        with_oidc(settings_at(tmp_path, "postgresql+asyncpg://nobody@127.0.0.1/none"), oidc_issuer=written)
    assert "OIDC_ISSUER" in str(refused.value).upper()


def test_a_blank_issuer_is_none(tmp_path: Path) -> None:
    settings = settings_at(tmp_path, "postgresql+asyncpg://nobody@127.0.0.1/none")
    assert with_oidc(settings, oidc_issuer=" ").oidc_issuer is None

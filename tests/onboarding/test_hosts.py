"""Where this machine may be made to call: the vendors' own domains over https, and what the settings name."""

import pytest
from pydantic import ValidationError

from onboarding.blueprint import BlueprintError
from onboarding.hosts import HostRefused, check_base_url
from settings import Settings
from store.tables import Vendor
from tests.onboarding.desk import Desk, swap

LEVER, CROSSCHQ = Vendor.LEVER, Vendor.CROSSCHQ


@pytest.mark.parametrize(
    ("url", "vendor"),
    [
        ("https://api.lever.co/v1", LEVER),
        ("https://api.sandbox.lever.co/v1", LEVER),
        ("https://API.Lever.co/v1", LEVER),
        ("https://partner.crosschq.com", CROSSCHQ),
        ("https://crosschq.com", CROSSCHQ),
    ],
)
def test_the_vendors_own_hosts_may_be_called(url: str, vendor: Vendor) -> None:
    check_base_url(url, vendor, None)


@pytest.mark.parametrize(
    "url",
    [
        "http://api.lever.co/v1",
        "https://api.lever.co:8443/v1",
        "https://lever.co.evil.example/v1",
        "https://evillever.co/v1",
        "https://partner.crosschq.com",
        "https://api.lever.co@evil.example/v1",
        "https://evil.example/api.lever.co",
        "https://evil.example\\@api.lever.co/v1",
        "https://api.lever.co./v1",
        "https://127.0.0.1/v1",
        "http://127.0.0.1:4200/api",
        "http://localhost:4200",
        "http://[::1]:4200",
        "http://169.254.169.254/latest/meta-data",
        "https://2130706433/v1",
        "https://0x7f.1/v1",
        "file:///etc/passwd",
        "gopher://api.lever.co",
        "https://api.lever.co/v1?x=",
        "https://api.lever.co/v1#",
        "//api.lever.co",
        "api.lever.co",
        "",
    ],
)
def test_anything_else_is_refused(url: str) -> None:
    with pytest.raises(HostRefused):
        check_base_url(url, LEVER, None)


@pytest.mark.parametrize(
    ("url", "allowed", "may"),
    [
        ("http://127.0.0.1:8300/v1", "127.0.0.1", True),
        ("http://127.0.0.1:8300/v1", "lever.test, 127.0.0.1:8300", True),
        ("http://127.0.0.1:8301/v1", "127.0.0.1:8300", False),
        ("http://[::1]:8300", "[::1]:8300", True),
        ("https://lever.test/v1", "LEVER.test:443", True),
        ("http://lever.test/v1", "lever.test", False),
        ("https://below.lever.test/v1", "lever.test", False),
        ("https://lever.test/v1", "", False),
    ],
)
def test_a_host_that_the_settings_name_may_be_called(url: str, allowed: str, may: bool) -> None:
    if may:
        check_base_url(url, LEVER, allowed)
        return
    with pytest.raises(HostRefused):
        check_base_url(url, LEVER, allowed)


@pytest.mark.parametrize("wrong", ["https://lever.test", "lever.test/other", "a b", "host:port", "*"])
def test_a_setting_that_names_no_hosts_is_refused(wrong: str) -> None:
    with pytest.raises(ValidationError, match="write hosts"):
        Settings(_env_file=None, secret_keys="k", prefect_auth_string="a:b", allowed_hosts=wrong)


async def test_the_file_is_held_to_it_before_anybody_is_called(desk: Desk) -> None:
    said = await desk.refusal(swap('/v1"\napi_key', '@127.0.0.1/v1"\napi_key'))
    assert "lever.url" in said


async def test_the_file_names_both_wrong_addresses(desk: Desk) -> None:
    lever, crosschq = (f'url = "{url}' for url in await addresses(desk))
    with pytest.raises(BlueprintError) as refused:
        await desk.connect(
            lambda file: file.replace(lever, 'url = "https://inside.example').replace(
                crosschq, 'url = "https://api.lever.co'
            )
        )
    said = str(refused.value)
    assert "lever.url: Calls to inside.example are not allowed" in said
    assert "crosschq.url: Calls to api.lever.co are not allowed" in said
    assert await desk.stored() == 0


async def addresses(desk: Desk) -> tuple[str, str]:
    lever = desk.lever_app.state.lever.options.base_url
    crosschq = next(line for line in desk.file.splitlines() if line.startswith("url") and lever not in line)
    return lever, crosschq.removeprefix('url = "').removesuffix('"')

"""The lists of who may sign in are read as people paste them."""

from pathlib import Path

import pytest

from pages.admin.oidc_named import Named
from store.people_tables import Role
from tests.factories import settings_at


def named(folder: Path, admins: str, viewers: str) -> Named:
    return Named.from_settings(
        settings_at(
            folder,
            oidc_client_id="us",
            oidc_admins=admins,
            oidc_viewers=viewers,
            oidc_issuer="https://id.example.test",
        )
    )


@pytest.mark.parametrize(
    "written",
    [
        "ana@example.test",
        "\u200bAna@example.test\u00a0",
        "bob@example.test;\u202aana@example.test\u202c",
        "bob@example.test,\r\n mailto:ana@example.test",
        '"Costa, Ana" <ana@example.test>; Bob <bob@example.test>',
        "\u2060ana@example.test\u180e,",
    ],
)
def test_an_address_counts_however_it_was_pasted(tmp_path: Path, written: str) -> None:
    assert named(tmp_path, written, "x@y.test").role_of("ana@example.test") is Role.ADMIN


def test_a_domain_counts_however_it_was_pasted(tmp_path: Path) -> None:
    lists = named(tmp_path, "x@y.test", "\u200b@Example.test\u00a0;")
    assert lists.role_of("ana@example.test") is Role.VIEWER


@pytest.mark.parametrize(
    "written", ["an\u200ba@example.test", "bob@example.test <ana@example.test>", "ana @example.test", "ana"]
)
def test_an_entry_that_is_no_address_lets_nobody_in(tmp_path: Path, written: str) -> None:
    assert named(tmp_path, written, "x@y.test").role_of("ana@example.test") is None

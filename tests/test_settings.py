"""Settings are read as people and their editors leave them."""

from pathlib import Path

import pytest

from settings import Settings, SettingsError, load_settings
from tests.factories import settings_at

UNSEEN_ENDS = "\u200b\u00a0{}\u2060\ufeff "


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("allowed_hosts", "lever.test:8443"),
        ("oidc_client_id", "us"),
        ("mail_from", "Hiring <hiring@company.test>"),
        ("smtp_host", "mail.company.test"),
    ],
)
def test_what_nobody_sees_at_the_ends_of_a_setting_does_not_count(
    tmp_path: Path, name: str, value: str
) -> None:
    if value is not None:
        assert getattr(settings_at(tmp_path, **{name: UNSEEN_ENDS.format(value)}), name) == value


def test_a_password_may_begin_and_end_with_a_blank(tmp_path: Path) -> None:
    password = settings_at(tmp_path, smtp_password=" word ").smtp_password
    assert password
    assert password.get_secret_value() == " word "


@pytest.mark.parametrize(
    "written",
    ["ops@example.test", "\u200bops@example.test\u00a0", "Ops <ops@example.test>", "mailto:ops@example.test"],
)
def test_the_address_for_notices_is_cleaned(tmp_path: Path, written: str) -> None:
    assert settings_at(tmp_path, smtp_host="m", notify_email=written).notify_email == "ops@example.test"


def test_an_address_at_a_host_of_this_network_is_taken(tmp_path: Path) -> None:
    assert (
        settings_at(tmp_path, smtp_host="m", notify_email="root@localhost").notify_email == "root@localhost"
    )


def test_an_address_with_something_inside_is_refused_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = tmp_path / "env"
    env.write_text(
        "\ufeffCROSSCHQ_LEVER_SECRET_KEYS=x\nCROSSCHQ_LEVER_PREFECT_AUTH_STRING=a:b\n"
        "CROSSCHQ_LEVER_SMTP_HOST=m\nCROSSCHQ_LEVER_NOTIFY_EMAIL=ops@exa\u200bmple.test\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("CROSSCHQ_LEVER_ENV_FILE", str(env))
    with pytest.raises(SettingsError, match=r"NOTIFY_EMAIL: .*U\+200B, zero width space\) in place 8"):
        load_settings()


def test_a_file_of_an_editor_that_marks_utf_8_is_read(tmp_path: Path) -> None:
    env = tmp_path / "env"
    env.write_text(
        "CROSSCHQ_LEVER_SECRET_KEYS=x\nCROSSCHQ_LEVER_PREFECT_AUTH_STRING=a:b\n", encoding="utf-8-sig"
    )
    assert Settings(_env_file=env).secret_keys.get_secret_value() == "x"


@pytest.mark.parametrize(
    ("name", "written", "taken"),
    [
        ("smtp_security", "STARTTLS", "starttls"),
        ("smtp_security", " Tls ", "tls"),
        ("report_notes", "Open", "open"),
        ("report_notes", "\u201csecret\u201d", None),
        ("report_notes", "private", None),
        ("report_notes", "", None),
        ("log_format", "JSON", "json"),
        ("work_pool_type", "Process", "process"),
    ],
)
def test_a_choice_is_taken_in_any_case_and_any_other_word_refused(
    tmp_path: Path, name: str, written: str, taken: str | None
) -> None:
    if taken is None:
        with pytest.raises(ValueError, match="should be 'secret' or 'open'"):
            settings_at(tmp_path, **{name: written})
    else:
        assert getattr(settings_at(tmp_path, **{name: written}), name) == taken

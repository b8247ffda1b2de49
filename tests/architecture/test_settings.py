"""Settings are read once, loud when wrong, and docs/settings.md documents every one."""

import os
from dataclasses import fields
from pathlib import Path

import pytest

from receiver.app import create_app
from receiver.errors import SettingsError
from receiver.settings import Settings, read_settings
from tests.conftest import make_settings

ROOT = Path(__file__).parents[2]
NAMES = [field.name.upper() for field in fields(Settings)]
KEY = "A" * 43 + "="  # a valid key that is nobody's


@pytest.fixture
def environ(monkeypatch, tmp_path):
    """A valid environment, and the way to change one variable of it."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SECRET_KEYS", KEY)
    monkeypatch.setenv("PUBLIC_URL", "https://credit.example/")

    def read(**changes: str) -> Settings:
        for name, value in changes.items():
            monkeypatch.setenv(name, value)
        return read_settings(tmp_path / ".env")

    return read


def test_the_defaults_are_those_of_the_contract(environ):
    settings = environ()
    assert settings.public_url == "https://credit.example"
    assert settings.tiktok_api_url == "https://business-api.tiktok.com/open_api/v1.3"
    assert (settings.tiktok_rate, settings.max_body_bytes) == (5.0, 1024 * 1024)
    assert settings.web_threads == 64  # as deploy/ad-credit-web.service starts the server
    assert settings.keep_deliveries_days == 30
    assert (settings.trusted_proxies, settings.allow_loopback_stores) == ((), False)
    assert settings.database_url.endswith("/instance/receiver.db")
    assert settings.programme == "woocommerce-2025"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEYS", "short"),
        ("SECRET_KEYS", f"{KEY},short"),
        ("PUBLIC_URL", "credit.example"),
        ("PUBLIC_URL", "https://user:pass@credit.example"),
        ("PUBLIC_URL", "https://credit.example/?a=1"),
        ("PUBLIC_URL", "https://exa mple"),
        ("DATABASE_URL", "mysql://localhost/x"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "nonsense"),
        ("TIKTOK_API_URL", "ftp://tiktok"),
        ("TIKTOK_RATE", "fast"),
        ("TIKTOK_RATE", "0"),
        ("TIKTOK_RATE", "nan"),
        ("TIKTOK_RATE", "0.01"),
        ("TIKTOK_RATE", "51"),
        ("WEB_THREADS", "3"),
        ("WEB_THREADS", "many"),
        ("MAX_BODY_BYTES", "1e6"),
        ("MAX_BODY_BYTES", "-1"),
        ("MAX_BODY_BYTES", "10 ** 9"),
        ("MAX_BODY_BYTES", "99999999999999999999"),
        ("KEEP_DELIVERIES_DAYS", "1"),
        ("KEEP_DELIVERIES_DAYS", "999999999"),
        ("TRUSTED_PROXIES", "localhost"),
        ("ALLOW_LOOPBACK_STORES", "maybe"),
        ("TIKTOK_RATE", ""),
        ("SUPPORT_CONTACT", "our team"),
        ("SUPPORT_CONTACT", "javascript:alert(1)"),
        ("PRIVACY_URL", "our policy"),
        ("PRIVACY_URL", "javascript:alert(1)"),
        ("OPERATOR_NAME", "Example\nPartners"),
        ("OPERATOR_NAME", "x" * 101),
        ("DATABASE_URL", ""),
        ("PROGRAMME", ""),
    ],
)
def test_a_wrong_value_stops_the_start_with_the_variables_name(environ, name, value):
    with pytest.raises(SettingsError, match=f"^{name}: .*should be "):
        environ(**{name: value})


@pytest.mark.parametrize("programme", ["nope", "nope.toml", "/nowhere/terms.toml", "../woocommerce-2025"])
def test_a_programme_that_cannot_be_read_stops_the_start(programme):
    with pytest.raises(SettingsError, match=r"^PROGRAMME: ") as stopped:
        create_app(settings=make_settings(programme=programme))
    assert ("there is woocommerce-2025" in str(stopped.value)) == (programme == "nope")


@pytest.mark.parametrize("value", ["", "help@credit.example", "https://credit.example/help"])
def test_merchants_can_be_told_a_mail_or_a_web_address_to_write_to(environ, value):
    assert environ(SUPPORT_CONTACT=value).support_contact == value


MAIL = {
    "SMTP_URL": "smtp://u:hunter2@mail",
    "MAIL_FROM": "a@b.example",
    "MAIL_TO": "c@d.example, e@f.example",
}
WEBHOOK = {"STAFF_WEBHOOK_URL": "http://chat.internal/x", "STAFF_WEBHOOK_SECRET": "whsec_" + "c2VjcmV0" * 6}


@pytest.mark.parametrize("channel", [MAIL, WEBHOOK])
def test_half_a_channel_stops_the_start_with_the_name_of_the_missing_half(environ, monkeypatch, channel):
    for missing in channel:
        with pytest.raises(SettingsError, match=f"^{missing} is not set, while [A-Z_]+ is; it should be"):
            environ(**{**channel, missing: " "})


def test_staff_are_told_by_one_channel(environ):
    with pytest.raises(SettingsError, match=r"^STAFF_WEBHOOK_URL and SMTP_URL are both set") as stopped:
        environ(**MAIL, **WEBHOOK)
    assert "hunter2" not in str(stopped.value)


def test_a_whole_channel_is_read(environ, monkeypatch):
    assert environ(**MAIL).mail_to == ("c@d.example", "e@f.example")
    for name in MAIL:
        monkeypatch.delenv(name)
    assert environ(**WEBHOOK).staff_webhook_url == "http://chat.internal/x"


@pytest.mark.parametrize(
    ("channel", "name", "value"),
    [
        (MAIL, "SMTP_URL", "mail.internal"),
        (MAIL, "SMTP_URL", "http://u:hunter2@mail"),
        (MAIL, "SMTP_URL", "smtp://mail:port"),
        (MAIL, "MAIL_FROM", "somebody"),
        (MAIL, "MAIL_TO", "a@b.example,nobody"),
        (MAIL, "MAIL_TO", "a@b.example\nBcc: x@y.example"),
        (WEBHOOK, "STAFF_WEBHOOK_URL", "ftp://chat.internal"),
        (WEBHOOK, "STAFF_WEBHOOK_SECRET", "hunter2"),
        (WEBHOOK, "STAFF_WEBHOOK_SECRET", "whsec_hunter2"),
        (WEBHOOK, "STAFF_WEBHOOK_SECRET", "whsec_c2hvcnQ="),
    ],
)
def test_a_wrong_channel_stops_the_start_without_repeating_a_secret(environ, channel, name, value):
    with pytest.raises(SettingsError, match=f"^{name}: ") as stopped:
        environ(**{**channel, name: value})
    assert "hunter2" not in str(stopped.value)


@pytest.mark.parametrize("name", ["SECRET_KEYS", "PUBLIC_URL"])
@pytest.mark.parametrize("value", ["", " ", None])
def test_what_has_no_default_must_be_set(environ, monkeypatch, name, value):
    monkeypatch.delenv(name)
    with pytest.raises(SettingsError, match=f"^{name} is not set"):
        environ(**({name: value} if value is not None else {}))


def test_a_secret_is_never_repeated_in_the_complaint(environ):
    for name, value in (("SECRET_KEYS", "hunter2"), ("DATABASE_URL", "mysql://u:hunter2@h/x")):
        with pytest.raises(SettingsError) as stopped:
            environ(**{name: value})
        assert "hunter2" not in str(stopped.value)
        os.environ.pop(name)
        os.environ["SECRET_KEYS"] = KEY
    assert KEY not in repr(environ())


def test_the_environment_wins_over_the_file(environ, tmp_path):
    (tmp_path / ".env").write_text("PROGRAMME=from-file\nTIKTOK_RATE=2\n")
    settings = environ(PROGRAMME="from-environment")
    assert (settings.programme, settings.tiktok_rate) == ("from-environment", 2.0)


def test_the_file_alone_is_enough(environ, monkeypatch, tmp_path):
    monkeypatch.delenv("SECRET_KEYS")
    monkeypatch.delenv("PUBLIC_URL")
    (tmp_path / ".env").write_text(f"SECRET_KEYS={KEY}\nPUBLIC_URL=http://127.0.0.1:8000\n")
    assert environ().public_url == "http://127.0.0.1:8000"


@pytest.mark.parametrize("name", NAMES)
def test_the_settings_page_documents_every_setting(name):
    assert f"`{name}`" in (ROOT / "docs" / "settings.md").read_text()


def test_the_readme_leads_to_the_settings_page():
    assert "](docs/settings.md)" in (ROOT / "README.md").read_text()

"""Settings are read once, a wrong one stops the start, and docs/settings.md documents each."""

import os
import re
from dataclasses import asdict, fields
from pathlib import Path

import pytest

from receiver.app import create_app
from receiver.errors import SettingsError
from receiver.home import HOME
from receiver.setting_sources import near_misses
from receiver.settings import Settings, read_settings
from receiver.settings_table import SETTINGS
from tests.conftest import make_settings

ROOT = Path(__file__).parents[2]
NAMES = [field.name.upper() for field in fields(Settings)]
KEY = "A" * 43 + "="  # a valid key that is nobody's


@pytest.fixture
def environ(monkeypatch, tmp_path):
    """Reads the settings of a valid environment, with the variables changed that it is called with."""
    for name in (*NAMES, "SANDBOX"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)
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
        ("PUBLIC_URL", "https://credit.example/shop"),
        ("PUBLIC_URL", "https://credit.example:99999"),
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


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("HTTPS://Credit.Example/", "https://credit.example"),
        ("https://credit.example:443", "https://credit.example"),
        ("http://credit.example:80/", "http://credit.example"),
        ("https://credit.example:8443", "https://credit.example:8443"),
        (" https://crédit.example. ", "https://xn--crdit-csa.example"),
        ("https://[2001:DB8::1]", "https://[2001:db8::1]"),
    ],
)
def test_the_public_address_is_kept_as_browsers_write_it_however_it_is_written(environ, typed, origin):
    assert environ(PUBLIC_URL=typed).public_url == origin


def test_a_database_file_named_without_a_folder_is_the_same_wherever_a_command_is_started(environ):
    assert environ(DATABASE_URL="sqlite:///mine.db").database_url == f"sqlite:///{HOME / 'mine.db'}"
    assert environ(DATABASE_URL="sqlite:////srv/mine.db").database_url == "sqlite:////srv/mine.db"


def test_a_settings_file_of_a_windows_editor_is_read(environ, monkeypatch, tmp_path):
    monkeypatch.delenv("SECRET_KEYS")
    monkeypatch.delenv("PUBLIC_URL")
    text = f"SECRET_KEYS={KEY}\r\nPUBLIC_URL=https://credit.example\r\n"
    (tmp_path / ".env").write_bytes(text.encode("utf-8-sig"))
    assert environ().secret_keys == (KEY,)
    (tmp_path / ".env").write_bytes(text.encode("utf-16"))
    with pytest.raises(SettingsError, match="not text in UTF-8"):
        environ()


def test_a_slip_in_a_settings_name_is_found_and_the_name_that_was_meant(tmp_path):
    (tmp_path / ".env").write_text(
        "PUBLIC_ULR=x\nTIKTOK_APPID=1\nSECRET_KEY_FILE=/x\nPGPASSWORD=x\nWEB_THREADS=8\n"
    )
    assert near_misses(tmp_path / ".env") == {
        "PUBLIC_ULR": "PUBLIC_URL",
        "SECRET_KEY_FILE": "SECRET_KEYS_FILE",
        "TIKTOK_APPID": "TIKTOK_APP_ID",
    }


@pytest.mark.parametrize("programme", ["nope", "nope.toml", "/nowhere/terms.toml", "../woocommerce-2025"])
def test_a_programme_that_cannot_be_read_stops_the_start(programme):
    with pytest.raises(SettingsError, match=r"^PROGRAMME: ") as error:
        create_app(settings=make_settings(programme=programme))
    assert ("there is woocommerce-2025" in str(error.value)) == (programme == "nope")


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
    with pytest.raises(SettingsError, match=r"^STAFF_WEBHOOK_URL and SMTP_URL are both set") as error:
        environ(**MAIL, **WEBHOOK)
    assert "hunter2" not in str(error.value)


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
    with pytest.raises(SettingsError, match=f"^{name}: ") as error:
        environ(**{**channel, name: value})
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize("name", ["SECRET_KEYS", "PUBLIC_URL"])
@pytest.mark.parametrize("value", ["", " ", None])
def test_what_has_no_default_must_be_set(environ, monkeypatch, name, value):
    monkeypatch.delenv(name)
    with pytest.raises(SettingsError, match=f"^{name} is not set"):
        environ(**({name: value} if value is not None else {}))


def test_a_secret_is_never_repeated_in_the_complaint(environ):
    for name, value in (("SECRET_KEYS", "hunter2"), ("DATABASE_URL", "mysql://u:hunter2@h/x")):
        with pytest.raises(SettingsError) as error:
            environ(**{name: value})
        assert "hunter2" not in str(error.value)
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


def rows_of_the_page():
    page = (ROOT / "docs" / "settings.md").read_text()
    return re.findall(r"^\| `(\w+)` \| (.+?) \| (.+) \|$", page, re.M)


def test_the_settings_page_says_of_every_setting_what_the_table_of_settings_says():
    def default(setting):
        return (
            "required" if setting.default is None else f"`{setting.default}`" if setting.default else "none"
        )

    assert rows_of_the_page() == [(setting.name, default(setting), setting.meaning) for setting in SETTINGS]


def test_the_table_of_settings_has_every_setting_that_is_read():
    assert {setting.name for setting in SETTINGS} == {*NAMES, "SANDBOX"}


def test_the_defaults_of_the_table_are_those_that_hold(environ):
    unset = environ()
    spelled_out = environ(**{setting.name: setting.default_value for setting in SETTINGS if setting.default})
    assert asdict(spelled_out) == asdict(unset)


SECRETS = {
    "SECRET_KEYS": KEY,
    "DATABASE_URL": "postgresql+psycopg://ann:hunter2@db/name",
    "TIKTOK_APP_SECRET": "hunter2",
}


class TestSecretsByFile:
    @pytest.fixture
    def files(self, tmp_path, monkeypatch):
        """Writes a secret to a file of its own, named by NAME_FILE, and unsets the variable itself."""

        def write(name, content):
            (tmp_path / name).write_bytes(content)
            monkeypatch.delenv(name, raising=False)
            monkeypatch.setenv(f"{name}_FILE", str(tmp_path / name))

        return write

    @pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n"])
    @pytest.mark.parametrize("name", SECRETS)
    def test_a_file_holds_the_value_and_the_break_at_its_end_does_not_count(self, environ, files, name, end):
        files(name, f"{SECRETS[name]}{end}".encode())
        value = getattr(environ(), name.lower())
        assert value == ((KEY,) if name == "SECRET_KEYS" else SECRETS[name])

    def test_every_secret_can_be_one(self, environ, files):
        secrets = {**SECRETS, "SMTP_URL": MAIL["SMTP_URL"]}
        for name, value in secrets.items():
            files(name, value.encode())
        assert environ(MAIL_FROM=MAIL["MAIL_FROM"], MAIL_TO=MAIL["MAIL_TO"]).smtp_url == MAIL["SMTP_URL"]

    def test_the_settings_file_may_name_it(self, environ, files, monkeypatch, tmp_path):
        files("TIKTOK_APP_SECRET", b"hunter2")
        monkeypatch.delenv("TIKTOK_APP_SECRET_FILE")
        (tmp_path / ".env").write_text(f"TIKTOK_APP_SECRET_FILE={tmp_path}/TIKTOK_APP_SECRET\n")
        assert environ().tiktok_app_secret == "hunter2"

    def test_both_set_stop_the_start_and_both_are_named(self, environ, files):
        files("TIKTOK_APP_SECRET", b"hunter2")
        with pytest.raises(SettingsError) as error:
            environ(TIKTOK_APP_SECRET="hunter3")
        assert str(error.value) == (
            "TIKTOK_APP_SECRET and TIKTOK_APP_SECRET_FILE are both set; unset one of them"
        )

    @pytest.mark.parametrize("content", [None, b"\xff\xfe"])
    def test_a_file_that_cannot_be_read_is_one_line_with_its_name(self, environ, files, tmp_path, content):
        files("SECRET_KEYS", content or b"")
        if content is None:
            (tmp_path / "SECRET_KEYS").unlink()
        with pytest.raises(SettingsError, match=r"^SECRET_KEYS_FILE: /.* cannot be read \(") as error:
            environ()
        assert "\n" not in str(error.value)

    def test_what_a_file_holds_is_never_repeated(self, environ, files):
        files("SECRET_KEYS", b"hunter2")
        with pytest.raises(SettingsError, match=r"^SECRET_KEYS: key 1") as error:
            environ()
        assert "hunter2" not in str(error.value)


def test_the_readme_leads_to_the_settings_page():
    assert "](docs/settings.md)" in (ROOT / "README.md").read_text()


def test_no_settings_file_of_whoever_runs_the_tests_is_read():
    assert HOME != ROOT
    assert not (HOME / ".env").exists()

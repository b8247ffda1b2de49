"""Reads the settings once, typed, and refuses a wrong value by name; setting_sources.py finds their texts."""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from environs import Env, EnvError, ValidationError
from marshmallow.validate import Length
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from receiver.domain.deliveries import DeliverySource
from receiver.domain.hosts import canonical_host
from receiver.domain.shops import DEFAULT_PORTS
from receiver.errors import SettingsError
from receiver.home import COMMAND, HOME
from receiver.setting_sources import SettingSource, find_sources
from receiver.settings_table import DEFAULTS

SANDBOX_FOLDER = HOME / "instance" / "sandbox"
KEYS_HELP = f"should be a comma list of Fernet keys; `{COMMAND} secrets new` prints one"
ADDRESS_HELP = "should be a web address such as https://credit.example"
PUBLIC_HELP = "should be the web address of a host of its own, without a path, such as https://credit.example"
DATABASE_HELP = "should be sqlite:////path/to/file.db or postgresql+psycopg://user:password@host/name"
SANDBOX_HELP = "is only for a sandbox, whose settings say SANDBOX=yes (`make run` writes them); unset it"
SMTP_HELP = "should be smtp://host, smtp://user:password@host:587 or smtps://user:password@host"
MAIL_HELP = "should be e-mail addresses such as ops@credit.example, MAIL_TO a comma list"
LONGEST_NAME = 100
NAME_HELP = f"should be a name of at most {LONGEST_NAME} characters on one line, such as Example Partners Ltd"
CONTACT_HELP = "should be an e-mail or web address that merchants can write to, such as help@credit.example"
SIGNING_HELP = "should be whsec_ and 24 to 64 random bytes in base64"
STAFF_WEBHOOK = {"STAFF_WEBHOOK_URL": ADDRESS_HELP, "STAFF_WEBHOOK_SECRET": SIGNING_HELP}
MAIL = {"SMTP_URL": SMTP_HELP, "MAIL_FROM": MAIL_HELP, "MAIL_TO": MAIL_HELP}
MAIL_ADDRESS = re.compile(r"[!-~]+@[!-~]+")
NETWORKS_HELP = "should be a comma list of addresses or networks such as 127.0.0.1,10.0.0.0/8"
PROGRAMME_HELP = "should be the id of a shipped programme, such as woocommerce-2025, or a TOML file"
YES_NO_HELP = "should be yes or no"


@dataclass(frozen=True, repr=False)
class Settings:
    """The settings of an operator. Every field is a variable of the same name in capitals."""

    secret_keys: tuple[str, ...]  # Fernet keys: the first encrypts, all decrypt
    public_url: str  # where stores and browsers reach us, no closing slash
    database_url: str
    programme: str  # a file, or the id of a shipped programme; for new stores
    tiktok_api_url: str
    tiktok_app_id: str
    tiktok_app_secret: str
    tiktok_rate: float  # calls a second
    web_threads: int  # of the web server: how many requests it works on at once
    max_body_bytes: int
    keep_deliveries_days: int
    trusted_proxies: tuple[str, ...]  # addresses or networks whose forwarding headers are believed
    allow_loopback_stores: bool
    staff_webhook_url: str  # where alerts to staff go, signed with the secret (whsec_…); or
    staff_webhook_secret: str
    smtp_url: str  # the server that sends e-mails to staff and merchants
    mail_from: str
    mail_to: tuple[str, ...]
    support_contact: str  # where merchants write to staff, an e-mail or web address; or none
    operator_name: str  # who runs the service, as merchants know them; or none
    privacy_url: str  # where its privacy policy is; or none
    sandbox_folder: Path | None  # where the sandbox's clock and faults are switched; None: SANDBOX is no

    @property
    def app_secrets(self) -> Mapping[str, str]:
        """The secrets of providers that have one for the whole app, by source (integrations/providers.py)."""
        return {DeliverySource.TIKTOK: self.tiktok_app_secret}


def read_settings(env_file: Path = HOME / ".env") -> Settings:
    """Read the environment, and below it `env_file` where there is one.

    Raises SettingsError naming the variable and what would be right; never repeats a value that may
    hold a secret.
    """
    env = _SourceEnv(find_sources(env_file))
    try:
        return _settings(env)
    except EnvError as error:
        raise SettingsError(_error_text(error)) from error


class _SourceEnv(Env):
    """An Env that reads the settings' sources, by the hook that FileAwareEnv uses too."""

    def __init__(self, sources: Iterable[SettingSource]) -> None:
        super().__init__()
        self._texts = {
            value.setting.name: value.text for value in sources if value.text or value.source != "default"
        }

    def _get_value(self, env_key: str, default: Any) -> Any:
        return self._texts.get(env_key, default)


def _settings(env: Env) -> Settings:
    _check_required(env, "SECRET_KEYS", KEYS_HELP)
    _check_required(env, "PUBLIC_URL", PUBLIC_HELP)
    return Settings(
        secret_keys=tuple(env.list("SECRET_KEYS", validate=_check_fernet_keys)),
        public_url=_origin(env.str("PUBLIC_URL", validate=_check_public_address)),
        database_url=_in_home(env.str("DATABASE_URL", validate=_check_database)),
        programme=env.str("PROGRAMME", validate=Length(min=1, error=PROGRAMME_HELP)).strip(),
        tiktok_api_url=env.str("TIKTOK_API_URL", validate=_check_web_address).rstrip("/"),
        tiktok_app_id=env.str("TIKTOK_APP_ID", ""),
        tiktok_app_secret=env.str("TIKTOK_APP_SECRET", ""),
        tiktok_rate=_read_number(env, "TIKTOK_RATE", 0.1, _highest_rate(env)),
        web_threads=_read_whole_number(env, "WEB_THREADS", 4, 4096),
        max_body_bytes=_read_whole_number(env, "MAX_BODY_BYTES", 1024, 64 * 1024 * 1024),
        keep_deliveries_days=_read_whole_number(env, "KEEP_DELIVERIES_DAYS", 4, 3650),
        trusted_proxies=tuple(env.list("TRUSTED_PROXIES", [], validate=_check_networks)),
        allow_loopback_stores=_read_yes_no(env, "ALLOW_LOOPBACK_STORES"),
        **_read_channel(env),
        support_contact=env.str("SUPPORT_CONTACT", "", validate=_check_contact).strip(),
        operator_name=env.str("OPERATOR_NAME", "", validate=_check_one_line).strip(),
        privacy_url=env.str("PRIVACY_URL", "", validate=_check_web_address_or_none).strip(),
        sandbox_folder=_read_sandbox_folder(env),
    )


def _check_required(env: Env, name: str, right: str) -> None:
    if not env.str(name, "").strip():
        raise EnvError(f"{name} is not set; it {right}")


def _read_number(env: Env, name: str, least: float, most: float) -> float:
    """Read a number within bounds. Raises EnvError that states them."""
    right = f"should be a number from {least:g} to {most:g}, such as {DEFAULTS[name]}"
    try:
        value = float(env.str(name))
    except ValueError as error:
        raise EnvError(f"{name}: {right}") from error
    if not least <= value <= most:
        raise EnvError(f"{name}: {right}")
    return value


def _read_whole_number(env: Env, name: str, least: int, most: int) -> int:
    """Read a whole number within bounds. Raises EnvError that states them."""
    value = env.str(name).strip()
    if not (value.isascii() and value.isdigit() and len(value) < 12 and least <= int(value) <= most):
        raise EnvError(f"{name}: should be a whole number from {least} to {most}, such as {DEFAULTS[name]}")
    return int(value)


def _read_yes_no(env: Env, name: str) -> bool:
    try:
        return env.bool(name, default=False)
    except EnvError as error:
        raise EnvError(f"{name}: {YES_NO_HELP}") from error


def _read_channel(env: Env) -> dict[str, Any]:
    """Return the settings of the channel to staff: a webhook or e-mail, set in full, or neither."""
    webhook = _all_or_none(env, STAFF_WEBHOOK)
    mail = _all_or_none(env, MAIL)
    if webhook and mail:
        raise EnvError(
            "STAFF_WEBHOOK_URL and SMTP_URL are both set; staff are told by one of them: unset the other"
        )
    return {
        "staff_webhook_url": env.str("STAFF_WEBHOOK_URL", validate=_check_web_address) if webhook else "",
        "staff_webhook_secret": env.str("STAFF_WEBHOOK_SECRET", validate=_check_signing_key)
        if webhook
        else "",
        "smtp_url": env.str("SMTP_URL", validate=_check_mail_server) if mail else "",
        "mail_from": env.str("MAIL_FROM", validate=_check_mail_address) if mail else "",
        "mail_to": _read_mail_to(env) if mail else (),
    }


def _read_mail_to(env: Env) -> tuple[str, ...]:
    addresses: list[str] = env.list("MAIL_TO", validate=_check_mail_addresses)
    return tuple(address.strip() for address in addresses)


def _all_or_none(env: Env, names: Mapping[str, str]) -> bool:
    """Return whether all are set. Raises EnvError for some: that would fail only once it is needed."""
    is_set = {name: bool(env.str(name, "").strip()) for name in names}
    missing = [name for name, has_value in is_set.items() if not has_value]
    if missing and len(missing) < len(names):
        other = next(name for name, has_value in is_set.items() if has_value)
        raise EnvError(f"{missing[0]} is not set, while {other} is; it {names[missing[0]]}")
    return not missing


def _read_sandbox_folder(env: Env) -> Path | None:
    """Return the sandbox's folder; None without SANDBOX=yes, so that no folder alone replaces real time."""
    folder = env.str("SANDBOX_FOLDER", "").strip()
    if _read_yes_no(env, "SANDBOX"):
        return Path(folder) if folder else SANDBOX_FOLDER
    if folder:
        raise EnvError(f"SANDBOX_FOLDER {SANDBOX_HELP}")
    return None


def _highest_rate(env: Env) -> float:
    """Return the highest TIKTOK_RATE: that of TikTok's top level; more in a sandbox, whose clock moves."""
    return 1000 if _read_yes_no(env, "SANDBOX") else 50


def _error_text(error: EnvError) -> str:
    """Return `X: …`, where environs writes `Environment variable "X" invalid: ['…']`."""
    message = str(error).removeprefix("Environment variable ").replace('"', "").replace(" invalid: ", ": ")
    return message.replace("['", "").replace("']", "")


def _check_fernet_keys(keys: list[str]) -> None:
    for number, key in enumerate(keys, 1):
        try:
            Fernet(key.strip())
        except ValueError as error:
            raise ValidationError(f"key {number} is not a Fernet key; it {KEYS_HELP}") from error


def _check_web_address(value: str) -> None:
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment or parts.username or any(c.isspace() for c in value):
        raise ValidationError(ADDRESS_HELP)


def _check_public_address(value: str) -> None:
    """Check the service's address, which has no path: our links lead to the root of their host."""
    try:
        _check_web_address(value.strip())
        parts = urlsplit(value.strip())
        canonical_host(parts.hostname or "")
    except (ValidationError, ValueError) as error:
        raise ValidationError(PUBLIC_HELP) from error
    if parts.path.strip("/"):
        raise ValidationError(PUBLIC_HELP)


def _origin(address: str) -> str:
    """Return a checked address as an origin, in the form that browsers send and that is compared with it."""
    parts = urlsplit(address.strip())
    host = canonical_host(parts.hostname or "")
    is_usual = parts.port in (None, DEFAULT_PORTS[parts.scheme])
    return f"{parts.scheme}://{host}" if is_usual else f"{parts.scheme}://{host}:{parts.port}"


def _in_home(database: str) -> str:
    """Return the address of a database; a relative file lies in HOME, whatever folder we are started in."""
    url = make_url(database)
    if url.drivername != "sqlite" or Path(url.database or "").is_absolute():
        return database
    return url.set(database=str(HOME / (url.database or ""))).render_as_string(hide_password=False)


def _check_web_address_or_none(value: str) -> None:
    if value.strip():
        _check_web_address(value.strip())


def _check_one_line(value: str) -> None:
    if len(value) > LONGEST_NAME or not value.strip().isprintable():
        raise ValidationError(NAME_HELP)


def _check_mail_server(value: str) -> None:
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if (
        not usable
        or parts.path.strip("/")
        or parts.query
        or parts.fragment
        or any(c.isspace() for c in value)
    ):
        raise ValidationError(SMTP_HELP)


def _check_mail_address(value: str) -> None:
    if not MAIL_ADDRESS.fullmatch(value.strip()):
        raise ValidationError(MAIL_HELP)


def _check_contact(value: str) -> None:
    if value.strip() and not MAIL_ADDRESS.fullmatch(value.strip()):
        try:
            _check_web_address(value.strip())
        except ValidationError as error:
            raise ValidationError(CONTACT_HELP) from error


def _check_mail_addresses(values: list[str]) -> None:
    for value in values:
        _check_mail_address(value)


def _check_signing_key(value: str) -> None:
    try:
        key = base64.b64decode(value.removeprefix("whsec_"), validate=True)
    except ValueError:
        key = b""
    if not value.startswith("whsec_") or not 24 <= len(key) <= 64:
        raise ValidationError(SIGNING_HELP)


def _check_database(value: str) -> None:
    try:
        url = make_url(value)
    except (ArgumentError, ValueError) as error:
        raise ValidationError(DATABASE_HELP) from error
    if url.drivername == "sqlite" and url.database not in (None, "", ":memory:"):
        return
    if url.drivername != "postgresql+psycopg":
        raise ValidationError(DATABASE_HELP)


def _check_networks(parts: list[str]) -> None:
    for part in parts:
        try:
            ipaddress.ip_network(part.strip(), strict=False)
        except ValueError as error:
            raise ValidationError(NETWORKS_HELP) from error

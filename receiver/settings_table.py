"""The one list of settings: the names, defaults and meanings that docs/settings.md and `settings` show."""

from __future__ import annotations

from dataclasses import dataclass

from receiver.home import HOME


@dataclass(frozen=True)
class Setting:
    """A variable of the environment or the settings file.

    `default` is None where one must be set, and "" where it stays unset; HOME in it is the service's folder.
    A secret is never shown.
    """

    name: str
    default: str | None
    meaning: str
    is_secret: bool = False

    @property
    def default_value(self) -> str | None:
        """The default with the service's folder in place of HOME."""
        return None if self.default is None else self.default.replace("HOME", str(HOME))


SETTINGS = (
    Setting(
        "SECRET_KEYS",
        None,
        "comma list of Fernet keys; the first encrypts secrets and tokens, all decrypt",
        is_secret=True,
    ),
    Setting(
        "PUBLIC_URL", None, "where stores and browsers reach the service: a host of its own, by its root"
    ),
    Setting(
        "DATABASE_URL",
        "sqlite:///HOME/instance/receiver.db",
        "or `postgresql+psycopg://user:password@host/name`; the job queue follows it",
        is_secret=True,
    ),
    Setting(
        "PROGRAMME",
        "woocommerce-2025",
        "terms for new stores: the id of a shipped programme, or a TOML file; "
        "one that cannot be read stops the start. A programme that staff load in the console, or by "
        "`programmes load`, takes its place until this says another thing",
    ),
    Setting(
        "TIKTOK_API_URL",
        "https://business-api.tiktok.com/open_api/v1.3",
        "TikTok's Ads API, version included",
    ),
    Setting("TIKTOK_APP_ID", "", "the app registered with TikTok"),
    Setting("TIKTOK_APP_SECRET", "", "that app's secret, which also verifies its webhooks", is_secret=True),
    Setting("TIKTOK_RATE", "5", "calls a second to TikTok, of all processes together"),
    Setting(
        "WEB_THREADS",
        "64",
        "the `--blocking-threads` that the web server is started with; "
        "all requests but webhooks hold at most a quarter of them",
    ),
    Setting("MAX_BODY_BYTES", "1048576", "larger deliveries are refused with 413"),
    Setting("KEEP_DELIVERIES_DAYS", "30", "how long deliveries are kept"),
    Setting("TRUSTED_PROXIES", "", "addresses or networks whose forwarding headers are believed"),
    Setting("ALLOW_LOOPBACK_STORES", "no", "yes only for the sandbox"),
    Setting(
        "SMTP_URL",
        "",
        "what sends e-mail: staff alerts (a stopped worker, overdue awards, stores that wait for staff) "
        "and the notices that merchants asked for: `smtp://user:password@host:587`",
        is_secret=True,
    ),
    Setting("MAIL_FROM", "", "the sender of those e-mails"),
    Setting("MAIL_TO", "", "comma list of those who get staff alerts by e-mail"),
    Setting("STAFF_WEBHOOK_URL", "", "or where staff alerts go by a signed webhook, never both"),
    Setting(
        "STAFF_WEBHOOK_SECRET",
        "",
        "what that webhook is signed with: `whsec_` with random bytes in base64",
        is_secret=True,
    ),
    Setting(
        "OPERATOR_NAME",
        "",
        "who runs the service, as merchants know you: told on the first page and below every page for "
        "merchants",
    ),
    Setting("PRIVACY_URL", "", "the web address of your privacy policy, linked there"),
    Setting(
        "SUPPORT_CONTACT",
        "",
        "where merchants can write to your team, an e-mail or web address: told below every page for "
        "merchants, and beside what only your team can put right",
    ),
    Setting(
        "SANDBOX",
        "no",
        "yes plugs the sandbox in: its clock in place of real time, its page and its commands; "
        "never in production",
    ),
    Setting(
        "SANDBOX_FOLDER",
        "",
        "only beside `SANDBOX=yes`: where the sandbox keeps its clock and TikTok's faults, "
        "unless in `instance/sandbox`",
    ),
)

DEFAULTS = {setting.name: setting.default or "" for setting in SETTINGS}

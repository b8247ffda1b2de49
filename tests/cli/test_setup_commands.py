"""`secrets`, `migrate`, `staff` and `doctor`: set an installation up, and diagnose it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from argon2 import PasswordHasher
from click.testing import Result
from cryptography.fernet import Fernet
from flask import Flask
from sqlalchemy import select

from receiver import cli
from receiver.app import create_app
from receiver.container import Container, build_container
from receiver.domain.audit import AuditAction
from receiver.errors import Advice, ProviderError, SettingsError
from receiver.integrations.probe import ProbeResult
from receiver.services.operations import rotate_keys
from receiver.services.operations.doctor import Check, CheckState, diagnose
from receiver.storage import heartbeats, sqlite
from receiver.storage.cipher import Cipher
from receiver.storage.database import Database
from receiver.storage.migrate import newest_revision
from receiver.storage.rate_limiter import SharedBudget
from receiver.storage.tables import (
    AuditEntry,
    CallBudget,
    CallPause,
    Staff,
    Store,
    StoreTroubleRow,
    WebhookEndpoint,
    WebhookSecret,
)
from tests.cli.conftest import CommandRunner
from tests.conftest import make_settings
from tests.db_factories import keep_store
from tests.fakes import at
from tests.staff import Console, keep_staff, staff_token

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ALIVE = ProbeResult(True, 200, NOW)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Both kinds: migration and diagnosis differ between them."""
    return str(request.param)


def run(container: Container, *words: str) -> Result:
    return CommandRunner(container)(*words)


def without_settings() -> Flask:
    app = Flask("receiver")
    cli.register(app)
    app.extensions["receiver"] = SettingsError("PUBLIC_URL is not set; it should be a web address")
    return app


class TestSecrets:
    def test_new_prints_a_usable_key_without_any_settings(self) -> None:
        answer = without_settings().test_cli_runner().invoke(args=["secrets", "new"])
        assert answer.exit_code == 0
        Fernet(answer.output.strip())

    def test_new_answers_in_json(self) -> None:
        answer = without_settings().test_cli_runner().invoke(args=["secrets", "new", "--json"])
        Fernet(json.loads(answer.output)["key"])

    def test_after_rotate_the_old_key_can_go(
        self, container: Container, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rotate_keys, "BATCH", 2)
        keep_secrets(container.database, container.cipher, "one", "two", "three", "four", "five")
        new = Fernet.generate_key().decode()
        both = with_keys(container, new, *container.settings.secret_keys)

        answer = run(both, "secrets", "rotate", "--json")

        counts = {row["column"]: row["rotated"] for row in json.loads(answer.output)}
        assert counts["hook_secrets.secret_sealed"] == 5
        assert secrets_of(container.database, Cipher([new])) == ["one", "two", "three", "four", "five"]

    def test_a_rotation_is_in_the_audit_log_with_who_asked_for_it(self, container: Container) -> None:
        keep_secrets(container.database, container.cipher, "one", "two")
        run(container, "secrets", "rotate")
        with container.database.reading() as session:
            entry = session.scalars(
                select(AuditEntry).where(AuditEntry.action == AuditAction.SECRETS_ROTATE)
            ).one()
        assert (entry.actor.partition(":")[0], entry.detail["resealed"]) == ("cli", 2)

    @pytest.mark.parametrize("database_kind", ["sqlite"])
    def test_after_rotate_no_file_of_the_database_holds_what_the_old_key_opens(
        self, container: Container
    ) -> None:
        keep_secrets(container.database, container.cipher, "one")
        with container.database.reading() as session:
            old = session.scalars(select(WebhookSecret.secret_encrypted)).one().encode()
        file = Path(container.database.url.database or "")
        assert any(old in part.read_bytes() for part in file.parent.glob(f"{file.name}*"))
        run(
            with_keys(container, Fernet.generate_key().decode(), *container.settings.secret_keys),
            "secrets",
            "rotate",
        )
        assert not any(old in part.read_bytes() for part in file.parent.glob(f"{file.name}*"))

    @pytest.mark.parametrize("database_kind", ["sqlite"])
    def test_rotate_says_that_a_read_keeps_the_old_ciphertexts(
        self, container: Container, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sqlite, "EMPTY_LOG_MS", 1)
        keep_secrets(container.database, container.cipher, "one")
        with container.database.reading() as session:
            session.scalars(select(WebhookSecret)).all()
            answer = run(container, "secrets", "rotate")
        assert (answer.exit_code, "run this once more" in answer.stderr) == (1, True)

    def test_a_secret_of_a_lost_key_is_named_and_the_others_are_renewed(self, container: Container) -> None:
        keep_secrets(container.database, Cipher([Fernet.generate_key().decode()]), "lost")
        keep_secrets(container.database, container.cipher, "known")

        answer = run(container, "secrets", "rotate")

        assert answer.exit_code == 1
        assert "hook_secrets.secret_sealed" in answer.stderr.splitlines()[-1]

    def test_every_encrypted_column_is_found_by_its_type(self) -> None:
        columns = {f"{table.name}.{column.name}" for table, column in rotate_keys.encrypted_columns()}
        assert {"links.token_sealed", "hook_secrets.secret_sealed"} <= columns


class TestMigrate:
    def test_says_from_where_to_where(self, empty_database_url: str) -> None:
        container = build_container(make_settings(database_url=empty_database_url))
        assert json.loads(run(container, "migrate", "--json").output) == {
            "from": None,
            "to": newest_revision(),
        }
        again = json.loads(run(container, "migrate", "--json").output)
        container.database.close()
        assert again == {"from": newest_revision(), "to": newest_revision()}

    def test_without_settings_it_says_what_is_missing_in_one_line(self) -> None:
        answer = without_settings().test_cli_runner().invoke(args=["migrate"])
        assert (answer.exit_code, answer.stdout) == (1, "")
        assert answer.stderr == "Error: PUBLIC_URL is not set; it should be a web address\n"


class TestStaff:
    def test_add_prints_a_password_of_which_only_the_hash_is_kept(self, container: Container) -> None:
        answer = json.loads(add_staff(container, "Ann@Shop.example").output)

        with container.database.reading() as session:
            member = session.scalars(select(Staff)).one()
        assert (member.email, member.role) == ("ann@shop.example", "operator")
        assert PasswordHasher().verify(member.password_hash, answer["password"])

    def test_a_password_somebody_else_knows_is_for_once(self, container: Container) -> None:
        add_staff(container, "ann@shop.example")
        assert self.only_member(container).password_is_one_time
        with container.database.writing() as session:
            session.get_one(Staff, 1).password_is_one_time = False
        run(container, "staff", "password", "--email", "ann@shop.example", "--json")
        assert self.only_member(container).password_is_one_time

    @staticmethod
    def only_member(container: Container) -> Staff:
        with container.database.reading() as session:
            return session.scalars(select(Staff)).one()

    def test_add_is_audited_without_the_password(self, container: Container) -> None:
        answer = json.loads(add_staff(container, "ann@shop.example").output)
        with container.database.reading() as session:
            entry = session.scalars(select(AuditEntry)).one()
        assert (entry.action, entry.subject) == ("staff add", "ann@shop.example")
        assert answer["password"] not in json.dumps(entry.detail)

    def test_an_address_twice_is_refused(self, container: Container) -> None:
        add_staff(container, "ann@shop.example")
        answer = add_staff(container, "ANN@shop.example")
        assert answer.exit_code == 1
        assert "already on the staff" in answer.stderr

    def test_password_replaces_the_old_one(self, container: Container) -> None:
        add_staff(container, "ann@shop.example")
        answer = json.loads(
            run(container, "staff", "password", "--email", "ann@shop.example", "--json").output
        )
        with container.database.reading() as session:
            member = session.scalars(select(Staff)).one()
        assert PasswordHasher().verify(member.password_hash, answer["password"])

    @pytest.mark.parametrize("database_kind", ["sqlite"])  # no matter of what keeps the rows
    @pytest.mark.parametrize("email", ["", "ann", "ann@", "a b@shop.example", "ann@shop"])
    def test_what_is_no_address_is_refused(self, container: Container, email: str) -> None:
        assert add_staff(container, email).exit_code == 1

    def test_an_unknown_role_is_wrong_use(self, container: Container) -> None:
        assert run(container, "staff", "add", "--email", "a@b.example", "--role", "owner").exit_code == 2

    def test_a_token_is_printed_once_listed_without_it_and_revoked(self, container: Container) -> None:
        add_staff(container, "ann@shop.example")
        words = ("--email", "Ann@shop.example", "--name", "reports", "--json")
        token = json.loads(run(container, "staff", "token", *words).output)
        listing = run(container, "staff", "tokens", "--json").output
        assert (token["name"], token["role"], token["token"] in listing) == ("reports", "operator", False)
        assert [row["id"] for row in json.loads(listing)] == [token["id"]]
        assert run(container, "staff", "revoke-token", str(token["id"])).exit_code == 0
        assert json.loads(run(container, "staff", "tokens", "--json").output) == []
        assert run(container, "staff", "revoke-token", str(token["id"])).exit_code == 1

    def test_a_token_lasts_as_many_days_as_were_said(self, container: Container) -> None:
        add_staff(container, "ann@shop.example")
        words = ("staff", "token", "--email", "ann@shop.example", "--name")
        assert (
            json.loads(run(container, *words, "a", "--json").output)["expires_at"] == "2026-02-18T12:00:00Z"
        )
        token = json.loads(run(container, *words, "b", "--days", "1", "--json").output)
        assert token["expires_at"] == "2025-11-21T12:00:00Z"
        tokens = json.loads(run(container, "staff", "tokens", "--json").output)
        assert [row["expires_at"] for row in tokens] == ["2025-11-21T12:00:00Z", "2026-02-18T12:00:00Z"]
        assert run(container, *words, "c", "--days", "366").exit_code == 2

    def test_who_is_removed_has_neither_session_nor_token_and_stays_in_the_log(
        self, container: Container
    ) -> None:
        console, token = Console(container), staff_token(container)
        email = keep_staff(container)
        assert console.get("/admin/").status_code == 200
        assert [row["email"] for row in json.loads(run(container, "staff", "list", "--json").output)] == [
            email
        ]
        refused = run(container, "staff", "remove", "--email", email)
        assert (refused.exit_code, "is the last operator" in refused.stderr) == (1, True)
        add_staff(container, "ann@shop.example")
        assert run(container, "staff", "remove", "--email", email).exit_code == 0
        assert console.get("/admin/").location == "/admin/sign-in"
        assert console.client.get("/api/v1/admin/today", headers=token).status_code == 401
        (member,) = json.loads(run(container, "staff", "list", "--json").output)
        assert (member["email"], member["last_seen_at"], member["sessions"]) == ("ann@shop.example", None, 0)
        assert run(container, "staff", "remove", "--email", email).exit_code == 1
        with container.database.reading() as session:
            last = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert last is not None
        assert (last.action, last.subject) == ("staff remove", email)

    def test_a_role_is_changed_by_the_same_words_twice(self, container: Container) -> None:
        add_staff(container, "ann@shop.example")
        add_staff(container, "bob@shop.example")
        for _ in range(2):
            words = ("staff", "role", "--email", "bob@shop.example", "--role", "viewer", "--json")
            assert json.loads(run(container, *words).output)["role"] == "viewer"
        words = ("staff", "role", "--email", "ann@shop.example", "--role", "viewer")
        assert run(container, *words).exit_code == 1  # nobody would be left who may change anything

    @pytest.mark.parametrize("command", ["test-alert", "tell-test"])
    def test_a_test_alert_names_its_channel(self, container: Container, command: str) -> None:
        messages = []
        channel = SimpleNamespace(words="a note", send=messages.append)
        result = run(replace(container, channel=channel), "staff", command, "--json")
        assert (result.exit_code, json.loads(result.stdout)) == (0, {"told": "a note"})
        assert "https://credit.example" in messages[0].text

    def test_a_test_alert_without_a_channel_says_what_to_set(self, container: Container) -> None:
        answer = run(container, "staff", "test-alert")
        assert answer.exit_code == 1
        assert "SMTP_URL, MAIL_FROM and MAIL_TO" in answer.stderr

    def test_a_token_for_nobody_is_refused(self, container: Container) -> None:
        answer = run(container, "staff", "token", "--email", "nobody@shop.example")
        assert answer.exit_code == 1
        assert "nobody on the staff" in answer.stderr


class TestDoctor:
    def test_a_healthy_installation_has_nothing_to_do(self, container: Container) -> None:
        beat(container, NOW - timedelta(seconds=4))
        checks = examine(container, programme="woocommerce-2025", now=datetime(2026, 11, 20, 12, tzinfo=UTC))
        assert states(checks) == {
            "settings": CheckState.OK,
            "database": CheckState.OK,
            "secrets": CheckState.OK,
            "worker": CheckState.OK,
            "calls": CheckState.OK,
            "alerts": CheckState.WARN,  # no channel is set
            "stores": CheckState.OK,
            "terms": CheckState.WARN,  # the shipped terms are over
            "tiktok": CheckState.OK,
            "clock": CheckState.OK,
        }

    def test_stores_that_wait_for_staff_or_the_service_are_counted_by_trouble(
        self, container: Container
    ) -> None:
        keep_store(container)
        with container.database.writing() as session:
            for trouble, who in (("figures_stale", "service"), ("consent_expired", "merchant")):
                session.add(StoreTroubleRow(store_id="st_1", id=trouble, who=who, since=NOW))
        check = examine_one(container, "stores")
        assert (check.state, check.finding) == (CheckState.WARN, "figures_stale 1")

    def test_a_database_that_was_never_migrated_fails(self, empty_database_url: str) -> None:
        container = build_container(make_settings(database_url=empty_database_url))
        check = examine_one(container, "database")
        container.database.close()
        assert (check.state, check.do) == (CheckState.FAIL, "run `flask --app wsgi migrate`")

    @pytest.mark.parametrize("database_kind", ["sqlite"])
    def test_files_that_others_can_open_warn(self, container: Container) -> None:
        beat(container, NOW)
        file = Path(container.database.url.database or "")
        file.chmod(0o644)  # as somebody else's file would stay
        check = examine_one(container, "database")
        assert (check.state, check.do) == (CheckState.WARN, f"chmod 600 {file}")
        assert examine_one(container, "worker").state is CheckState.OK  # the rest is looked at all the same

    def test_a_database_that_does_not_answer_fails(self) -> None:
        container = build_container(
            make_settings(database_url="postgresql+psycopg://nobody@127.0.0.1:1/none")
        )
        assert examine_one(container, "database").state is CheckState.FAIL

    @pytest.mark.parametrize(
        ("age", "state"),
        [(None, CheckState.FAIL), (29, CheckState.OK), (31, CheckState.FAIL), (-3, CheckState.OK)],
    )
    def test_a_silent_worker_fails(self, container: Container, age: int | None, state: CheckState) -> None:
        if age is not None:
            beat(container, NOW - timedelta(seconds=age))
        assert examine_one(container, "worker").state is state

    @pytest.mark.parametrize(
        ("used", "paused", "state", "message"),
        [
            (7, None, CheckState.OK, "7 made to TikTok today, 345593 left for routine work, 431993 in all"),
            (345_600, None, CheckState.WARN, "0 left for routine work, 86400 in all"),
            (7, NOW + timedelta(minutes=5), CheckState.WARN, "TikTok wants none until "),
        ],
    )
    def test_the_calls_left_are_told(
        self, container: Container, used: int, paused: datetime | None, state: CheckState, message: str
    ) -> None:
        with container.database.writing() as session:
            session.add(CallBudget(provider="tiktok", day=NOW.date(), used=used))
            session.add(CallPause(subject="7001", until=NOW + timedelta(minutes=1), attempts=1))
            if paused:
                session.add(CallPause(subject="", until=paused, attempts=2))
        check = examine_one(container, "calls", tiktok_rate=5.0)
        assert (check.state, message in check.finding) == (state, True)
        assert "1 ad accounts are asked more slowly" in check.finding

    def test_a_secret_of_a_lost_key_fails(self, container: Container) -> None:
        keep_secrets(container.database, Cipher([Fernet.generate_key().decode()]), "lost")
        assert examine_one(container, "secrets").state is CheckState.FAIL

    @pytest.mark.parametrize(
        ("now", "state"),
        [("2025-06-30", "warn"), ("2025-07-01", "ok"), ("2025-12-31", "ok"), ("2026-01-30", "warn")],
    )
    def test_terms_that_are_not_open_warn(self, container: Container, now: str, state: str) -> None:
        moment = datetime.fromisoformat(now).replace(hour=12, tzinfo=UTC)
        assert examine_one(container, "terms", now=moment).state == state

    def test_terms_that_cannot_be_read_fail(self, container: Container) -> None:
        assert examine_one(container, "terms", programme="/nowhere.toml").state is CheckState.FAIL

    @pytest.mark.parametrize(
        ("app_id", "sign", "state"),
        [
            ("1", ProbeResult(True, 200, None), CheckState.OK),
            ("", ProbeResult(True, 200, None), CheckState.WARN),
            ("1", ProbeResult(False, 404, None), CheckState.FAIL),
            ("1", None, CheckState.FAIL),
        ],
    )
    def test_tiktok_out_of_reach_fails(
        self, container: Container, app_id: str, sign: ProbeResult | None, state: CheckState
    ) -> None:
        assert examine_one(container, "tiktok", sign=sign, tiktok_app_id=app_id).state is state

    @pytest.mark.parametrize(
        ("off", "state"),
        [
            (0, CheckState.OK),
            (30, CheckState.OK),
            (-31, CheckState.WARN),
            (300, CheckState.WARN),
            (301, CheckState.FAIL),
        ],
    )
    def test_a_clock_away_from_tiktoks_is_told(
        self, container: Container, off: int, state: CheckState
    ) -> None:
        sign = ProbeResult(True, 200, NOW + timedelta(seconds=off))
        assert examine_one(container, "clock", sign=sign).state is state

    def test_a_clock_before_this_code_was_written_fails(self, container: Container) -> None:
        assert examine_one(container, "clock", now=datetime(2020, 1, 1, tzinfo=UTC)).state is CheckState.FAIL

    @pytest.mark.parametrize(
        ("address", "state"), [("https://a.example", CheckState.OK), ("http://a.example", CheckState.WARN)]
    )
    def test_it_tells_of_an_address_where_all_is_sent_in_the_clear(
        self, container: Container, address: str, state: CheckState
    ) -> None:
        check = examine_one(container, "settings", public_url=address)
        assert (check.state, "https://" in check.do) == (state, state is CheckState.WARN)

    def test_it_tells_of_a_slip_in_a_settings_name(
        self, container: Container, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("receiver.services.operations.doctor.HOME", tmp_path)
        (tmp_path / ".env").write_text("PUBLIC_ULR=https://a.example\n")
        check = examine_one(container, "settings")
        assert (check.state, check.do) == (CheckState.WARN, "write PUBLIC_URL")
        assert "PUBLIC_ULR in .env is no setting" in check.finding

    def test_without_settings_it_says_so_and_exits_with_1(self) -> None:
        answer = without_settings().test_cli_runner().invoke(args=["doctor", "--json"])
        assert answer.exit_code == 1
        (row,) = json.loads(answer.stdout)
        assert (row["check"], row["state"]) == ("settings", "fail")
        assert row["found"].startswith("PUBLIC_URL is not set")

    def test_what_fails_is_in_the_last_line_too(self, container: Container) -> None:
        answer = run(container, "doctor")
        assert answer.exit_code == 1
        assert "worker" in answer.stderr.splitlines()[-1]


# -- Helpers -------------------------------------------------------------------------------------


def add_staff(container: Container, email: str) -> Result:
    return run(container, "staff", "add", "--email", email, "--role", "operator", "--json")


def with_keys(container: Container, *keys: str) -> Container:
    return build_container(
        make_settings(database_url=container.settings.database_url, secret_keys=keys), now=container.now
    )


def keep_secrets(database: Database, cipher: Cipher, *secrets: str) -> None:
    with database.writing() as session:
        if session.get(Store, "st_1") is None:
            session.add(Store(id="st_1", url="https://a.example/", name="A", merchant="m", **STORE_TIMES))
            session.flush()
            session.add(WebhookEndpoint(id="st_1", store_id="st_1"))
            session.flush()
        for secret in secrets:
            session.add(
                WebhookSecret(hook_id="st_1", secret_encrypted=cipher.encrypt(secret), created_at=NOW)
            )
            session.flush()


STORE_TIMES: dict[str, Any] = {
    "platform": "woocommerce",
    "programme": "woocommerce-2025",
    "joined_at": NOW,
    "created_at": NOW,
}


def secrets_of(database: Database, cipher: Cipher) -> list[str]:
    with database.reading() as session:
        rows = session.scalars(select(WebhookSecret).order_by(WebhookSecret.id))
        return [cipher.decrypt(row.secret_encrypted) for row in rows]


def beat(container: Container, at: datetime) -> None:
    with container.database.writing() as session:
        heartbeats.beat(session, heartbeats.WORKER, at)


def examine(
    container: Container,
    *,
    now: datetime = NOW,
    sign: ProbeResult | None = ALIVE,
    **settings: object,
) -> list[Check]:
    def probe(_url: str) -> ProbeResult:
        if sign is None:
            raise ProviderError("no answer", advice=Advice.AGAIN)
        return sign

    chosen_settings = make_settings(database_url=container.settings.database_url, **settings)
    budget = SharedBudget(container.database, chosen_settings.tiktok_rate)
    return list(diagnose(at(container, now, settings=chosen_settings, budget=budget), probe))


def examine_one(container: Container, name: str, **how: Any) -> Check:
    (check,) = (check for check in examine(container, **how) if check.name == name)
    return check


def states(checks: list[Check]) -> dict[str, CheckState]:
    return {check.name: check.state for check in checks}


UNREADABLE_TOML = {
    "a = " + "[" * 60_000: "nested too deep",
    "a = " + "9" * 5_000: "is no TOML",
    "a" + ".a" * 40_000 + " = 1": "is longer than",
    "#" * 70_000: "is longer than",
    "a = \x00": "is no TOML",
}


@pytest.mark.parametrize(("text", "message"), UNREADABLE_TOML.items(), ids=range(len(UNREADABLE_TOML)))
def test_a_programme_that_nobody_can_read_is_refused_in_one_line(tmp_path, text, message):
    file = tmp_path / "odd.toml"
    file.write_text(text)
    result = run(build_container(make_settings()), "programmes", "check", str(file))
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert (str(file) in result.stderr, message in result.stderr) == (True, True), result.stderr


@pytest.mark.parametrize("text", ["[" * 100_000, "9" * 4_300, "1e-99999999999999999999", '{"a": "\\ud800"}'])
def test_facts_that_nobody_can_read_are_refused_in_one_line(text):
    runner = create_app(container=build_container(make_settings())).test_cli_runner()
    result = runner.invoke(args=["credits", "decide", "-"], input=text)
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1), result.stderr


@pytest.mark.parametrize(
    "words", [("credits", "decide"), ("credits", "issue", "--from"), ("programmes", "check")]
)
def test_a_file_without_end_is_refused_and_not_read_to_it(words):
    result = run(build_container(make_settings()), *words, "/dev/zero")
    assert (result.exit_code, "is longer than" in result.stderr) == (1, True), result.stderr

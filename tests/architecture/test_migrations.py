"""The migrations make exactly the tables the code declares, up and down, on both databases."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event, inspect, select, text

from receiver.documents.poll_reasons import SENTENCES
from receiver.domain import limits
from receiver.domain.deliveries import DeliveryReason
from receiver.services.deliveries.sequence import BEFORE_RESTART, FELL_BACK
from receiver.storage.database import Database
from receiver.storage.migrate import MIGRATIONS, current_revision, migrate, migrate_down, newest_revision
from receiver.storage.tables import Account, Base, Link, Staff, StaffToken, Store


def test_up_down_and_up_again(empty_database_url):
    database = Database(empty_database_url)
    assert current_revision(database) is None
    assert migrate(database) == newest_revision()
    assert migrate(database) == newest_revision()  # a repeated run changes nothing
    assert migrate_down(database) == "base"
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    assert migrate(database) == newest_revision()
    database.close()


def test_the_newest_revision_is_alembics_and_each_file_is_named_after_its_own():
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert newest_revision() == scripts.get_current_head()
    for script in scripts.walk_revisions():
        assert Path(script.path).name.startswith(f"{script.revision}_")


def test_a_migration_interrupted_half_way_leaves_nothing_and_is_run_again(empty_database_url):
    database = Database(empty_database_url)

    def power_cut(_connection, _cursor, statement, *_):
        if "0003" in statement:
            raise KeyboardInterrupt

    event.listen(database.engine, "before_cursor_execute", power_cut)
    with pytest.raises(KeyboardInterrupt):
        migrate(database)
    event.remove(database.engine, "before_cursor_execute", power_cut)
    assert inspect(database.engine).get_table_names() == []
    assert migrate(database) == newest_revision()
    database.close()


def test_migrations_and_tables_agree(database_url):
    database = Database(database_url)
    with database.reading() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    database.close()


def test_migrations_and_tables_agree_on_the_condition_of_each_partial_index(database_url):
    declared = {
        index.name: index.info["where"].text
        for table in Base.metadata.sorted_tables
        for index in table.indexes
        if "where" in index.info
    }
    assert len(declared) > 20
    database = Database(database_url)
    with database.reading() as session:
        if database.is_sqlite:
            statement = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'"
            migrated = {name: sql.partition(" WHERE ")[2] for name, sql in session.execute(text(statement))}
            assert migrated == declared
        else:  # which writes a condition in words of its own
            statement = (
                "SELECT relname FROM pg_index JOIN pg_class ON oid = indexrelid WHERE indpred IS NOT NULL"
            )
            assert set(session.scalars(text(statement))) == set(declared)
    database.close()


def test_what_was_kept_before_staff_sessions_stays(empty_database_url):
    """Tokens expire ninety days after the migration; nothing else of them changes."""
    database = Database(empty_database_url)
    migrate(database, "0028")
    with database.writing() as session:
        for statement in (
            "INSERT INTO staff (id, email, role, password_hash, created_at)"
            " VALUES (1, 'ann@staff.example', 'viewer', 'x', '2025-11-20 12:00:00.000000')",
            "INSERT INTO staff_tokens (id, staff_id, name, token_hash, created_at)"
            " VALUES (1, 1, 'reports', 'hash', '2025-11-20 12:00:00.000000')",
        ):
            session.execute(text(statement))
    migrate(database)
    with database.reading() as session:
        token = session.scalars(select(StaffToken)).one()
    validity = token.expires_at - datetime.now(UTC)
    assert timedelta(days=89) < validity <= timedelta(days=90)
    assert (token.name, token.token_hash, token.staff_id) == ("reports", "hash", 1)
    migrate_down(database, "0028")
    with database.reading() as session:
        rows = session.execute(text("SELECT email, sessions_ended, name FROM staff, staff_tokens")).all()
    assert [tuple(row) for row in rows] == [("ann@staff.example", 0, "reports")]
    database.close()


def test_a_stores_uuid_is_carried_from_its_connection_to_its_own_row_and_back(empty_database_url):
    database = Database(empty_database_url)
    migrate(database, "0031")
    at = "'2025-11-20 12:00:00+00:00'"
    with database.writing() as session:
        session.execute(
            text(
                "INSERT INTO stores (id, url, name, merchant, programme, joined_at, created_at) "
                f"VALUES ('st_1', 'https://a.example/', 'A', 'm_1', 'p', {at}, {at})"
            )
        )
        session.execute(
            text(
                "INSERT INTO bridges "
                "(store_id, rest_base, keys_sealed, connected_at, next_check_at, failures, store_uuid) "
                f"VALUES ('st_1', 'https://a.example/', 'x', {at}, {at}, 0, 'uuid-1')"
            )
        )

    def uuid_in(table: str, column: str) -> str | None:
        with database.reading() as session:
            return session.scalar(text(f"SELECT {column} FROM {table}"))

    migrate(database, "0032")
    assert uuid_in("stores", "shop_uuid") == "uuid-1"
    migrate_down(database, "0031")
    assert uuid_in("bridges", "store_uuid") == "uuid-1"
    database.close()


def test_accounts_that_were_given_up_are_due_again(empty_database_url):
    database = Database(empty_database_url)
    migrate(database, "0033")
    given_up, waits = (
        "waits for staff: TikTok will not answer for this account",
        "waits for the advertiser's consent",
    )
    with database.writing() as session:
        for number, why in ((1, given_up), (2, waits)):
            session.execute(
                text(
                    "INSERT INTO accounts (advertiser_id, failures, poll_reason, poll_urgent)"
                    " VALUES (:id, 1, :why, false)"
                ),
                {"id": str(number), "why": why},
            )
    migrate(database)
    with database.reading() as session:
        due = dict(session.execute(select(Account.advertiser_id, Account.next_poll_at)).all())
    assert due["1"] <= datetime.now(UTC)
    assert due["2"] is None
    migrate_down(database, "0033")
    with database.reading() as session:
        rows = session.execute(
            text("SELECT poll_reason, next_poll_at FROM accounts ORDER BY advertiser_id")
        ).all()
    assert [tuple(row) for row in rows] == [(given_up, None), (waits, None)]
    database.close()


CONSENTS = {  # by account: what the link says, and what the audit log has
    "1": ("false", "2025-10-01", [("tiktok consent given", "2025-08-01")]),  # withdrawn in October
    "2": ("true", "2025-09-01", [("tiktok consent given", "2025-09-01")]),
    "3": ("true", "2025-11-01", [("links add", "2025-08-02"), ("tiktok consent given", "2025-11-01")]),
    "4": ("null", None, [("tiktok consent given", "2025-08-03")]),  # it went with its store
    "5": ("true", "2025-08-04", []),
    "6": ("null", None, []),  # a claim
}


def test_links_are_proven_since_their_first_consent_whatever_became_of_it(empty_database_url):
    """The first proof decides who was first with an account."""
    database = Database(empty_database_url)
    migrate(database, "0027")
    keep_consents(database)
    for _ in range(2):
        migrate(database)
        with database.reading() as session:
            proven = dict(session.execute(select(Link.advertiser_id, Link.proven_at)).all())
        assert {item: at and f"{at:%Y-%m-%d}" for item, at in proven.items()} == {
            "1": "2025-08-01",
            "2": "2025-09-01",
            "3": "2025-08-02",
            "4": "2025-08-03",
            "5": "2025-08-04",
            "6": None,
        }
        migrate_down(database, "0027")
    database.close()


def keep_consents(database: Database) -> None:
    for number, (consent, consent_at, entries) in CONSENTS.items():
        words = {"store": f"st_{number}", "url": f"https://shop{number}.example/", "number": number}
        at = {"at": moment("2025-07-01"), "consent_at": consent_at and moment(consent_at)}
        with database.writing() as session:
            for statement in (
                "INSERT INTO stores (id, url, name, merchant, programme, joined_at, created_at)"
                " VALUES (:store, :url, 'n', 'm', 'p', :at, :at)",
                "INSERT INTO links (store_id, advertiser_id, linked_at, consent, consent_at)"
                f" VALUES (:store, :number, :at, {consent}, :consent_at)",
            ):
                session.execute(text(statement), {**words, **at})
            for action, day in entries:
                detail = f'{{"advertiser_id": "{number}"}}'
                values = {**words, "at": moment(day), "action": action, "detail": detail}
                session.execute(
                    text(
                        "INSERT INTO audit (at, actor, action, subject, detail)"
                        " VALUES (:at, 'ann', :action, :store, :detail)"
                    ),
                    values,
                )


def moment(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00+00:00")


def test_sentences_kept_as_reasons_become_ids_and_are_sentences_again_on_the_way_down(empty_database_url):
    database = Database(empty_database_url)
    migrate(database, "0035")
    reasons_before = [*SENTENCES.values(), "routine", None]
    with database.writing() as session:
        for number, sentence in enumerate(reasons_before):
            session.execute(
                text(
                    "INSERT INTO accounts (advertiser_id, poll_urgent, failures, poll_reason)"
                    " VALUES (:id, false, 0, :reason)"
                ),
                {"id": f"{number:03}", "reason": sentence},
            )
        for number, error in enumerate(ERRORS):
            session.execute(
                text(
                    "INSERT INTO deliveries (identity, source, headers, body_sha256, received_at, duplicates,"
                    " state, tries, error) VALUES (:id, 'woocommerce', '[]', 'x', :at, 0, 'dead', 1, :error)"
                ),
                {"id": str(number), "at": moment("2025-11-20"), "error": error},
            )

    def column(query: str) -> list[str | None]:
        with database.reading() as session:
            return list(session.scalars(text(query)))

    reasons = "SELECT poll_reason FROM accounts ORDER BY advertiser_id"
    migrate(database, "0037")
    assert column(reasons) == [*SENTENCES, None, None]
    assert column("SELECT reason FROM deliveries ORDER BY id") == list(ERRORS.values())
    migrate_down(database, "0035")
    assert column(reasons) == [*SENTENCES.values(), None, None]
    assert column("SELECT error FROM deliveries ORDER BY id") == list(ERRORS)
    database.close()


ERRORS = {
    limits.TOO_LARGE: DeliveryReason.TOO_LARGE,
    limits.OVER_BYTES: DeliveryReason.OVER_BYTES,
    limits.OVER_DELIVERIES: DeliveryReason.OVER_DELIVERIES,
    limits.OVER_SIGNALS: DeliveryReason.OVER_SIGNALS,
    "held: the signal is of https://copy.example/, the store is https://a.example/": DeliveryReason.ELSEWHERE,
    FELL_BACK: DeliveryReason.FELL_BACK,
    BEFORE_RESTART: DeliveryReason.BEFORE_RESTART,
    "cannot be worked with: ValueError: no": DeliveryReason.UNREADABLE,
    "the disk is full": None,
    None: None,
}


# Dead deliveries: source, tries, reason, error, and the reason after the migration.
DEAD = [
    (
        "woocommerce",
        1,
        "unreadable",
        "arg.v: must be 1; this is another version of the signal",
        "old_version",
    ),
    ("woocommerce", 1, None, "arg.v: must be 1; this is another version of the signal", "old_version"),
    ("woocommerce", 1, "unreadable", "arg.seq: must be a whole number, 1 or more", "unreadable"),
    ("woocommerce", 1, None, "arg: must be an object", "unreadable"),
    ("woocommerce", 1, "unreadable", "body: was dropped", "dropped"),
    ("woocommerce", 1, "elsewhere", "held: the signal is of https://copy.example/, …", "elsewhere"),
    ("woocommerce", 1, "too_large", "body: larger than 16 KiB; its hash and size are kept", "too_large"),
    ("woocommerce", 9, None, "OperationalError: the disk is full", "gave_up"),
    ("woocommerce", 1, None, "somebody's own words", "unknown"),
    ("tiktok", 1, "unreadable", "entry: must be a list of at most 1000", "notice_unreadable"),
]


def test_what_died_gets_a_reason_of_its_own_and_loses_it_on_the_way_down(empty_database_url):
    database = Database(empty_database_url)
    migrate(database, "0037")
    with database.writing() as session:
        for number, (source, tries, reason, error, _) in enumerate(DEAD):
            session.execute(
                text(
                    "INSERT INTO deliveries (identity, source, headers, body_sha256, received_at, duplicates,"
                    " state, tries, reason, error)"
                    " VALUES (:id, :source, '[]', 'x', :at, 0, 'dead', :tries, :reason, :error)"
                ),
                {
                    "id": str(number),
                    "source": source,
                    "at": moment("2025-11-20"),
                    "tries": tries,
                    "reason": reason,
                    "error": error,
                },
            )

    def reasons() -> list[str | None]:
        with database.reading() as session:
            return list(session.scalars(text("SELECT reason FROM deliveries ORDER BY id")))

    migrate(database)
    assert reasons() == [reason for *_, reason in DEAD]
    migrate_down(database, "0037")
    added_later = {"dropped", "old_version", "notice_unreadable"}
    assert reasons() == [
        "unreadable" if reason in added_later else None if reason in ("gave_up", "unknown") else reason
        for *_, reason in DEAD
    ]
    database.close()


def test_staff_keep_when_they_were_seen_and_stores_on_their_way_are_decided_anew(empty_database_url):
    database = Database(empty_database_url)
    migrate(database, "0037")
    at, last_used = "'2025-11-20 12:00:00+00:00'", "'2025-11-21 09:30:00+00:00'"
    with database.writing() as session:
        for statement in (
            "INSERT INTO staff (id, email, role, password_hash, created_at, password_is_one_time, timezone)"
            f" VALUES (1, 'ann@staff.example', 'viewer', 'x', {at}, false, 'UTC'),"
            f" (2, 'bob@staff.example', 'viewer', 'x', {at}, false, 'UTC')",
            "INSERT INTO staff_sessions (token_hash, staff_id, began_at, last_used_at)"
            f" VALUES ('a', 1, {at}, {at}), ('b', 1, {at}, {last_used})",
            "INSERT INTO stores"
            " (id, url, name, merchant, programme, joined_at, created_at, stage, decided_at)"
            f" VALUES ('st_1', 'https://a.example/', 'A', 'm_1', 'p', {at}, {at}, 'accumulating', {at}),"
            f" ('st_2', 'https://b.example/', 'B', 'm_2', 'p', {at}, {at}, 'credited', {at})",
        ):
            session.execute(text(statement))
    migrate(database)
    with database.reading() as session:
        people = dict(session.execute(select(Staff.email, Staff.last_seen_at)).all())
        stores = {row.id: row for row in session.scalars(select(Store))}
    assert people["ann@staff.example"] == datetime(2025, 11, 21, 9, 30, tzinfo=UTC)
    assert people["bob@staff.example"] is None
    assert (stores["st_1"].decided_at, stores["st_1"].coming_credit) == (None, None)  # unknown until then
    assert stores["st_2"].decided_at is not None
    migrate_down(database, "0037")
    with database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM staff_sessions")) == 2
    database.close()

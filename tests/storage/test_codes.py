"""Redeem codes at rest: encrypted, one code one award, whatever becomes of SECRET_KEYS."""

import zlib
from datetime import UTC, datetime

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select, text

from receiver.errors import Refused
from receiver.services.connections.disconnect import erase_store
from receiver.services.operations.rotate_keys import rotate_keys
from receiver.services.stores.disconnect import disconnect_store
from receiver.storage.cipher import Cipher
from receiver.storage.codes import read_codes
from receiver.storage.database import Database
from receiver.storage.migrate import migrate, migrate_down
from receiver.storage.tables import Award, HashKey
from tests.award_fixtures import NOW, AwardActions
from tests.conftest import KEY
from tests.fakes import at

BEFORE = "0029"
CODE = "TTAD-7Q4M-2210"


@pytest.fixture
def awards(container):
    actions = AwardActions(container, 2)
    actions.issue(CODE, "aw_0", as_="code")
    return actions


def test_after_the_keys_were_rotated_the_code_opens_and_is_still_known(container, awards):
    newer = Fernet.generate_key().decode()
    rotate_keys(at(container, NOW, cipher=Cipher([newer, KEY])), "ann@staff.example")
    awards.cipher = Cipher([newer])
    assert awards.cipher.decrypt(awards.award().code_encrypted) == CODE
    with pytest.raises(Refused, match="was given to award aw_0"):
        awards.issue(CODE, "aw_1", as_="code")
    assert awards.issue(CODE, "aw_0", as_="code")["state"] == "issued"


def test_the_hash_tells_nothing_without_the_key_and_the_key_is_made_once(container, awards):
    awards.issue("TTAD-OTHER", "aw_1", as_="code")
    with container.database.reading() as session:
        (row,) = session.scalars(select(HashKey))
        stranger = read_codes(session, container.cipher)
    assert stranger.key == container.cipher.decrypt(row.key_encrypted).encode()
    assert stranger.key.decode() not in row.key_encrypted
    assert len({awards.award("aw_0").code_hash, awards.award("aw_1").code_hash}) == 2


def test_the_code_of_an_erased_store_is_gone_and_still_given_to_nobody_else(container, awards):
    disconnect_store(container.at(NOW), "st_0", reason="asked", actor="ann")
    assert erase_store(container.at(NOW), "st_0", reason="asked", actor="ann")["codes"] == 1
    assert awards.award().code_encrypted is None
    with pytest.raises(Refused, match="was given to award aw_0"):
        awards.issue(CODE, "aw_1", as_="code")


# -- The migration -----------------------------------------------------------------------------

OLD = {
    "stores": "id, url, name, merchant, programme, joined_at, created_at",
    "decisions": "store_id, decided_at, stage, verdict, digest, facts, programme, answer",
}


def insert_old_code(database: Database) -> None:
    """Insert a code as the version before stored it: in the award, its decision and the audit log."""
    at = datetime(2025, 12, 5, tzinfo=UTC)
    facts = f'{{"award": {{"reference": "{CODE}", "delivery": "code"}}, "{CODE}x": 1}}'
    answer = zlib_of(f'{{"next_step": "Redeem the code {CODE} in Ads Manager."}}')
    with database.writing() as session:
        session.execute(
            text(
                f"INSERT INTO stores ({OLD['stores']}) "
                "VALUES ('st_1', 'https://one.example/', 'n', 'm_1', 'p', :at, :at)"
            ),
            {"at": at},
        )
        session.execute(
            text(
                f"INSERT INTO decisions ({OLD['decisions']}) "
                "VALUES ('st_1', :at, 'issued', 'qualified', 'd', :facts, '{}', :answer)"
            ),
            {"at": at, "facts": facts, "answer": answer},
        )
        session.execute(
            text(
                "INSERT INTO awards (id, programme, store_id, merchant, advertiser_id, state, credit,"
                " threshold, currency, decided_at, due_by, delivery, reference, flags, decision_id)"
                " VALUES ('aw_1', 'p', 'st_1', 'm_1', '7001', 'issued', '500', '500', 'USD', :at,"
                " '2025-12-08', 'code', :code, '[]', (SELECT max(id) FROM decisions))"
            ),
            {"at": at, "code": CODE},
        )
        session.execute(
            text(
                "INSERT INTO audit (at, actor, action, subject, detail)"
                " VALUES (:at, 'ann', 'award issue', 'aw_1', :detail)"
            ),
            {"at": at, "detail": f'{{"as": "code", "reference": "{CODE}"}}'},
        )


def insert_quoted_code(database: Database) -> None:
    """Insert a merchant's complaint that quotes the code, and staff's answer."""
    with database.writing() as session:
        session.execute(
            text(
                "INSERT INTO reviews (id, store_id, state, message, asked_at, reason) VALUES"
                " ('rv_1', 'st_1', 'answered', :message, :at, :reason)"
            ),
            {
                "message": f"{CODE} fails",
                "reason": f"try {CODE} again",
                "at": datetime(2025, 12, 6, tzinfo=UTC),
            },
        )


def zlib_of(words: str) -> bytes:
    return zlib.compress(words.encode())


@pytest.fixture
def old(empty_database_url):
    database = Database(empty_database_url)
    migrate(database, BEFORE)
    insert_old_code(database)
    yield database
    database.close()


def rows(database: Database, query: str) -> list[tuple[object, ...]]:
    with database.reading() as session:
        return [tuple(row) for row in session.execute(text(query))]


def test_the_migration_encrypts_old_codes_and_cleans_what_kept_them(old):
    insert_quoted_code(old)
    cipher = Cipher([KEY])
    migrate(old, cipher=cipher)
    assert rows(old, "SELECT message, reason FROM reviews") == [("••••2210 fails", "try ••••2210 again")]
    ((reference, encrypted),) = rows(old, "SELECT reference, code_sealed FROM awards")
    assert (reference, cipher.decrypt(encrypted)) == ("••••2210", CODE)
    ((facts, answer),) = rows(old, "SELECT facts, answer FROM decisions")
    assert f'"reference": "{CODE}"' not in facts
    assert "Redeem the code ••••2210 in Ads" in zlib.decompress(answer).decode()
    assert CODE not in str(rows(old, "SELECT detail FROM audit"))
    with old.reading() as session:
        award = session.scalars(select(Award.code_hash)).one()
        assert award == read_codes(session, cipher).hash(CODE)


def test_the_way_back_gives_the_column_its_codes(old):
    cipher = Cipher([KEY])
    migrate(old, cipher=cipher)
    migrate_down(old, BEFORE, cipher=cipher)
    assert rows(old, "SELECT reference FROM awards") == [(CODE,)]


def test_without_keys_nothing_is_migrated_and_nothing_lost(old):
    with pytest.raises(Refused, match="SECRET_KEYS"):
        migrate(old)
    assert rows(old, "SELECT reference FROM awards") == [(CODE,)]

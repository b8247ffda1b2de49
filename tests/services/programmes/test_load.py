"""A programme is loaded for new stores: checked, compared, audited, under an id no store knows."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from receiver.documents.programme import SHIPPED, load_programme
from receiver.errors import InputError, Refused
from receiver.services.operations.doctor import diagnose_before_start
from receiver.services.programmes.load import load_terms
from receiver.services.programmes.terms import enrol_in, list_terms, terms_in_force
from receiver.services.stores.show import show_store
from receiver.storage.tables import AuditEntry
from tests.conftest import on_both_databases
from tests.db_factories import keep_store
from tests.fakes import at

NOW = datetime(2025, 12, 5, 9, 0, tzinfo=UTC)
SETTING = "woocommerce-2025"
SHIPPED_TEXT = (SHIPPED / f"{SETTING}.toml").read_text()
NEXT = (
    SHIPPED_TEXT.replace('id = "woocommerce-2025"', 'id = "woocommerce-2026"')
    .replace("opens = 2025-07-01", "opens = 2026-01-01")
    .replace("closes = 2025-12-31", "closes = 2026-06-30")
    .replace("credit_expires = 2026-01-30", "credit_expires = 2026-09-30")
    .replace('threshold = "500", credit = "500"', 'threshold = "600", credit = "500"')
)


@pytest.fixture
def database_kind():
    """What other tests do not send to both databases, the marked ones do."""
    return "sqlite"


def under(container, setting):
    """Return the container at NOW, with another setting PROGRAMME."""
    return at(container, NOW, settings=replace(container.settings, programme=setting))


def load(container, text=NEXT, setting=SETTING, **but):
    return load_terms(under(container, setting), text, actor="ann", **but)


def in_force(container, setting=SETTING):
    return terms_in_force(under(container, setting)).id


def audited(container):
    with container.database.reading() as session:
        query = select(AuditEntry).where(AuditEntry.action == "programme load")
        return [(entry.actor, entry.subject, entry.detail) for entry in session.scalars(query)]


def test_new_stores_join_it_and_others_keep_theirs(container):
    keep_store(container)
    loaded = load(container)
    assert (loaded.terms.id, loaded.before.id) == ("woocommerce-2026", SETTING)
    assert in_force(container) == "woocommerce-2026"
    with container.database.writing() as session:
        joined = enrol_in(session, SETTING, NOW)
    assert (joined.id, joined.closes) == ("woocommerce-2026", date(2026, 6, 30))
    assert show_store(container.database, "st_1").programme == SETTING
    assert {terms.id for terms in list_terms(container)} >= {SETTING, "woocommerce-2026"}
    assert audited(container) == [("ann", "woocommerce-2026", {"instead_of": SETTING})]


def test_a_dry_run_tells_what_differs_and_keeps_nothing(container):
    changes = {
        change["what"]: (change["before"], change["after"])
        for change in load(container, dry_run=True).changes
    }
    assert changes == {
        "id": (SETTING, "woocommerce-2026"),
        "opens": ("2025-07-01", "2026-01-01"),
        "closes": ("2025-12-31", "2026-06-30"),
        "credit_expires": ("2026-01-30", "2026-09-30"),
        "markets.US.tier 1": ("500 → 500", "600 → 500"),
    }
    assert (in_force(container), audited(container)) == (SETTING, [])


@on_both_databases
def test_the_same_again_changes_nothing(container):
    load(container)
    again = load(container)
    assert (again.is_in_force, len(audited(container))) == (True, 1)
    assert load(container, SHIPPED_TEXT).is_in_force is False  # back to the one before
    assert in_force(container) == SETTING


def test_who_changes_the_setting_later_is_followed(container, tmp_path):
    load(container)
    file = tmp_path / "other.toml"
    file.write_text(SHIPPED_TEXT.replace(f'id = "{SETTING}"', 'id = "other"'))
    assert in_force(container, str(file)) == "other"


def test_terms_that_stores_know_are_not_changed_under_their_name(container):
    keep_store(container)
    changed = SHIPPED_TEXT.replace('threshold = "500"', 'threshold = "400"')
    for dry_run in (True, False):
        with pytest.raises(Refused, match="id: woocommerce-2025 is the programme of stores that joined it"):
            load(container, changed, dry_run=dry_run)
    assert terms_in_force(container) == load_programme(SETTING)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x", "is no TOML"),
        (NEXT.replace("closes = 2026-06-30", "closes = 2025-06-30"), "closes: 2025-06-30 is before opens"),
        (
            NEXT.replace('platform = "woocommerce"', 'platform = "moon"'),
            "platform: 'moon' is not served here",
        ),
        (NEXT.replace("[window]", "[window]\nmoon = 1"), "window.moon"),
    ],
)
def test_a_file_that_is_wrong_is_refused_by_the_fields_name(container, text, message):
    with pytest.raises(InputError, match=message.replace("[", r"\[")):
        load(container, text)
    assert (in_force(container), audited(container)) == (SETTING, [])


def test_the_doctor_speaks_of_the_programme_that_was_loaded(container, clock):
    clock.at = NOW
    load(container)
    checks = {check.name: check for check in diagnose_before_start(container)}
    assert "woocommerce-2026 opens only on 2026-01-01" in str(checks["terms"])

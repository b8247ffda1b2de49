"""The admin API's calls about the whole service: staff, doctor, keys, purge, programmes."""

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select

from receiver.app import create_app
from receiver.documents.programme import SHIPPED, load_shipped, programme_data
from receiver.services.deliveries.process import process_next
from receiver.storage.tables import AuditEntry, Staff, Store, Terms
from tests.db_factories import keep_all
from tests.signals import add_shop, keep_one, row, signal
from tests.staff import BASE, staff_token

ADMIN = "/api/v1/admin"
OWN_TERMS = (SHIPPED / "woocommerce-2025.toml").read_text().replace("woocommerce-2025", "our-offer", 1)


@pytest.fixture
def client(container):
    return create_app(container=container).test_client()


@pytest.fixture
def ask(client, container):
    token = staff_token(container)

    def call(path, body=None, method=None):
        verb = method or ("GET" if body is None else "POST")
        arguments = {} if verb == "GET" else {"json": body or {}}
        answer = client.open(f"{ADMIN}{path}", method=verb, headers=token, base_url=BASE, **arguments)
        return answer.status_code, answer.json

    return call


def test_somebody_let_in_signs_in_once_with_what_is_shown_and_it_is_audited(ask, container):
    code, member = ask("/staff", {"email": "New@Staff.example", "role": "viewer"})
    assert (code, member["email"], member["role"]) == (201, "new@staff.example", "viewer")
    with container.database.reading() as session:
        person = session.scalars(select(Staff).where(Staff.email == "new@staff.example")).one()
        audited = session.scalars(select(AuditEntry).where(AuditEntry.action == "staff add")).all()
    assert person.password_is_one_time
    assert member["password"] not in person.password_hash
    assert audited[-1].actor == "operator@staff.example"
    assert ask("/staff", {"email": "new@staff.example", "role": "viewer"})[0] == 409
    emails = [item["email"] for item in ask("/staff")[1]["items"]]
    assert emails == ["new@staff.example", "operator@staff.example"]
    assert ask("/staff/password", {"email": "new@staff.example"})[1]["password"] != member["password"]
    assert ask("/staff/remove", {"email": "new@staff.example"})[0] == 200
    assert ask("/staff/remove", {"email": "new@staff.example"})[0] == 404


def test_a_token_made_by_a_token_ends_no_later_and_is_its_owners(ask, client, clock):
    clock.move(days=30)
    code, token = ask("/staff/token", {"name": "script"})
    assert (code, token["email"], token["expires_at"]) == (
        201,
        "operator@staff.example",
        "2026-02-18T12:00:00Z",
    )
    code, refusal = ask("/staff/token", {"name": "longer", "days": 61})
    assert (code, "ends no later" in refusal["error"]) == (409, True)
    headers = {"Authorization": f"Bearer {token['token']}"}
    assert client.get(f"{ADMIN}/staff/me", headers=headers, base_url=BASE).status_code == 200


def test_the_doctor_tells_each_check_and_whether_one_failed(ask):
    code, report = ask("/doctor")
    states = {item["check"]: item["state"] for item in report["checks"]}
    assert (code, report["healthy"], states["worker"], states["tiktok"]) == (200, False, "fail", "fail")
    assert {"settings", "database", "secrets", "stores", "terms", "clock"} <= set(states)


def test_a_new_key_is_a_key_and_stored_secrets_move_under_the_first(ask):
    Fernet(ask("/secrets/new", {})[1]["key"])
    code, rotation = ask("/secrets/rotate", {})
    assert (code, rotation["old_keys_can_go"]) == (200, True)
    counts = {item["column"]: (item["rotated"], item["resealed"]) for item in rotation["columns"]}
    assert len(set(counts["hook_secrets.secret_sealed"])) == 1


def test_a_purge_says_first_what_would_go(ask, container, clock):
    delivery_id = keep_one(container, add_shop(container).id, signal())
    process_next(container)
    clock.move(days=40)
    code, preview = ask("/deliveries/purge", {"dry_run": True})
    assert (code, preview["saved"], preview["gone"]["deliveries"]) == (200, False, 1)
    assert row(container, delivery_id).state == "processed"
    assert ask("/deliveries/purge", {})[1]["gone"]["deliveries"] == 1
    assert ask("/deliveries/purge", {"dry_run": True})[1]["gone"]["deliveries"] == 0


# -- Programmes -----------------------------------------------------------------------------------


def enrol(container, store_id="st_1"):
    """Add a store that enrolled in terms which are in no file any more."""
    keep_all(container, store_id)
    shipped = programme_data(load_shipped("woocommerce-2025"))
    terms = {**shipped, "id": "our-offer", "bill_grace_days": 3}
    with container.database.writing() as session:
        session.add(Terms(id="our-offer", terms=terms, kept_at=container.now()))
        session.get_one(Store, store_id).programme = "our-offer"
    return store_id


def test_each_programme_in_use_is_shown(ask, container):
    enrol(container)
    assert ask("/programmes/our-offer")[1]["terms"]["bill_grace_days"] == 3
    assert ask("/programmes/woocommerce-2025")[1]["terms"]["bill_grace_days"] == 35
    code, refusal = ask("/programmes/nope")
    assert (code, "there is our-offer, woocommerce-2025" in refusal["error"]) == (404, True)


def test_what_facts_show_answers_is_decided_as_the_service_does_whatever_the_programme(ask, container):
    store_id = enrol(container)
    document = ask(f"/facts/{store_id}")[1]
    assert document["programme"] == "our-offer"
    answer = ask("/credits/decide", {"facts": document})[1]
    status = ask(f"/stores/{store_id}/status")[1]
    assert [rule["outcome"] for rule in answer["rules"]] == [rule["outcome"] for rule in status["rules"]]
    assert answer["programme"]["id"] == "our-offer"


def test_a_file_is_checked_by_its_text(ask):
    checked = ask("/programmes/check", {"toml": OWN_TERMS})[1]
    assert (checked["id"], checked["valid"], len(checked["warnings"])) == ("our-offer", True, 1)
    code, refusal = ask("/programmes/check", {"toml": OWN_TERMS.replace('"woocommerce"', '"shopify"')})
    assert (code, refusal["error"].startswith("platform")) == (400, True)

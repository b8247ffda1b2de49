"""Rejected calls in the console: held until a secret is put right, or counted with a few samples."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from receiver.services.stores.rotate_secret import rotate_secret
from receiver.storage import rejections
from receiver.storage.tables import AuditEntry, Delivery
from tests.raw_http import signed_headers
from tests.signals import add_shop, body_of, signal
from tests.staff import Console

QUARANTINE, REJECTIONS = "/admin/rejections/quarantine", "/admin/rejections"


@pytest.fixture
def staff(container, clock):
    """An operator's console, after a store signed two deliveries with a secret of its own."""
    console = Console(container)
    console.store_id = add_shop(container).id
    for seq in (1, 2):
        send_refused(console, seq)
        clock.at += timedelta(minutes=1)
    return console


def send_refused(console, seq):
    body = body_of(signal(seq))
    address = f"/webhooks/woocommerce/{console.store_id}"
    assert console.client.post(address, data=body, headers=signed_headers(body, "its own")).status_code == 401


def correct_secret(container, store_id):
    rotate_secret(container, store_id, webhook_secret="its own", actor="ann")


def deliveries(container):
    with container.database.reading() as session:
        return session.scalars(select(Delivery)).all()


def test_what_is_held_is_released_once_the_secret_is_put_right(container, staff):
    assert staff.get(QUARANTINE).text.count('data-label="Number"') == 2
    preview = staff.post(QUARANTINE, do="preview").text
    assert "Preview" in preview
    assert preview.count("wrong signature") == 2
    correct_secret(container, staff.store_id)
    assert "<strong>2</strong> would be accepted" in staff.post(QUARANTINE, do="preview").text
    assert deliveries(container) == []
    result = staff.post(QUARANTINE, reason="the secret was put right", do="release").text
    assert "<strong>2</strong> accepted" in result
    assert "Nothing is held" in result
    assert len(deliveries(container)) == 2
    with container.database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "quarantine taken in")).one()
    assert (entry.actor, entry.detail["taken"]) == ("operator@staff.example", 2)


def test_it_is_counted_which_store_most_is_held_of(container, staff):
    item, console = staff.store_id, Console(container, "viewer")
    console.store_id = add_shop(container, url="https://other.example/").id
    send_refused(console, 1)
    page = console.get(QUARANTINE).text
    assert "All <strong>3</strong>" in page
    counts = re.findall(r'quarantine\?store=(\S+)" >.*?<strong>(\d)</strong>', page)
    assert counts == [(item, "2"), (console.store_id, "1")]


def test_only_the_store_asked_for_is_looked_at(container, staff):
    correct_secret(container, staff.store_id)
    other = add_shop(container, url="https://other.example/").id
    assert "Nothing is held of this store" in staff.get(f"{QUARANTINE}?store=other.exam").text
    page = staff.post(QUARANTINE, store=other, reason="asked", do="release").text
    assert "<strong>0</strong> accepted" in page
    nobody = staff.post(QUARANTINE, store="st_nobody", reason="asked", do="release")
    assert (nobody.status_code, "No store matches “st_nobody”." in nobody.text) == (400, True)
    assert deliveries(container) == []


def test_releasing_needs_a_reason_and_an_operator(container, staff):
    answer = staff.post(QUARANTINE, reason="", do="release")
    assert (answer.status_code, "reason" in answer.text) == (400, True)
    viewer = Console(container, "viewer")
    assert "Accept" not in viewer.get(QUARANTINE).text
    assert viewer.post(QUARANTINE, reason="asked", do="release").status_code == 403


def test_the_earlier_addresses_lead_to_the_pages(staff):
    for page, address in (("quarantine", QUARANTINE), ("rejections", REJECTIONS)):
        answer = staff.get(f"/admin/turned-away/{page}?store=st_1")
        assert (answer.status_code, answer.headers["Location"]) == (308, f"{address}?store=st_1")


def test_the_quarantine_goes_on_page_by_page(container, staff, monkeypatch):
    monkeypatch.setattr("receiver.web.admin.rejections.PAGE", 1)
    assert f'href="{QUARANTINE}?after=1"' in staff.get(QUARANTINE).text
    assert staff.get(f"{QUARANTINE}?after=1").text.count('data-label="Number"') == 1
    assert staff.get(f"{QUARANTINE}?after=x").status_code == 400


def test_rejected_calls_are_counted_and_their_samples_hide_credentials(container, staff):
    page = staff.get(REJECTIONS).text
    assert f"store={staff.store_id}" in page
    assert "signed with another secret" in page
    one_kind = staff.get(f"{REJECTIONS}?store={staff.store_id}&reason=signature").text
    assert "x-wc-webhook-signature: (44 characters)" in one_kind
    assert "No rejected calls match" in staff.get(f"{REJECTIONS}?reason=size").text


def test_rejections_go_on_page_by_page_by_day_store_and_reason(container, staff, clock, monkeypatch):
    monkeypatch.setattr("receiver.web.admin.rejections.PAGE", 2)
    today = clock.at.date()
    counts = {("st_a", "size", today - timedelta(days=days)): days + 1 for days in range(3)} | {
        ("", "unknown", today): 9
    }
    with container.database.writing() as session:
        rejections.add_counts(session, counts)
    days_in_order, path = [], REJECTIONS
    while path:
        page = staff.get(path).text
        days_in_order += [line.split("<")[0] for line in page.split('data-label="Day">')[1:]]
        _, _, rest = page.partition('rel="next" href="')
        path = rest.partition('"')[0].replace("&amp;", "&")
    assert len(days_in_order) == 5
    assert days_in_order == sorted(days_in_order, reverse=True)


@pytest.mark.parametrize(
    "wrong", ["after=x", "after=2025-11-20~a", "after=~~", "store=" + "x" * 201, "store=%00"]
)
def test_a_wrong_address_is_named(staff, wrong):
    answer = staff.get(f"{REJECTIONS}?{wrong}")
    assert (answer.status_code, 'role="alert"' in answer.text) == (400, True)

"""The programme's pages: money by currency, terms in words, a new programme, and who waits for a place."""

import io
import re
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from receiver.services.programmes.statistics import count_programmes
from receiver.services.programmes.terms import terms_in_force
from receiver.storage.tables import AuditEntry, Award, Store, Terms
from tests.award_fixtures import NOW, AwardActions
from tests.db_factories import keep_store
from tests.services.programmes.test_load import NEXT, SETTING, SHIPPED_TEXT
from tests.staff import Console, preview_token

PAGE = "/admin/programme"


@pytest.fixture
def operator(container, clock):
    clock.at = NOW
    return Console(container)


def text_of(page):
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", page))


def test_the_money_is_summed_by_currency_and_drawn(operator, container):
    AwardActions(container, 4)
    with container.database.writing() as session:
        session.get_one(Award, "aw_0").due_by = date(2025, 12, 1)
        for award_id, changes in (
            ("aw_1", {"state": "credited", "reference": "T-1"}),
            ("aw_2", {"currency": "GBP", "credit": Decimal("395.50")}),
        ):
            for name, value in changes.items():
                setattr(session.get_one(Award, award_id), name, value)
    keep_store(container, "st_8", stage="accumulating", coming_currency="USD", coming_credit=Decimal(500))
    keep_store(container, "st_9", stage="accumulating", coming_currency="USD")
    count_programmes(container.at(NOW))
    page = operator.get(PAGE).text
    text = text_of(page)
    assert "Promised £395.50 Issued £0.00 Arrived £0.00 At risk £0.00" in text
    assert "Promised $1,500.00 Issued $500.00 Arrived $500.00 At risk $500.00" in text
    assert "Of $1,500.00 promised: $500.00 arrived, $500.00 due, $500.00 at risk" in text
    widths = [
        float(width) for width in re.findall(r'<rect class="\w+" x="[\d.]+" y="0" width="([\d.]+)"', page)
    ]
    assert widths == pytest.approx([1000, 333.33, 333.33, 333.33], abs=0.01)
    assert "accumulating $500.00 each 1 $500.00" in text
    assert "accumulating unknown 1 unknown" in text
    soon = re.search(rf'href="(/admin/awards\?programme={SETTING}&amp;due_soon=any)"', page)[1]
    assert re.findall(r'href="/admin/awards/(aw_\d)"', operator.get(soon.replace("&amp;", "&")).text) == [
        "aw_2",
        "aw_3",
    ]


def test_the_terms_are_read_in_words_from_the_programmes_data(operator):
    text = text_of(operator.get(f"{PAGE}/{SETTING}/terms").text)
    for words in (
        "Stores that join from 1 Jul 2025 to 31 Dec 2025",
        "Spend $5,000.00, get $5,000.00",
        "Spend £395.00, get £395.00",
        "30 days, beginning with the first date on which money that counts was spent",
        "spent nothing in the 90 days before",
        "paid up to 35 days after",
        "the credit comes within 7 days",
        "expires at the end of 30 Jan 2026",
        "no limit to the number",
    ):
        assert words in text, words
    assert operator.get(f"{PAGE}/nowhere/terms").status_code == 404


def programme_in_force(container):
    return terms_in_force(container).id


def test_a_new_programme_is_shown_and_then_loaded(operator, container):
    checked = operator.post(f"{PAGE}/load", file=(io.BytesIO(NEXT.encode()), "next.toml"))
    text = text_of(checked.text)
    assert "closes 2025-12-31 2026-06-30" in text
    assert "markets › US › tier 1 500 → 500 600 → 500" in text
    assert programme_in_force(container) == SETTING
    other = operator.post(
        f"{PAGE}/load", text=NEXT.replace("600", "700"), do="load", seen=preview_token(checked)
    )
    assert (other.status_code, programme_in_force(container)) == (409, SETTING)
    answer = operator.post(f"{PAGE}/load", text=NEXT, do="load", seen=preview_token(checked))
    assert answer.headers["Location"].startswith(f"{PAGE}/woocommerce-2026/terms")
    assert "New stores join this programme from now on" in operator.get(answer.headers["Location"]).text
    assert programme_in_force(container) == "woocommerce-2026"
    with container.database.reading() as session:
        assert "programme load" in session.scalars(select(AuditEntry.action)).all()


@pytest.mark.parametrize(
    ("text", "status", "message"),
    [
        ("", 400, "required"),
        ("x = ", 400, "is no TOML"),
        (
            NEXT.replace("closes = 2026-06-30", "closes = 2025-06-30"),
            400,
            "closes: 2025-06-30 is before opens",
        ),
        (SHIPPED_TEXT.replace('"500"', '"501"'), 409, "give the new terms an id of their own"),
    ],
)
def test_a_file_that_cannot_be_loaded_is_named_and_stays_typed(operator, container, text, status, message):
    keep_store(container)
    answer = operator.post(f"{PAGE}/load", text=text, do="load")
    assert (answer.status_code, message in answer.text) == (status, True)
    assert text.partition("\n")[0].replace('"', "&#34;") in answer.text


def test_the_terms_that_are_in_force_need_no_loading(operator):
    assert "nothing would change" in operator.post(f"{PAGE}/load", text=SHIPPED_TEXT).text


@pytest.fixture
def line(container, operator):
    """Two stores wait for the second of two places."""
    keep_store(container, "st_in")
    for number in (1, 2):
        keep_store(container, f"st_{number}", admitted_at=None, name=f"Shop {number}")
    with container.database.writing() as session:
        row = session.scalars(select(Terms)).one()
        row.terms = {**row.terms, "capacity": 2}
    return operator


def admitted_stores(container):
    with container.database.reading() as session:
        query = select(Store.id).where(Store.admitted_at.is_not(None), Store.id != "st_in")
        return list(session.scalars(query.order_by(Store.id)))


def test_waiting_stores_are_admitted_as_they_were_shown(line, container):
    path = f"{PAGE}/{SETTING}/waiting"
    assert "1 merchant has a place of 2" in text_of(line.get(path).text)
    checked = line.post(path, store=["st_1", "st_2"])
    text = text_of(checked.text)
    assert "2 stores get a place; merchants with a place: 1 now, 3 then of 2" in text
    assert "1 more than the programme's 2 places" in text
    assert admitted_stores(container) == []
    other = line.post(path, store=["st_1"], do="admit", seen=preview_token(checked))
    assert (other.status_code, admitted_stores(container)) == (409, [])
    answer = line.post(path, store=["st_1", "st_2"], do="admit", seen=preview_token(checked))
    assert "Admitted: 2" in line.get(answer.headers["Location"]).text
    assert admitted_stores(container) == ["st_1", "st_2"]


def test_with_nothing_selected_nobody_is_admitted(line, container):
    answer = line.post(f"{PAGE}/{SETTING}/waiting", do="admit")
    assert (answer.status_code, "Select at least one store" in answer.text) == (400, True)
    wrong = line.post(f"{PAGE}/{SETTING}/waiting", store=["st_none"])
    assert (wrong.status_code, "there is no store st_none" in wrong.text) == (400, True)


def test_viewers_read_terms_and_line_and_change_nothing(line, container):
    viewer = Console(container, "viewer")
    page = viewer.get(f"{PAGE}/{SETTING}/waiting").text
    assert ("Shop 1" in page, 'type="checkbox"' in page) == (True, False)
    assert "Load a new programme" not in viewer.get(PAGE).text
    assert viewer.post(f"{PAGE}/{SETTING}/waiting", store=["st_1"]).status_code == 403
    assert viewer.get(f"{PAGE}/load").status_code == 403

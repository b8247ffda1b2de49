"""Problems in the console: what happened, who must act, and the button that ends it."""

import re

import pytest
from sqlalchemy import select

from receiver.errors import StorageUnavailable
from receiver.services.deliveries.process import process_next
from receiver.services.problems.track import track_problems
from receiver.storage.tables import AuditEntry, Delivery, WebhookSecret
from tests.raw_http import signed_headers
from tests.signals import add_shop, body_of, keep_one, signal
from tests.staff import Console

PROBLEMS = "/admin/problems"
ELSEWHERE = "https://staging.shop.example/"
THEIRS = "its own <secret>"


@pytest.fixture
def staff(container):
    console = Console(container)
    console.store_id = add_shop(container, name="Tin & Roof").id
    return console


def keep_dead(container, store_id, *arguments):
    for argument in arguments:
        keep_one(container, store_id, argument)
    process_next(container)
    track_problems(container)


def send_refused(container, console, *numbers):
    for seq in numbers:
        body = body_of(signal(seq))
        headers = signed_headers(body, THEIRS)
        answer = console.client.post(f"/webhooks/woocommerce/{console.store_id}", data=body, headers=headers)
        assert answer.status_code == 401
    track_problems(container)


def words(page):
    text = re.sub("</?(time|strong|small)[^>]*>", "", page.text.partition("<main")[2])
    text = re.sub("<[^>]+>", " ", text)
    return re.sub(r"\s+", " ", text).replace("&#39;", "'").replace("&amp;", "&")


def problem_id(page):
    return re.search(r'action="/admin/problems/(\d+)/acknowledge"', page.text)[1]


def test_nothing_wrong_is_said_calmly_and_the_bar_counts_nothing(staff):
    page = staff.get(PROBLEMS)
    assert "No open problems: every message was used." in words(page)
    assert 'badge ours" title=' not in page.text


def test_each_cause_stands_once_with_its_stores_turn_number_and_cure(container, staff):
    other = add_shop(container, url="https://other.example/", name="Other").id
    keep_dead(container, staff.store_id, signal(1, v=0), signal(2, v=0), signal(3, home_url=ELSEWHERE))
    keep_dead(container, other, signal(1, v=0, home_url="https://other.example/"))
    page = staff.get(PROBLEMS)
    text = words(page)
    assert text.count("Sent by an old version of our plugin. the merchant's turn Ask the merchant") == 1
    assert f"Sent by another address ({ELSEWHERE}). our turn Staging copy?" in text
    assert "Tin & Roof" in text
    assert "2 messages, since 20 Nov 2025, 12:00" in text
    assert page.text.count('<span class="badge theirs">the merchant') == 1
    assert 'title="3 open">3</span>' in staff.get("/admin/stores").text


def test_one_button_previews_the_replay_of_all_messages_of_a_problem(container, staff):
    keep_dead(
        container,
        staff.store_id,
        signal(1, v=0),
        signal(2, home_url=ELSEWHERE),
        signal(3, home_url=ELSEWHERE),
    )
    page = staff.get(PROBLEMS).text
    (link,) = re.findall(r'href="(/admin/replays/new\?[^"]*cause=elsewhere[^"]*)"', page)
    preview = staff.get(link.replace("&amp;", "&")).text
    assert '<strong class="big-number">2</strong> deliveries' in preview
    assert 'name="cause" value="elsewhere"' in preview
    assert f"/admin/stores/{staff.store_id}/move?url=https://staging.shop.example/" in page


def test_what_is_wrong_with_a_store_stands_on_its_page_with_the_same_buttons(container, staff):
    keep_dead(container, staff.store_id, signal(1, home_url=ELSEWHERE))
    page = staff.get(f"/admin/stores/{staff.store_id}")
    assert f"Sent by another address ({ELSEWHERE})." in words(page)
    answer = staff.post(
        f"{PROBLEMS}/{problem_id(page)}/acknowledge", note="their test shop", store=staff.store_id
    )
    assert answer.location == f"/admin/stores/{staff.store_id}#problems"
    assert "their test shop" in words(staff.get(f"/admin/stores/{staff.store_id}"))


def test_who_acknowledged_a_problem_is_shown_and_it_counts_no_longer(container, staff):
    keep_dead(container, staff.store_id, signal(1, v=0))
    number = problem_id(staff.get(PROBLEMS))
    assert staff.post(f"{PROBLEMS}/{number}/acknowledge", note=" ").status_code == 400
    assert staff.post(f"{PROBLEMS}/{number}/acknowledge", note="wrote to them").location == PROBLEMS
    assert "No open problems" in words(staff.get(PROBLEMS))
    text = words(staff.get(f"{PROBLEMS}?state=acknowledged"))
    assert "Acknowledged by operator@staff.example, 20 Nov 2025, 12:00: wrote to them" in text
    assert 'badge ours" title=' not in staff.get("/admin/stores").text
    assert staff.post(f"{PROBLEMS}/{number}/acknowledge", note="again").status_code == 409
    assert staff.post(f"{PROBLEMS}/{2**63}/acknowledge", note="n").status_code == 404


def test_viewers_see_all_of_it_and_no_button(container, staff):
    keep_dead(container, staff.store_id, signal(1, v=0), signal(2, home_url=ELSEWHERE))
    send_refused(container, staff, 3)
    viewer = Console(container, "viewer")
    page = viewer.get(PROBLEMS).text
    assert "Sent by an old version" in page
    for button in ("/acknowledge", "/replays/new", "/secret", "/move"):
        assert button not in page
    assert viewer.get(f"/admin/stores/{staff.store_id}/secret").status_code == 403


def test_a_wrong_filter_is_named(staff):
    for wrong in ("state=lost", "who=me", "cause=x", "after=x", "store=" + "x" * 201):
        answer = staff.get(f"{PROBLEMS}?{wrong}")
        assert (answer.status_code, 'role="alert"' in answer.text) == (400, True), wrong


def test_problems_go_on_page_by_page_and_ask_no_more_for_many(container, staff, monkeypatch):
    keep_dead(container, staff.store_id, signal(1, home_url=ELSEWHERE))
    few = staff.count_queries(PROBLEMS)
    for number in range(4):
        url = f"https://shop{number}.example/"
        store_id = add_shop(container, url=url).id
        keep_dead(container, store_id, signal(1, home_url=ELSEWHERE), signal(2, v=0, home_url=url))
    assert staff.count_queries(PROBLEMS) == few
    monkeypatch.setattr("receiver.web.admin.problems.PAGE", 4)
    problem_ids, path = [], PROBLEMS
    while path:
        page = staff.get(path).text
        problem_ids += re.findall(r'action="/admin/problems/(\d+)/acknowledge"', page)
        path = page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert (len(problem_ids), len(set(problem_ids))) == (9, 9)


def test_a_page_that_says_the_database_is_away_still_has_its_bar(staff, monkeypatch):
    def away(*_):
        raise StorageUnavailable("away")

    monkeypatch.setattr("receiver.web.admin.problems.count_open_problems", away)
    assert staff.get("/admin/nowhere").status_code == 404


# -- Setting a secret ----------------------------------------------------------------------------------


def test_a_secret_is_tried_then_kept_and_what_was_held_is_accepted(container, staff, clock):
    send_refused(container, staff, 1, 2)
    clock.move(minutes=5)
    secret_page = f"/admin/stores/{staff.store_id}/secret"
    assert secret_page in staff.get(PROBLEMS).text
    wrong = staff.post(secret_page, do="preview", webhook_secret="not that one")
    assert "None of the 2 messages held verifies" in words(wrong)
    preview = staff.post(secret_page, do="preview", webhook_secret=f" {THEIRS}\t")
    assert "2 of 2 messages held would be accepted. Nothing saved yet." in words(preview)
    assert deliveries(container) == []
    encrypted = re.search('name="encrypted" value="([^"]+)"', preview.text)[1]
    saved = staff.post(secret_page, do="save", encrypted=encrypted)
    assert "Secret saved 2 messages accepted" in words(saved)
    for page in (wrong, preview, saved):
        assert "its own" not in page.text
    assert len(deliveries(container)) == 2
    assert "No open problems" in words(staff.get(PROBLEMS))
    with container.database.reading() as session:
        acts = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
        details = str(session.scalars(select(AuditEntry.detail)).all())
    assert acts[-2:] == ["stores rotate-secret", "quarantine taken in"]
    assert "its own" not in details


@pytest.mark.parametrize(
    "form",
    [
        {"do": "preview", "webhook_secret": " "},
        {"do": "preview", "webhook_secret": "0"},
        {"do": "save", "encrypted": "x"},
        {"do": "save", "webhook_secret": "never tried"},
    ],
)
def test_a_secret_that_was_not_tried_is_not_kept(container, staff, form):
    answer = staff.post(f"/admin/stores/{staff.store_id}/secret", **form)
    assert (answer.status_code, 'role="alert"' in answer.text) == (400, True)
    with container.database.reading() as session:
        assert len(session.scalars(select(WebhookSecret)).all()) == 1


def test_the_secret_of_no_store_is_not_found(staff):
    assert staff.get("/admin/stores/st_none/secret").status_code == 404
    assert staff.post("/admin/stores/st_none/secret", webhook_secret="x").status_code == 404


def deliveries(container):
    with container.database.reading() as session:
        return session.scalars(select(Delivery)).all()

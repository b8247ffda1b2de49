"""Awards, reviews, today and the programmes by API: the same answers and refusals as in the console."""

import pytest

from receiver.app import create_app
from receiver.services.decisions.decide import decide_store
from receiver.services.programmes.statistics import count_programmes
from receiver.services.reviews.ask import ask_review
from receiver.storage.tables import Store
from tests.award_fixtures import NOW, AwardActions
from tests.db_factories import keep_all
from tests.factories import SETTLED
from tests.staff import BASE, staff_token

API = "/api/v1/admin"


@pytest.fixture
def ask(container, clock):
    clock.at = NOW
    client, headers = create_app(container=container).test_client(), staff_token(container)

    def call(path, **body):
        method = "POST" if body else "GET"
        answer = client.open(API + path, method=method, json=body or None, headers=headers, base_url=BASE)
        return answer.status_code, answer.json

    return call


def test_awards_are_paged_and_moved(ask, container):
    AwardActions(container, 3)
    status, first = ask("/awards?limit=2&state=due")
    assert ([item["id"] for item in first["items"]], first["next"], status) == (["aw_0", "aw_1"], "aw_1", 200)
    assert [item["id"] for item in ask("/awards?after=aw_1")[1]["items"]] == ["aw_2"]
    issued = ask("/awards/aw_0/issue", reference="T-1")[1]
    assert (issued["state"], issued["reference"], issued["history"][0]["to"]) == ("issued", "T-1", "issued")
    assert ask("/awards/aw_0/issue", reference="T-2")[0] == 409
    blocked = ask("/awards/aw_0/block", reason="asked", cause="terms_not_met")[1]
    assert (blocked["state"], blocked["block_cause"]) == ("blocked", "terms_not_met")
    assert ask("/awards/aw_0/block", reason="asked", cause="hm")[0] == 400
    assert ask("/awards/aw_0/lift", reason="settled")[1]["state"] == "issued"
    assert ask("/awards/aw_0/credited", evidence="ledger")[1]["state"] == "credited"
    assert ask("/awards/aw_9")[0] == 404


def test_a_file_is_tried_and_then_kept(ask, container):
    awards = AwardActions(container, 1)
    csv = "award,reference\naw_0,T-1\n"
    status, answer = ask("/awards/issue-file", csv=csv, dry_run=True)
    (row,) = answer["rows"]
    assert (status, row["line"], row["award"], row["outcome"]) == (200, 2, "aw_0", "would issue")
    assert (row["advertiser_id"], row["credit"], row["currency"]) == ("7000000", "500.00", "USD")
    assert (row["problem"], row["skipped"], row["flags"]) == (None, None, [])
    assert awards.award().state == "due"
    assert ask("/awards/issue-file", csv=csv)[1]["rows"][0]["outcome"] == "issued"
    assert ask("/awards/issue-file", csv="x")[0] == 400


def test_a_review_is_answered_after_a_dry_run(ask, container, clock):
    clock.at = SETTLED
    keep_all(container)
    with container.database.writing() as session:
        session.get(Store, "st_1").country = "FR"
    decide_store(container.at(SETTLED), "st_1")
    review = ask_review(container.at(SETTLED), "st_1", "We moved.")[0].id
    assert [item["id"] for item in ask("/reviews?state=open")[1]["items"]] == [review]
    assert ask(f"/reviews/{review}")[1]["told"]["verdict"] == "ineligible"
    answer = {"answer": "overridden", "override": "store_market=pass", "reason": "papers seen"}
    assert any(
        item["what"] == "award.credit"
        for item in ask(f"/reviews/{review}/answer", **answer, dry_run=True)[1]["effect"]
    )
    assert ask("/awards")[1]["items"] == []
    assert ask(f"/reviews/{review}/answer", **answer)[1]["answered_by"] == "operator@staff.example"
    assert ask("/awards")[1]["items"][0]["store"] == "st_1"
    assert ask(f"/reviews/{review}/answer", answer="upheld", reason="no")[0] == 409
    assert ask(f"/reviews/{review}/answer", answer="overridden", reason="no")[0] == 400


def test_today_and_the_programmes_are_told(ask, container):
    AwardActions(container, 1)
    ask_review(container.at(NOW), "st_0", "No.")
    counts = {item["id"]: item["count"] for item in ask("/today")[1]["matters"]}
    assert counts == {"worker_silent": 1, "awards_due_soon": 1, "reviews_waiting": 1}
    assert ask("/programmes")[1]["programmes"][0]["counted"] is None
    count_programmes(container.at(NOW))
    (programme,) = ask("/programmes")[1]["programmes"]
    assert programme["counted"]["tiers"][0]["awards"] == {"due": {"awards": 1, "amount": "500.00"}}
    assert (programme["counted"]["admitted"], programme["terms"]["id"]) == (1, "woocommerce-2025")


def test_names_that_no_database_takes_are_refused(ask):
    assert ask("/awards?programme=%00")[0] == 400
    assert ask("/awards?after=%00")[0] == 400
    assert ask("/awards/%00")[0] == 404
    assert ask("/reviews/%00")[0] == 404

"""Answers of the service beside the status document: what-if, history, notices in the inbox and by e-mail."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.capabilities import needs_wordpress
from tests.plugin.site_client import SiteClient
from tests.plugin.stages import cached_answer, document
from tests.serving import served

pytestmark = needs_wordpress

TOKEN = "stt_" + "a" * 40
INBOX = "return array_column(Automattic\\WooCommerce\\Admin\\Notes\\Notes::get_visible_notes(), 'values');"
DELETE = (
    "$notes = 'Automattic\\WooCommerce\\Admin\\Notes\\Notes';"
    "foreach ($notes::get_visible_notes() as $note) { $notes::delete_note($note); }"
)
UPDATE = "wc_ad_credit()->notices->update();"


class StubService:
    """A service that answers what a test sets by path, and records the requests."""

    def __init__(self):
        self.by_path, self.requests = {}, []

    def __call__(self, environ, start):
        path = environ["PATH_INFO"]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        query = environ.get("QUERY_STRING", "")
        self.requests.append(
            (environ["REQUEST_METHOD"], path, query, environ.get("HTTP_ACCEPT_LANGUAGE"), body)
        )
        pages = self.by_path.get(path, [])
        answer = pages.pop(0) if len(pages) > 1 else (pages[0] if pages else None)
        start("404 Not Found" if answer is None else "200 OK", [("Content-Type", "application/json")])
        return [json.dumps(answer or {"error": "not found"}).encode()]


@pytest.fixture
def stub_service(site):
    """A stub that the site is connected to; `site` calls nothing else."""
    stub = StubService()
    with served(stub) as url:
        stub.by_path["/api/v1/status"] = [document("accumulating")]
        site.keep_option("wc_ad_credit_connection", {"service": url, "token": TOKEN})
        site.php("delete_option('wc_ad_credit_status'); delete_option('wc_ad_credit_notices');")
        yield stub
    site.php("wc_ad_credit()->notices->withdraw(); delete_option('wc_ad_credit_mail');")


def paths(stub_service):
    return [path for _, path, *_ in stub_service.requests]


def change(text, at="2025-11-18T09:12:00Z"):
    return {"at": at, "kind": "stage", "text": text}


def test_the_history_is_fetched_with_the_status_and_shown_folded(site, stub_service):
    stub_service.by_path["/api/v1/history"] = [
        {"changes": [change("<b>Reached</b>")], "next": "7"},
        {"changes": [change("Begun", "2025-11-02T15:00:00Z")], "next": None},
    ]
    site.php("wc_ad_credit()->refresher->run();")
    assert paths(stub_service) == ["/api/v1/status", "/api/v1/history", "/api/v1/history"]
    assert [
        (query, language) for _, path, query, language, _ in stub_service.requests if "history" in path
    ] == [
        ("", "en-US"),
        ("after=7", "en-US"),
    ]
    page = SiteClient(site, "shop").page()
    history = page[page.index('<details class="wc-ad-credit-card" id="wc-ad-credit-history">') :]
    assert history.index("&lt;b&gt;Reached&lt;/b&gt;") < history.index("Begun")
    assert "November 18, 2025" in history


def test_a_service_without_a_history_is_no_failure(site, stub_service):
    site.php("wc_ad_credit()->refresher->run();")
    assert site.option("wc_ad_credit_status")["failure"] is None
    page = SiteClient(site, "shop").page()
    assert "You have reached $500.00" in page
    assert "wc-ad-credit-history" not in page


def test_an_endless_history_ends(site, stub_service):
    stub_service.by_path["/api/v1/history"] = [{"changes": [change("Once more")] * 30, "next": "1"}]
    site.php("wc_ad_credit()->refresher->run();")
    assert paths(stub_service).count("/api/v1/history") == 2
    assert len(site.option("wc_ad_credit_status")["histories"]["en-US"]) == 50


def test_what_an_amount_leads_to_is_answered_without_a_script(site, service):
    site.keep_option("wc_ad_credit_connection", {"service": service.url, "token": service.store.status_token})
    site.php("wc_ad_credit()->refresher->run();")
    shop = SiteClient(site, "shop")
    assert 'id="wc-ad-credit-what-if"' in shop.page()
    for typed in ("80", "80,00", " 80.00 "):
        location = shop.press("what_if", {"wc_ad_credit_per_day": typed}).headers["location"]
        assert location.endswith("#wc-ad-credit-what-if")
        page = shop.page()
        assert "With $80.00 a day from tomorrow on you reach" in page
        assert f'value="{typed}"' in page
    assert "With $80.00" not in shop.page()  # once


@pytest.mark.parametrize(
    "typed", ["", "0x1", "-5", "1,500.00", "1e3", "9" * 10, '"><script>', "45.123", "٤٥"]
)
def test_what_is_no_amount_is_asked_for_again_and_never_sent(site, stub_service, typed):
    site.keep_option("wc_ad_credit_status", cached_answer(document("accumulating")))
    shop = SiteClient(site, "shop")
    shop.press("what_if", {"wc_ad_credit_per_day": typed})
    page = shop.page()
    assert "Enter a daily amount, such as 45.50." in page
    assert "<script>" not in page.split('id="wc-ad-credit-what-if"')[1].split("</section>")[0]
    assert stub_service.requests == []


def test_a_service_that_does_not_answer_says_so_beside_the_field(site):
    site.keep_option("wc_ad_credit_connection", {"service": "http://127.0.0.1:9", "token": TOKEN})
    site.keep_option("wc_ad_credit_status", cached_answer(document("accumulating")))
    shop = SiteClient(site, "shop")
    shop.press("what_if", {"wc_ad_credit_per_day": "45.50"})
    assert "The service could not be reached." in shop.page()


def notice(name, until=None, text="A notice"):
    return {"id": name, "kind": "near_tier", "at": "2025-11-19T10:00:00Z", "text": text, "until": until}


def inbox_after(site, *notices, as_whom=None, **changes):
    """Store a document with these notices; return the names of the notes then in the inbox."""
    site.keep_option(
        "wc_ad_credit_status",
        cached_answer({**document("accumulating"), "notices": list(notices), **changes}),
    )
    site.php(UPDATE)
    return sorted(note["name"] for note in site.php(INBOX, as_whom))


NEAR, DUE = "wc-ad-credit-notice-near_tier:500", "wc-ad-credit-notice-credit_due:aw_1"


def test_each_notice_is_told_once_and_goes_once_it_is_untrue(site, stub_service):
    assert inbox_after(site, notice("near_tier:500"), notice("credit_due:aw_1")) == [DUE, NEAR]
    assert inbox_after(site, notice("near_tier:500"), notice("credit_due:aw_1")) == [DUE, NEAR]
    assert inbox_after(site, notice("credit_due:aw_1")) == [DUE]
    assert inbox_after(site, notice("near_tier:500"), notice("credit_due:aw_1")) == [
        DUE
    ]  # it was shown before
    assert inbox_after(site) == []


def test_a_notice_that_was_deleted_does_not_come_back(site, stub_service):
    inbox_after(site, notice("near_tier:500"))
    site.php(DELETE, "shop")
    assert inbox_after(site, notice("near_tier:500")) == []


def test_the_words_of_a_notice_follow_what_is_true_now(site, stub_service):
    inbox_after(site, notice("near_tier:500", text="$40.00 are missing."))
    inbox_after(site, notice("near_tier:500", text="$20.00 <b>are</b> missing."))
    (note,) = site.php(INBOX)
    assert note["content"] == "$20.00 &lt;b&gt;are&lt;/b&gt; missing."
    assert note["actions"][0][2] == "admin.php?page=wc-ad-credit"


def test_a_notice_ends_with_its_last_date_in_the_accounts_zone_though_nobody_can_be_asked(site, stub_service):
    """Hours, not minutes, lie between the test and the ends of the dates."""
    now = datetime.now(UTC)
    west = (now - timedelta(hours=12)).date().isoformat()  # today where the day ends last
    account = {**document("accumulating")["account"], "timezone": "Etc/GMT+12"}
    assert inbox_after(site, notice("near_tier:500", until=west), account=account) == [NEAR]
    before = site.option("wc_ad_credit_notices")
    before["near_tier:500"]["until"] = int(now.timestamp()) - 1
    site.keep_option("wc_ad_credit_notices", before)
    assert site.php(INBOX) == []
    assert inbox_after(site, notice("credit_due:aw_1", until="2025-11-19")) == []


@pytest.mark.parametrize(
    "notices",
    ["x", 7, [None, "a", {}], [{"id": "../x", "text": "a"}], [{"id": [], "text": {}}], [{"id": "a" * 101}]],
)
def test_what_is_no_notice_is_none(site, stub_service, notices):
    site.keep_option("wc_ad_credit_status", cached_answer({**document("accumulating"), "notices": notices}))
    site.php(UPDATE)
    assert site.php(INBOX) == []
    assert site.complaints() == ""


def test_an_award_is_told_by_its_notice_alone_where_the_service_has_notices(site, stub_service):
    site.keep_option(
        "wc_ad_credit_status", cached_answer({**document("due"), "notices": [notice("credit_due:aw_1")]})
    )
    site.php("wc_ad_credit()->notice->update();" + UPDATE)
    assert [note["name"] for note in site.php(INBOX)] == [DUE]
    site.php("wc_ad_credit()->notice->withdraw();")


def mail_form(page):
    return page.split('id="wc-ad-credit-mail"')[1].split("</section>")[0]


def test_mail_is_offered_only_where_the_service_has_it(site, stub_service):
    for fields, is_offered in (
        ({}, False),
        ({"mail_available": False}, False),
        ({"mail_available": True}, True),
    ):
        site.keep_option("wc_ad_credit_status", cached_answer({**document("accumulating"), **fields}))
        assert ('id="wc-ad-credit-mail"' in SiteClient(site, "shop").page()) is is_offered


def test_mail_is_asked_for_by_an_address_and_a_tick_and_ended_by_taking_it_away(site, stub_service):
    status = {**document("accumulating"), "mail_available": True, "mail": "unconfirmed"}
    stub_service.by_path.update({"/api/v1/status": [status], "/api/v1/notices": [{"mail": "unconfirmed"}]})
    site.php("wc_ad_credit()->refresher->run();")
    shop, stub_service.requests = SiteClient(site, "shop"), []
    fields = {"wc_ad_credit_mail_wanted": "1", "wc_ad_credit_mail": "owner@shop.example"}
    assert shop.press("mail", fields).headers["location"].endswith("#wc-ad-credit-mail")
    (request,) = [
        (method, language, json.loads(body))
        for method, path, _, language, body in stub_service.requests
        if path.endswith("notices")
    ]
    assert request == ("POST", "en-US", {"email": "owner@shop.example"})
    form = mail_form(shop.page())
    assert "A message is on its way to this address." in form
    assert "checked" in form
    assert 'value="owner@shop.example"' in form
    stub_service.by_path.update(
        {"/api/v1/status": [{**status, "mail": "off"}], "/api/v1/notices": [{"mail": "off"}]}
    )
    shop.press("mail", {"wc_ad_credit_mail": "owner@shop.example"})
    assert json.loads(
        next(body for *_, path, _, _, body in reversed(stub_service.requests) if path.endswith("notices"))
    ) == {"email": None}
    form = mail_form(shop.page())
    assert "No notices go out by e-mail." in form
    assert "checked" not in form


@pytest.mark.parametrize(
    "typed", ["", "nobody", "a@b", "a@b.example\r\nBcc: c@d.example", "x" * 300 + "@b.example"]
)
def test_what_is_no_address_is_asked_for_again_and_never_sent(site, stub_service, typed):
    site.keep_option(
        "wc_ad_credit_status",
        cached_answer({**document("accumulating"), "mail_available": True, "mail": "off"}),
    )
    shop = SiteClient(site, "shop")
    shop.press("mail", {"wc_ad_credit_mail_wanted": "1", "wc_ad_credit_mail": typed})
    assert "Enter an e-mail address, such as name@example.com." in mail_form(shop.page())
    assert stub_service.requests == []

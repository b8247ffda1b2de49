"""Merchants get each notice once, true when it is sent, and only after the owner of the address said yes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from threading import Event

import pytest

from receiver.errors import Advice, NotFound, ProviderError, Refused
from receiver.services.decisions.decide import decide_store
from receiver.services.decisions.status import status_of
from receiver.services.notices.addresses import LinkUse, ask_for_mail, follow_link
from receiver.services.notices.send import send_notices
from receiver.services.stores.disconnect import disconnect_store
from receiver.storage.cipher import token_hash
from receiver.storage.erasure import erase
from receiver.storage.tables import Connection, NoticeAddress, Store, StoreNotice
from tests.db_factories import keep_all, keep_day, keep_store

TOKEN = "stt_" + "a" * 40
NOW = datetime(2025, 11, 20, 17, tzinfo=UTC)
EMAIL = "owner@shop.example"
URL = "https://credit.example"


class FakeMailServer:
    """A mail server that records what it was given, and fails when a test says so."""

    def __init__(self):
        self.sent, self.fails = [], False

    def send_to(self, recipient, message, stop_url=None):
        assert parseaddr(recipient)[1] == recipient
        if self.fails:
            raise ProviderError("no mail now", advice=Advice.AGAIN)
        self.sent.append((recipient, message, stop_url))

    def take(self):
        messages, self.sent = self.sent, []
        return messages


@pytest.fixture
def post():
    return FakeMailServer()


class Merchant:
    """A store near a tier; its methods act for its merchant, its worker and its mailbox."""

    def __init__(self, container, clock, post):
        self.container, self.clock, self.post = container, clock, post
        clock.at = NOW
        self.id = keep_all(container, spent="460.00")
        with container.database.writing() as session:
            session.get_one(Store, self.id).status_token_hash = token_hash(TOKEN)
        self.decide()

    def decide(self):
        decide_store(self.container.at(self.clock()), self.id)

    def ask(self, email=EMAIL, language="en"):
        return ask_for_mail(self.container, TOKEN, email, language)

    def run_worker(self):
        send_notices(self.container, self.post, Event())
        return self.post.take()

    def follow(self, link, use=LinkUse.CONFIRM):
        assert link.startswith(f"{URL}/connect/notices/{use}?token=")
        token = link.partition("token=")[2]
        return follow_link(self.container, use, token)

    def confirm(self, **request):
        self.ask(**request)
        ((_, question, _),) = self.run_worker()
        self.follow(link_in(question))
        return question

    def stored(self, table=NoticeAddress, key=None):
        with self.container.database.reading() as session:
            return session.get(table, key or self.id)


def link_in(message):
    return next(word for word in message.text.split() if word.startswith("https://"))


@pytest.fixture
def merchant(container, clock, post):
    return Merchant(container, clock, post)


def test_nothing_is_sent_before_the_owner_of_the_address_has_said_yes(merchant):
    assert merchant.ask() == "unconfirmed"
    ((recipient, question, stop),) = merchant.run_worker()
    assert (recipient, stop) == (EMAIL, None)
    assert "Example store" not in question.text, "a store's own words"
    assert merchant.run_worker() == []
    merchant.follow(link_in(question))
    ((recipient, news, stop),) = merchant.run_worker()
    assert (recipient, stop.startswith(f"{URL}/connect/notices/stop?token=")) == (EMAIL, True)
    assert "$40.00 more by" in news.text


def test_each_notice_is_sent_once_however_often_the_worker_looks(merchant):
    merchant.confirm()
    assert len(merchant.run_worker()) == 1
    for hours in range(3):
        merchant.clock.move(hours=hours + 1)
        merchant.decide()
        assert merchant.run_worker() == []


def test_what_is_no_longer_true_is_not_sent(merchant):
    merchant.confirm()
    keep_day(merchant.container, "5600.00")  # the top tier: 40.00 more is no longer what is missing
    assert merchant.run_worker() == []


def test_a_failure_gives_the_notice_back_and_is_tried_again_later(merchant):
    merchant.confirm()
    merchant.post.fails = True
    assert merchant.run_worker() == []
    merchant.post.fails = False
    assert merchant.run_worker() == [], "not at once"
    merchant.clock.move(minutes=2)
    assert len(merchant.run_worker()) == 1
    assert merchant.stored().failures == 0


def test_what_is_noticed_later_is_sent_later(merchant):
    merchant.confirm()
    merchant.run_worker()
    merchant.clock.move(days=6)
    merchant.decide()
    ((_, news, _),) = merchant.run_worker()
    assert "Not many days are left" in news.text


def test_it_speaks_the_language_of_who_asked(merchant):
    question = merchant.confirm(language="es-MX")
    assert "novedades" in question.text
    assert "Está cerca de un nivel" in merchant.run_worker()[0][1].text


def test_the_link_in_each_message_ends_them(merchant):
    merchant.confirm()
    ((_, _, stop),) = merchant.run_worker()
    merchant.follow(stop, LinkUse.STOP)
    merchant.clock.move(days=6)
    merchant.decide()
    assert merchant.run_worker() == []
    assert (merchant.stored().email_encrypted, merchant.stored().email_hash) == (None, None)


def test_a_link_is_for_one_use_one_address_and_a_while(merchant):
    merchant.ask()
    ((_, question, _),) = merchant.run_worker()
    with pytest.raises(NotFound):
        merchant.follow(link_in(question).replace("confirm", "stop"), LinkUse.STOP)
    merchant.ask("other@shop.example")
    with pytest.raises(NotFound):
        merchant.follow(link_in(question))
    ((_, question, _),) = merchant.run_worker()
    merchant.clock.move(days=3)
    with pytest.raises(NotFound):
        merchant.follow(link_in(question))
    for token in ("", "x", "é", "gAAAAA" + "x" * 100):
        with pytest.raises(NotFound):
            merchant.follow(f"{URL}/connect/notices/confirm?token={token}")


def test_an_address_is_asked_for_few_times_a_day(merchant, container):
    for number in range(5):
        merchant.ask(f"a{number}@shop.example")
    with pytest.raises(Refused, match="5 times a day"):
        merchant.ask("another@shop.example")
    merchant.clock.move(days=1)
    assert merchant.ask("another@shop.example") == "unconfirmed"
    for number in range(5):
        keep_store(container, f"st_9{number}", status_token_hash=token_hash(f"stt_{number}"))
    for number in range(5):
        ask_for_mail(container, f"stt_{number}", EMAIL, "en")
    with pytest.raises(Refused):
        merchant.ask(EMAIL.upper())


def test_asking_for_none_ends_it_and_the_same_address_again_changes_nothing(merchant):
    merchant.confirm()
    assert merchant.ask() == "on"
    assert merchant.ask(None) == "off"
    assert merchant.ask(None) == "off"
    assert merchant.run_worker() == []


def test_the_address_is_kept_encrypted_and_goes_with_the_store(merchant, container):
    merchant.confirm()
    row = merchant.stored()
    assert EMAIL not in str(vars(row))
    with container.database.writing() as session:
        counts = erase(session, session.get_one(Store, merchant.id))
    assert (counts["notices"], counts["notice addresses"], merchant.stored()) == (1, 1, None)


def test_a_store_that_left_is_sent_nothing(merchant, container):
    merchant.confirm()
    with container.database.writing() as session:
        session.get_one(Store, merchant.id).disconnected_at = merchant.clock()
    assert merchant.run_worker() == []


def test_a_store_that_left_hears_once_of_the_keys_that_are_left_there(merchant, container):
    merchant.confirm()
    merchant.run_worker()
    with container.database.writing() as session:
        keys = {
            "rest_base": "https://shop.example/",
            "keys_encrypted": "",
            "connected_at": NOW,
            "failures": 0,
        }
        session.add(Connection(store_id=merchant.id, next_check_at=NOW, **keys))
    disconnect_store(container.at(merchant.clock()), merchant.id, reason="the plugin is gone", actor="t")
    ((recipient, news, stop),) = merchant.run_worker()
    assert (recipient, "Settings, Advanced, REST API" in news.text) == (EMAIL, True)
    assert "more by" not in news.text
    merchant.clock.move(days=1)
    merchant.decide()
    assert merchant.run_worker() == []
    merchant.follow(stop, LinkUse.STOP)
    assert merchant.stored().email_encrypted is None


def test_the_status_says_when_each_was_first_noticed(merchant, container):
    merchant.clock.move(hours=5)
    ((notice, at),) = status_of(container.at(merchant.clock()), merchant.id).notices
    assert (notice.id, at) == ("near_tier:500", NOW)


def test_what_was_sent_and_is_over_is_kept_so_that_it_is_not_sent_again(merchant, container):
    merchant.confirm()
    merchant.run_worker()
    keep_day(container, "300.00")
    merchant.decide()
    keep_day(container, "460.00")
    merchant.clock.move(minutes=5)
    merchant.decide()
    assert merchant.run_worker() == []
    assert merchant.stored(StoreNotice, (merchant.id, "near_tier:500")).sent_at is not None


def test_without_mail_nothing_is_looked_for(merchant, container):
    merchant.ask()
    assert send_notices(container, None, Event()) == 0
    assert merchant.stored().due_at == NOW


def test_the_waits_between_tries_grow_and_an_address_nobody_confirmed_is_given_up(merchant):
    merchant.ask()
    merchant.post.fails = True
    tries = 0
    while merchant.stored().due_at is not None:
        merchant.clock.at = merchant.stored().due_at
        merchant.run_worker()
        tries += 1
    assert 8 < tries < 14
    assert merchant.clock() - NOW < timedelta(days=3)

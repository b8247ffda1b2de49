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


class Post:
    """A mail server of the test's own."""

    def __init__(self):
        self.sent, self.fails = [], False

    def send_to(self, recipient, message, stop_url=None):
        assert parseaddr(recipient)[1] == recipient
        if self.fails:
            raise ProviderError("no mail now", advice=Advice.AGAIN)
        self.sent.append((recipient, message, stop_url))

    def take(self):
        taken, self.sent = self.sent, []
        return taken


@pytest.fixture
def post():
    return Post()


class Merchant:
    """A store near a tier, and what its merchant, its worker and its mailbox do."""

    def __init__(self, container, clock, post):
        self.container, self.clock, self.post = container, clock, post
        clock.at = NOW
        self.id = keep_all(container, spent="460.00")
        with container.database.writing() as session:
            session.get_one(Store, self.id).status_token_hash = token_hash(TOKEN)
        self.decide()

    def decide(self):
        decide_store(self.container.database, self.clock(), self.id)

    def ask(self, email=EMAIL, language="en"):
        return ask_for_mail(self.container, TOKEN, email, language)

    def worker(self):
        send_notices(self.container, self.post, Event())
        return self.post.take()

    def follow(self, link, use=LinkUse.CONFIRM):
        assert link.startswith(f"{URL}/connect/notices/{use}?token=")
        token = link.partition("token=")[2]
        return follow_link(self.container, use, token)

    def confirmed(self, **asked):
        self.ask(**asked)
        ((_, question, _),) = self.worker()
        self.follow(link_in(question))
        return question

    def kept(self, table=NoticeAddress, key=None):
        with self.container.database.reading() as session:
            return session.get(table, key or self.id)


def link_in(message):
    return next(word for word in message.text.split() if word.startswith("https://"))


@pytest.fixture
def merchant(container, clock, post):
    return Merchant(container, clock, post)


def test_nothing_is_sent_before_the_owner_of_the_address_has_said_yes(merchant):
    assert merchant.ask() == "unconfirmed"
    ((recipient, question, stop),) = merchant.worker()
    assert (recipient, stop) == (EMAIL, None)
    assert "Example store" not in question.text, "a store's own words"
    assert merchant.worker() == []
    merchant.follow(link_in(question))
    ((recipient, news, stop),) = merchant.worker()
    assert (recipient, stop.startswith(f"{URL}/connect/notices/stop?token=")) == (EMAIL, True)
    assert "$40.00 more by" in news.text


def test_each_notice_is_sent_once_however_often_the_worker_looks(merchant):
    merchant.confirmed()
    assert len(merchant.worker()) == 1
    for hours in range(3):
        merchant.clock.move(hours=hours + 1)
        merchant.decide()
        assert merchant.worker() == []


def test_what_is_no_longer_true_is_not_sent(merchant):
    merchant.confirmed()
    keep_day(merchant.container, "5600.00")  # the top tier: 40.00 more is no longer what is missing
    assert merchant.worker() == []


def test_a_failure_gives_the_notice_back_and_is_tried_again_later(merchant):
    merchant.confirmed()
    merchant.post.fails = True
    assert merchant.worker() == []
    merchant.post.fails = False
    assert merchant.worker() == [], "not at once"
    merchant.clock.move(minutes=2)
    assert len(merchant.worker()) == 1
    assert merchant.kept().failures == 0


def test_what_is_noticed_later_is_sent_later(merchant):
    merchant.confirmed()
    merchant.worker()
    merchant.clock.move(days=6)
    merchant.decide()
    ((_, news, _),) = merchant.worker()
    assert "Not many days are left" in news.text


def test_it_speaks_the_language_of_who_asked(merchant):
    question = merchant.confirmed(language="es-MX")
    assert "novedades" in question.text
    assert "Está cerca de un nivel" in merchant.worker()[0][1].text


def test_the_link_in_each_message_ends_them(merchant):
    merchant.confirmed()
    ((_, _, stop),) = merchant.worker()
    merchant.follow(stop, LinkUse.STOP)
    merchant.clock.move(days=6)
    merchant.decide()
    assert merchant.worker() == []
    assert (merchant.kept().email_encrypted, merchant.kept().email_hash) == (None, None)


def test_a_link_is_for_one_use_one_address_and_a_while(merchant):
    merchant.ask()
    ((_, question, _),) = merchant.worker()
    with pytest.raises(NotFound):
        merchant.follow(link_in(question).replace("confirm", "stop"), LinkUse.STOP)
    merchant.ask("other@shop.example")
    with pytest.raises(NotFound):
        merchant.follow(link_in(question))
    ((_, question, _),) = merchant.worker()
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
    merchant.confirmed()
    assert merchant.ask() == "on"
    assert merchant.ask(None) == "off"
    assert merchant.ask(None) == "off"
    assert merchant.worker() == []


def test_the_address_is_kept_encrypted_and_goes_with_the_store(merchant, container):
    merchant.confirmed()
    row = merchant.kept()
    assert EMAIL not in str(vars(row))
    with container.database.writing() as session:
        gone = erase(session, session.get_one(Store, merchant.id))
    assert (gone["notices"], gone["notice addresses"], merchant.kept()) == (1, 1, None)


def test_a_store_that_left_is_sent_nothing(merchant, container):
    merchant.confirmed()
    with container.database.writing() as session:
        session.get_one(Store, merchant.id).disconnected_at = merchant.clock()
    assert merchant.worker() == []


def test_a_store_that_left_hears_once_of_the_keys_that_are_left_there(merchant, container):
    merchant.confirmed()
    merchant.worker()
    with container.database.writing() as session:
        keys = {
            "rest_base": "https://shop.example/",
            "keys_encrypted": "",
            "connected_at": NOW,
            "failures": 0,
        }
        session.add(Connection(store_id=merchant.id, next_check_at=NOW, **keys))
    disconnect_store(
        container.database, merchant.clock(), merchant.id, reason="the plugin is gone", actor="t"
    )
    ((recipient, news, stop),) = merchant.worker()
    assert (recipient, "Settings, Advanced, REST API" in news.text) == (EMAIL, True)
    assert "more by" not in news.text
    merchant.clock.move(days=1)
    merchant.decide()
    assert merchant.worker() == []
    merchant.follow(stop, LinkUse.STOP)
    assert merchant.kept().email_encrypted is None


def test_the_status_says_when_each_was_first_noticed(merchant, container):
    merchant.clock.move(hours=5)
    ((notice, at),) = status_of(container.database, merchant.clock(), merchant.id).notices
    assert (notice.id, at) == ("near_tier:500", NOW)


def test_what_was_sent_and_is_over_is_kept_so_that_it_is_not_sent_again(merchant, container):
    merchant.confirmed()
    merchant.worker()
    keep_day(container, "300.00")
    merchant.decide()
    keep_day(container, "460.00")
    merchant.clock.move(minutes=5)
    merchant.decide()
    assert merchant.worker() == []
    assert merchant.kept(StoreNotice, (merchant.id, "near_tier:500")).sent_at is not None


def test_without_mail_nothing_is_looked_for(merchant, container):
    merchant.ask()
    assert send_notices(container, None, Event()) == 0
    assert merchant.kept().due_at == NOW


def test_the_waits_between_tries_grow_and_an_address_nobody_confirmed_is_given_up(merchant):
    merchant.ask()
    merchant.post.fails = True
    tries = 0
    while merchant.kept().due_at is not None:
        merchant.clock.at = merchant.kept().due_at
        merchant.worker()
        tries += 1
    assert 8 < tries < 14
    assert merchant.clock() - NOW < timedelta(days=3)

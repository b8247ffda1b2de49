"""A message reaches a mail server, or a receiver that verifies it; all they do wrong is one kind of error."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
import requests
import responses
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from standardwebhooks import Webhook, WebhookVerificationError

from receiver.domain.alerts import Message
from receiver.errors import ProviderError
from receiver.integrations.notifications.mail import Mail
from receiver.integrations.notifications.webhook import StaffWebhook

URL = "https://chat.internal/hooks/hidden-part"
SECRET = "whsec_" + "c2VjcmV0" * 6
SECONDS_EAST = timezone(timedelta(hours=2))


def message(at=None):
    at = at or datetime.now(UTC)
    return Message(
        "msg_1", at, "Ad credit: No worker is alive", "No worker – since 12:00.\n", {"matters": []}
    )


class MailServer:
    """A mail server that keeps the e-mails it accepts; `answer` replaces its reply."""

    def __init__(self):
        self.mails, self.answer = [], "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802  # aiosmtpd looks for the name
        self.mails.append(envelope)
        return self.answer

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 (aiosmtpd)
        if address.startswith("gone@"):
            return "550 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"


class AnyPortController(Controller):
    """A controller that reads its port from the socket; the library would try port 0."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def inbox():
    return MailServer()


@pytest.fixture
def mail_port(inbox):
    """The port of a mail server, unencrypted, that knows `ops` by the password `p@ss`."""

    def authenticate(server, session, envelope, mechanism, login):
        is_known = (login.login, login.password) == (b"ops", b"p@ss")
        return AuthResult(success=is_known, handled=False)

    server = AnyPortController(
        inbox, hostname="127.0.0.1", port=0, authenticator=authenticate, auth_require_tls=False
    )
    server.start()
    yield server.port
    server.stop()


def mail(port, login="", to=("a@credit.example", "b@credit.example")):
    return Mail(f"smtp://{login}127.0.0.1:{port}", "service@credit.example", to)


def test_an_e_mail_arrives_whole_at_everybody(mail_port, inbox):
    mail(mail_port).send(message(datetime(2025, 12, 5, 9, tzinfo=UTC)))
    (envelope,) = inbox.mails
    text = envelope.content.decode()
    assert envelope.mail_from == "service@credit.example"
    assert envelope.rcpt_tos == ["a@credit.example", "b@credit.example"]
    assert "Subject: Ad credit: No worker is alive" in text
    assert "Message-ID: <msg_1@credit.example>" in text
    assert "Date: Fri, 05 Dec 2025 09:00:00 +0000" in text


def test_a_login_with_signs_in_it_is_understood(mail_port, inbox):
    mail(mail_port, "ops:p%40ss@").send(message())
    assert len(inbox.mails) == 1


def test_one_address_that_is_refused_keeps_it_from_nobody_else(mail_port, inbox):
    mail(mail_port, to=("gone@credit.example", "b@credit.example")).send(message())
    assert inbox.mails[0].rcpt_tos == ["b@credit.example"]


@pytest.mark.parametrize(
    ("login", "to", "answer", "error"),
    [
        ("ops:wrong@", "a@credit.example", "250 OK", "SMTPAuthenticationError 535"),
        ("", "gone@credit.example", "250 OK", "SMTPRecipientsRefused"),
        ("", "a@credit.example", "452 the disk of mail-7 is full", "SMTPDataError 452"),
    ],
)
def test_what_the_server_refuses_is_an_error_without_its_words(mail_port, inbox, login, to, answer, error):
    inbox.answer = answer
    with pytest.raises(ProviderError) as refused:
        mail(mail_port, login, [to]).send(message())
    assert str(refused.value) == f"127.0.0.1 took no e-mail ({error})"


def test_nobody_there_is_an_error():
    with pytest.raises(ProviderError, match=r"^127.0.0.1 took no e-mail \(ConnectionRefusedError\)$"):
        mail(1).send(message())


def test_no_password_goes_out_unencrypted(mail_port, monkeypatch):
    monkeypatch.setattr("receiver.integrations.notifications.mail._is_loopback", lambda host: False)
    with pytest.raises(ProviderError, match="offers no encryption") as refused:
        mail(mail_port, "ops:p%40ss@").send(message())
    assert "p@ss" not in str(refused.value)


@responses.activate
@pytest.mark.parametrize("zone", [UTC, SECONDS_EAST])
def test_a_webhook_is_signed_so_that_the_receivers_library_believes_it(zone):
    responses.post(URL, status=204)
    sent_message = message(datetime.now(zone))
    StaffWebhook(URL, SECRET).send(sent_message)
    request = responses.calls[0].request
    content = Webhook(SECRET).verify(request.body, dict(request.headers))
    assert content["type"] == "staff.told"
    assert content["data"] == {"subject": sent_message.subject, "text": sent_message.text, "matters": []}
    assert request.headers["webhook-id"] == "msg_1"
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(request.body.replace(b"12:00", b"13:00"), dict(request.headers))
    assert json.loads(request.body)["timestamp"].endswith("+00:00")


@responses.activate
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"status": 500}, "the webhook to chat.internal was answered HTTP 500"),
        ({"status": 302, "headers": {"Location": "https://elsewhere"}}, "HTTP 302"),
        ({"body": requests.ConnectionError(f"no route to {URL}")}, "no whole answer from chat.internal"),
    ],
)
def test_a_webhook_that_is_not_taken_is_an_error_that_names_the_host_alone(answer, error):
    responses.post(URL, **answer)
    with pytest.raises(ProviderError, match=error) as refused:
        StaffWebhook(URL, SECRET).send(message())
    assert "hidden-part" not in str(refused.value)

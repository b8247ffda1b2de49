"""Messages as e-mails, submitted to a mail server."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import format_datetime
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from receiver.domain.alerts import Message
from receiver.errors import Advice, ProviderError
from receiver.logs import get_logger

SECONDS = 10.0  # for each step of the SMTP dialogue
PORTS = {"smtp": 25, "smtps": 465}

log = get_logger(__name__)


class Mail:
    """A client of a mail server: smtp://host, encrypted where offered, or smtps://host; login optional."""

    def __init__(self, server: str, sender: str, recipients: Sequence[str]) -> None:
        self._server = urlsplit(server)
        self._sender, self._recipients = sender, list(recipients)

    @property
    def words(self) -> str:
        return f"e-mail to {len(self._recipients)} by {self._host}"

    def send(self, message: Message) -> None:
        """Send a message to staff. Raises ProviderError, with only the server's code, if it fails."""
        self._send(self._mail(message, ", ".join(self._recipients)))

    def send_to(self, recipient: str, message: Message, stop_url: str | None = None) -> None:
        """Send a message to somebody outside the staff. Raises ProviderError as `send` does.

        `stop_url`: where recipients stop such messages with one click, as mail programs offer it (RFC 8058).
        """
        mail = self._mail(message, recipient)
        if stop_url is not None:
            mail["List-Unsubscribe"] = f"<{stop_url}>"
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        self._send(mail)

    def _send(self, mail: EmailMessage) -> None:
        try:
            with self._connect() as server:
                self._log_in(server)
                refused = server.send_message(mail)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            code = getattr(error, "smtp_code", None)
            what = f"{type(error).__name__}{f' {code}' if code else ''}"
            raise ProviderError(f"{self._host} took no e-mail ({what})", advice=Advice.AGAIN) from None
        if refused:
            log.warning("e-mail refused to some", refused=len(refused))

    @property
    def _host(self) -> str:
        return self._server.hostname or ""

    def _connect(self) -> smtplib.SMTP:
        scheme, secure = self._server.scheme, ssl.create_default_context()
        port = self._server.port or PORTS[scheme]
        if scheme == "smtps":
            return smtplib.SMTP_SSL(self._host, port, timeout=SECONDS, context=secure)
        server = smtplib.SMTP(self._host, port, timeout=SECONDS)
        server.ehlo_or_helo_if_needed()
        if server.has_extn("starttls"):
            server.starttls(context=secure)
        return server

    def _log_in(self, server: smtplib.SMTP) -> None:
        user, password = self._server.username, self._server.password
        if not user:
            return
        if not (isinstance(server.sock, ssl.SSLSocket) or _is_loopback(self._host)):
            refusal = f"{self._host} offers no encryption, and gets no password without"
            raise ProviderError(refusal, advice=Advice.CONFIGURATION)
        server.login(unquote(user), unquote(password or ""))

    def _mail(self, message: Message, recipients: str) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["To"] = self._sender, recipients
        mail["Subject"], mail["Date"] = message.subject, format_datetime(message.at)
        mail["Message-ID"] = f"<{message.id}@{self._sender.partition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"  # no holiday notice answers it
        mail.set_content(message.text)
        return mail


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False

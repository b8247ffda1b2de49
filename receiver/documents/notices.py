"""A notice as the status document tells it, and the e-mails to merchants."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from babel import Locale

from receiver.documents.times import time_text
from receiver.domain.alerts import Message
from receiver.domain.notices import Notice
from receiver.errors import InputError
from receiver.i18n.languages import ENGLISH
from receiver.i18n.notices import mail_words, notice_words

LONGEST_EMAIL = 254
# What every mail server accepts, and no more: there is no room for a second address or a header.
EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+", re.ASCII
)


def notice_document(notice: Notice, at: datetime, locale: Locale = ENGLISH) -> dict[str, Any]:
    """Return a notice as the status document tells it."""
    return {
        "id": notice.id,
        "kind": notice.kind.value,
        "at": time_text(at),
        "text": notice_words(notice.kind, notice.params, locale),
        "until": notice.until and notice.until.isoformat(),
    }


def read_address(data: Any) -> str | None:
    """Return the address a merchant asks for, None for no more e-mails. Raises InputError."""
    if not isinstance(data, dict) or set(data) != {"email"}:
        raise InputError('must be {"email": "owner@shop.example"}, or null for none', path="body")
    email = data["email"]
    if email is None:
        return None
    if not isinstance(email, str) or len(email) > LONGEST_EMAIL or not EMAIL.fullmatch(email):
        raise InputError("must be one address such as owner@shop.example, or null for none", path="email")
    return email


def confirmation_mail(shop: str, link: str, now: datetime, locale: Locale) -> Message:
    """Compose the e-mail that asks the owner of an address for consent; `shop` is the store's host."""
    params = {"shop": shop, "link": link}
    text = mail_words("confirm", params, locale) + "\n"
    return Message(_id(link), now, mail_words("confirm_subject", params, locale), text, {})


def notices_mail(notices: Sequence[Notice], shop: str, link: str, now: datetime, locale: Locale) -> Message:
    """Compose one e-mail of all new notices; `link` leads to the page that stops these e-mails."""
    params = {"shop": shop, "link": link}
    sentences = [notice_words(notice.kind, notice.params, locale) for notice in notices]
    text = "\n\n".join([*sentences, mail_words("footer", params, locale)]) + "\n"
    name = _id(shop, *(notice.id for notice in notices))
    return Message(name, now, mail_words("subject", params, locale), text, {})


def _id(*parts: str) -> str:
    return f"msg_{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:32]}"

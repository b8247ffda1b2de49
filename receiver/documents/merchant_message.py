"""The message that staff send a merchant about a store: where it stands, what to do, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from babel import Locale

from receiver.domain.troubles import Actor
from receiver.i18n.languages import ENGLISH
from receiver.i18n.news import letter_words


@dataclass(frozen=True)
class MerchantMessage:
    """Plain text, ready to be sent."""

    subject: str
    body: str


def merchant_message(
    document: Mapping[str, Any], *, link: str, is_connected: bool, locale: Locale = ENGLISH
) -> MerchantMessage:
    """Return the message about a status document, which is in the language of `locale`.

    `link`: where the store is connected, or the plugin's page of one that is.
    """
    shop = {"shop": document["store"]["name"]}
    where = {"link": link}
    paragraphs = [
        letter_words("greeting", {}, locale),
        f"{letter_words('about', shop, locale)} {document['headline']}",
        document["next_step"],
        *(f"{trouble['text']} {trouble['next_step'] or ''}".strip() for trouble in _else_to_do(document)),
        letter_words("page" if is_connected else "connect", where, locale),
        letter_words("help", {}, locale),
    ]
    return MerchantMessage(letter_words("subject", shop, locale), "\n\n".join(filter(None, paragraphs)))


def _else_to_do(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The troubles that are the merchant's to end, and that the headline does not say already."""
    theirs = [trouble for trouble in document["troubles"] if trouble["who"] == Actor.MERCHANT]
    return [trouble for trouble in theirs if trouble["text"] not in document["headline"]]

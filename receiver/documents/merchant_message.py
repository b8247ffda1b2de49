"""The message that staff send a merchant about a store: where it stands, what to do, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from babel import Locale

from receiver.domain.decision import Stage
from receiver.domain.troubles import Actor
from receiver.i18n.languages import ENGLISH
from receiver.i18n.notices import letter_words

CONNECTING = (Stage.NOT_ADMITTED, Stage.AWAITING_SETUP, Stage.AWAITING_LINK)


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
        letter_words("page", where, locale) if is_connected else _connect(document, where, locale),
        letter_words("help", {}, locale),
    ]
    return MerchantMessage(letter_words("subject", shop, locale), "\n\n".join(filter(None, paragraphs)))


def _connect(document: Mapping[str, Any], where: Mapping[str, str], locale: Locale) -> str | None:
    """The way to connect, where that is what the merchant has to do."""
    is_needed = document["stage"] in CONNECTING or any(_of_merchant(document))
    return letter_words("connect", where, locale) if is_needed else None


def _else_to_do(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The troubles that are the merchant's to end, and that the headline does not say already."""
    return [trouble for trouble in _of_merchant(document) if trouble["text"] not in document["headline"]]


def _of_merchant(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [trouble for trouble in document["troubles"] if trouble["who"] == Actor.MERCHANT]

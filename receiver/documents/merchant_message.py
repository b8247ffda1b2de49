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
    """A message to a merchant, in plain text."""

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
        *(
            f"{trouble['text']} {trouble['next_step'] or ''}".strip()
            for trouble in _further_troubles(document)
        ),
        letter_words("page", where, locale) if is_connected else _connect_words(document, where, locale),
        letter_words("help", {}, locale),
    ]
    return MerchantMessage(letter_words("subject", shop, locale), "\n\n".join(filter(None, paragraphs)))


def _connect_words(document: Mapping[str, Any], where: Mapping[str, str], locale: Locale) -> str | None:
    """Return how to connect the store; None where the merchant does not have to."""
    is_needed = document["stage"] in CONNECTING or any(_merchant_troubles(document))
    return letter_words("connect", where, locale) if is_needed else None


def _further_troubles(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the troubles that the merchant must end, without those that the headline tells."""
    return [
        trouble for trouble in _merchant_troubles(document) if trouble["text"] not in document["headline"]
    ]


def _merchant_troubles(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [trouble for trouble in document["troubles"] if trouble["who"] == Actor.MERCHANT]

"""The texts of the pages on which a merchant connects a store."""

from __future__ import annotations

from collections.abc import Mapping

from receiver.i18n.sentences.sentence import Sentence

CONNECT: Mapping[str, Sentence] = {
    "ask": Sentence(
        "Connect your WooCommerce store to see where you stand with the TikTok ad credit.",
        "Enter your store's address, as your browser shows it when the store is open.",
    ),
    "address": Sentence(
        "This is not the address of a store.", "Enter it as your browser shows it, such as shop.example."
    ),
    "start": Sentence(
        "Your store asks you next whether we may use its REST API.",
        "Go on only if this is your own store.",
    ),
    "probing": Sentence(
        "We check whether a WooCommerce store answers at this address.",
        "This takes a few seconds; then you go on to your store. Leave this page open.",
    ),
    "settling": Sentence(
        "Your store said yes. We read its settings, make two webhooks and give the plugin its token.",
        "This takes a few seconds; leave this page open.",
    ),
    "waits": Sentence(
        "We wait for the keys that your store sends.",
        "If this page still says so after a minute, connect again.",
    ),
    "connected": Sentence(
        "Your store is connected.",
        "One step is left: let us read what your ad account spends. On TikTok's page, sign in, choose your ad account and leave every permission ticked. We read only: nothing in it is changed, and nothing is spent.",
    ),
    "connected.whole": Sentence(
        "Your store is connected, and we may read your ad account.", "Nothing more for you to do."
    ),
    "ended": Sentence(
        "The connection of this store has ended.",
        "If a key whose description begins with TikTok ad credit is still listed in WooCommerce, under Settings, Advanced, REST API, revoke it: no app can remove its own key.",
    ),
    "denied": Sentence(
        "You chose not to connect. Nothing was changed.", "You can begin again whenever you like."
    ),
    "foreign": Sentence(
        "This was approved in another browser than the one that began it, so nothing was connected and the keys were dropped.",
        "If somebody sent you that address, do not approve it again. To connect your own store, begin here.",
    ),
    "held": Sentence(
        "We know this store by another address, or another store by this one. Our team has to look at it first; nothing was connected.",
        "Write to our team, and say which address is the true one.",
    ),
    "unproven": Sentence(
        "Your store names another address as its own, and it does not open there with the keys it gave us. Nothing was connected.",
        "Open your store in a browser, and connect it by the address that stands there. If that is the one you entered, correct the site address under Settings, General.",
    ),
    "over": Sentence("This took too long. Nothing was connected.", "Begin again: it takes about a minute."),
    "nothing": Sentence("This browser has not begun to connect a store.", "Enter your store's address."),
    "too_often": Sentence("There were too many tries in a short time.", "Try again in a few minutes."),
    "keys": Sentence(
        "These are not the keys WooCommerce showed.",
        "Copy both as they are: the consumer key begins with ck_, the consumer secret with cs_.",
    ),
    "unavailable": Sentence(
        "We cannot do this right now. Nothing was connected.", "Try again in a few minutes."
    ),
}

CONNECT_LABELS: Mapping[str, str] = {
    "title": "Connect your store",
    "shop": "Your store's address",
    "next": "Continue",
    "go": "Continue to your store",
    "again": "Try again",
    "tiktok": "Continue to TikTok",
    "back": "Back to your store",
    "by_hand": "Enter keys by hand",
    "contact": "Our team's address: {contact}",
    "before": "What happens next",
    "before_sign_in": "Your store opens. Sign in there as an administrator or shop manager.",
    "before_key_page": "WooCommerce asks whether TikTok ad credit may have Read/Write access, and lists all that such a key could do: view and manage orders, customers, products and more. It offers no smaller key. If you deny it, nothing is changed.",
    "before_use": "With the key we read your store's settings, make two webhooks and give our plugin its token. We ask for no orders, customers or products.",
    "before_tiktok": "Back here, one button leads to TikTok, so that we can read what your ad account spends.",
    "key": "Consumer key",
    "secret": "Consumer secret",
}

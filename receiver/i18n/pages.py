"""Words of the public pages: the start page, errors, and the footer of all pages."""

from __future__ import annotations

from collections.abc import Mapping

from babel import Locale

from receiver.i18n.languages import ENGLISH, translate
from receiver.i18n.sentences import Sentence

SITE: Mapping[str, str] = {
    "name": "TikTok ad credit for WooCommerce",
    "lead": "Advertise your store on TikTok, and see how far you are from the ad credit of the offer.",
    "merchants": "Your store",
    "connect": "Enter your store's address. You see first what your store will ask you, and nothing is connected before you approve it there.",
    "unfinished": "You approved {shop}, and it is not connected yet.",
    "go_on": "Go on with it",
    "staff": "Our team",
    "sign_in": "Sign in to the console",
    "leave": "How to disconnect",
    "leaving": "Press Disconnect on our plugin's page, under Marketing in your store's admin: that ends the connection and removes our webhooks and keys. If the plugin is gone already, open Settings, Advanced, REST API in WooCommerce, and revoke each key whose description begins with TikTok ad credit.",
    "operator": "Run by {operator}.",
    "terms": "Terms of the offer",
    "privacy": "Privacy policy",
    "help": "Help: {contact}",
    "home": "To the start page",
}

# The page for an error, by HTTP status.
ERRORS: Mapping[str, Sentence] = {
    "400": Sentence("We could not read this request.", "Go back, and try it again."),
    "403": Sentence("This cannot be done from here.", "Begin at the start page."),
    "404": Sentence("There is no page at this address.", "Check the address, or begin at the start page."),
    "405": Sentence("This address takes no request of this kind.", "Begin at the start page."),
    "413": Sentence("That was more than we take at once.", "Send less, and try it again."),
    "429": Sentence("There were too many tries in a short time.", "Try again in a few minutes."),
    "500": Sentence("Something went wrong on our side.", "Try again in a few minutes."),
    "503": Sentence("We cannot do this right now. Nothing was changed.", "Try again in a few minutes."),
}


def site_labels(locale: Locale = ENGLISH) -> dict[str, str]:
    """Return the texts of the start page and of the footer."""
    return {name: translate(f"site.{name}:label", text, locale) for name, text in SITE.items()}


def error_words(status: int, locale: Locale = ENGLISH) -> Sentence:
    """Return the words for an HTTP status and a next step; other statuses read as 400 or 500."""
    key = str(status) if str(status) in ERRORS else "500" if status >= 500 else "400"
    english = ERRORS[key]
    text = translate(f"error.{key}:text", english.text, locale)
    return Sentence(text, translate(f"error.{key}:next_step", english.next_step or "", locale))

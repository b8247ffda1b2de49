"""Ids of the pages on which a merchant connects a store or gives consent; texts have the same ids."""

from __future__ import annotations

from enum import StrEnum


class ConnectPage(StrEnum):
    """A page on the way to a connected store (texts: `CONNECT` in i18n/sentences/connecting.py).

    A trouble of the shop has a page of its own, whose id is the trouble's.
    """

    ASK = "ask"
    ADDRESS = "address"  # what was typed is no shop's address
    TOO_OFTEN = "too_often"
    START = "start"
    PROBING = "probing"
    WAITS = "waits"  # for the keys
    SETTLING = "settling"
    CONNECTED = "connected"
    CONSENTED = "connected.whole"  # connected, and its ad account may be read already
    ENDED = "ended"  # connected once, disconnected by now
    DENIED = "denied"
    FOREIGN = "foreign"
    HELD = "held"
    UNPROVEN = "unproven"
    OVER = "over"
    NOTHING = "nothing"
    KEYS = "keys"  # what was typed are no keys
    UNAVAILABLE = "unavailable"


class ConsentPage(StrEnum):
    """A page of the consent besides those of its outcomes and errors (texts: `CONSENT` in consent.py)."""

    START = "start"
    LINKED_WITHOUT_MONEY = "linked.without_money"
    UNAVAILABLE = "unavailable"

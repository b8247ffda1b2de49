"""The message for a merchant: where the store stands, what is theirs to do, and where to do it."""

from babel import Locale

from receiver.documents.merchant_message import merchant_message

LINK = "https://shop.example/wp-admin/admin.php?page=wc-ad-credit"
DOCUMENT = {
    "store": {"name": "Corner shop"},
    "headline": "The bill is open.",
    "next_step": "Pay it.",
    "stage": "settling",
    "troubles": [
        {"who": "merchant", "text": "The bill is open.", "next_step": "Pay it."},
        {"who": "merchant", "text": "A webhook was paused.", "next_step": "Set it to Active."},
        {"who": "merchant", "text": "The clock is ahead.", "next_step": None},
        {"who": "service", "text": "Figures are stale.", "next_step": "Ours."},
    ],
}


def test_it_says_what_the_headline_says_once_and_only_what_is_the_merchants_to_do():
    message = merchant_message(DOCUMENT, link=LINK, is_connected=True)
    assert message.subject == "TikTok ad credit of Corner shop"
    assert message.body.split("\n\n") == [
        "Hello,",
        "We write to you about the TikTok ad credit of Corner shop. The bill is open.",
        "Pay it.",
        "A webhook was paused. Set it to Active.",
        "The clock is ahead.",
        f"The plugin's page in your store shows the same, with the button for it: {LINK}",
        "If anything is unclear, answer this message.",
    ]


def test_a_store_without_a_connection_is_told_where_to_connect():
    message = merchant_message(DOCUMENT, link="https://credit.example/connect?shop=x", is_connected=False)
    assert "Connect your store here: https://credit.example/connect?shop=x" in message.body
    spanish = merchant_message(DOCUMENT, link=LINK, is_connected=False, locale=Locale("es"))
    assert spanish.body.startswith("Hola:\n\n")


def test_a_merchant_with_nothing_to_do_is_not_sent_to_connect():
    document = {**DOCUMENT, "stage": "due", "troubles": []}
    assert "Connect" not in merchant_message(document, link=LINK, is_connected=False).body
    unlinked = {**document, "stage": "awaiting_link"}
    assert "Connect your store here" in merchant_message(unlinked, link=LINK, is_connected=False).body

"""Next steps that several sentences share."""

from __future__ import annotations

SET_UP = "Install TikTok for WooCommerce and go through its set-up under Marketing, TikTok."
LINK = "Link your TikTok ad account in the TikTok integration on your store, or create a new one there."
WITH_ACCESS = "Connect TikTok again, as a TikTok user who has access to this ad account."
LINK_OTHER = "See Ads Manager whether it was closed, and link the ad account you advertise with."
CONNECT_AGAIN = "Connect TikTok again, so that we can read your spend."
CONNECT = "Connect TikTok, so that we can read your spend."
ASK = "Nothing for you to do: our team checks this. Ask for a review if it stays like this."
REVIEW = "If you believe this is wrong, ask for a review: that is the ticket of the terms."
WAIT = "Nothing for you to do: we will read this again."
PLACE = "Connect TikTok: stores that have done so come first. You will see here when a place is free."
LAUNCH = "Launch your campaign in Ads Manager."
RUN = "Keep your campaign running."
ISSUE = "Nothing for you to do: our team issues the credit."
NEXT_OFFER = "Nothing is wrong with your store. Check back for the next offer."
CHECK_MESSAGES = "Nothing for you to do: our team looks at the messages of your store."
UPDATE = "Update our plugin on the Plugins page of your store: it reports again within a day."
MOVED = (
    "If your store has moved, write to our team and name both addresses: what was held is used then. If a copy of "
    "your store sends them, disconnect our plugin in the copy."
)
NOT_MOVED = "Nothing for you to do. If your store has not moved, write to our team."
REVOKE = (
    "In WooCommerce, open Settings, Advanced, REST API, and revoke each key whose description begins with TikTok ad "
    "credit."
)
APPEAL = "See Ads Manager for the reason and how to appeal."
TOLD_SOON = "Nothing for you to do: TikTok tells it within about two days."
OURS = "Nothing for you to do: this is ours to put right."
TEAM = "Nothing for you to do: our team looks into it."
CLOCK = "Ask your host to set the server's clock right."
HIGHEST = "Go on only if you can reach the highest tier by {by}: a lower one would be settled too late."
NO_MORE = "Nothing for you to do: what you spend from now on earns no credit in this offer."
TOO_LATE = (
    "What you spend from now on cannot be credited before the credit of this offer expires on {expires}."
)
NOT_CERTAIN = "A place is not certain: go on only if you would advertise anyway."
PAY = "Pay your open bills in Ads Manager by {bills_until}: what is paid later does not count."
AGAIN = "Try again."
ALL_TICKED = "Try again, and leave every permission ticked on TikTok's page."
FROM_STORE = "Go back to your store's page and connect TikTok from there."

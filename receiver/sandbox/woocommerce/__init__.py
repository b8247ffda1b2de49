"""WooCommerce shops over HTTP, as real ones behave: their records, requests, responses and refusals.

They share no code with the client they are played against, so that they can bear witness against it.

shops.py     all shops of one server, each with an address of its own
shop.py      one shop: its set-up, its events, and the requests it received and sent
records.py   the records of a shop: keys, webhooks, queued deliveries
deliveries.py  the life of a webhook: ping, delivery, failures, disabled
outgoing.py  the requests of a shop, over real HTTP
rest.py      one REST request: keys, route, rights, answer
keys.py      authentication: Basic, query string, OAuth 1.0a
rest_*.py    the routes
authorize.py the pages by which a merchant hands an app keys
faults.py    what a shop does while something is wrong with it
server.py    the WSGI app
"""

"""WooCommerce shops over HTTP, as they behave: what a store keeps, sends, answers and refuses.

They share no code with the client they are played against, so that they can bear witness against it.

shops.py     all shops of one server, each with an address of its own
shop.py      one shop: what it is, what happens in it, what it has seen
records.py   what a shop keeps: keys, webhooks, waiting deliveries
deliveries.py  the life of a webhook: ping, delivery, failures, disabled
outgoing.py  what a shop sends, over real HTTP
rest.py      one REST request: keys, route, rights, answer
keys.py      who asks: Basic, query string, OAuth 1.0a
rest_*.py    the routes
authorize.py the pages by which a merchant hands an app keys
faults.py    what a shop does while something is wrong with it
server.py    the WSGI app
"""

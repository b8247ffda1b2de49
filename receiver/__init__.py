"""Receives a store's webhooks, polls TikTok for spend, and tells merchants where they stand.

The floors, from the top; imports go down, never up or sideways:

    web  cli  worker      someone asks: HTTP, a terminal, the clock
    services              one verb per file; owns the transaction
    integrations          the outside world, one folder per provider
    storage               rows and queries
    documents             the JSON others rely on: facts in, status out, in a reader's words
    domain                rules and facts; standard library only

`storage`, `integrations` and `documents` are neighbours that do not know each other. `container.py` and
`app.py` put everything together. Nothing imports `sandbox`: `extension.py` loads it by name where the
settings say SANDBOX=yes.
"""

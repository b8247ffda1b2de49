"""The kind of caller: a person, who is answered with a page, or a program, which is answered with JSON."""

from __future__ import annotations

from werkzeug.datastructures import LanguageAccept, MIMEAccept

CONSOLE = ("/admin",)
# Called by programs alone, whatever they say they accept.
PROGRAMS = ("/api", "/webhooks", "/connect/keys", "/healthz", "/readyz", "/metrics", "/openapi.json")


def wants_page(path: str, accepted: MIMEAccept) -> bool:
    """Return whether a person asks: what programs speak to is always answered with JSON.

    Elsewhere the request's Accept decides. Who prefers neither kind is a program, in the console a person.
    """
    if lies_in(path, PROGRAMS):
        return False
    page, document = accepted["text/html"], accepted["application/json"]
    if page != document:
        return page > document
    return lies_in(path, CONSOLE) or (page > 0 and any(kind == "text/html" for kind, _ in accepted))


def lies_in(path: str, roots: tuple[str, ...]) -> bool:
    """Return whether a path is one of the roots, or below one."""
    return any(path == root or path.startswith(f"{root}/") for root in roots)


def languages_in(accepted: LanguageAccept) -> list[str]:
    """Return the accepted language tags, best first, refused ones left out."""
    # Not Werkzeug's best_match: it looks for exact tags first, and answers "es-AR, en;q=0.1" in English.
    return [tag for tag, quality in accepted if quality > 0]

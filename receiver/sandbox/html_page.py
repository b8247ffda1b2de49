"""The pages of a shop that a browser sees."""

from __future__ import annotations

from flask import Response
from markupsafe import Markup, escape

PAGE = Markup("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 3rem auto; padding: 0 1rem; }}
label {{ display: block; margin: .5rem 0; }}
.button {{ padding: .2rem .7rem; border: 1px solid #555; border-radius: 4px; text-decoration: none;
  background: #fff; color: #111; font: inherit; display: inline-block; white-space: nowrap; }}
th, td {{ text-align: left; padding: .3rem .8rem .3rem 0; }}
.address {{ overflow-wrap: anywhere; }}
</style>
<h1>{title}</h1>
{body}
</html>
""")
DENIED = Markup("<p>Error: {why}.</p>")


def page(title: str, body: str = "", status: int = 200) -> Response:
    """Return a page; `body` is HTML when it is Markup, and text otherwise."""
    html = PAGE.format(title=title, body=escape(body))
    return Response(html, status, content_type="text/html; charset=UTF-8")


def not_found() -> Response:
    """Return the page for an address that leads nowhere."""
    return page("Page not found", status=404)


def access_denied(why: str) -> Response:
    """Return the page of a refusal with its reason, as WordPress's `wp_die` shows it."""
    return page("Access denied", DENIED.format(why=why), 401)

"""The pages behind the links in e-mails: confirm an address, or stop the e-mails. A look changes nothing.

Programs that check mail open every link in it; only the button of a page, or a mail program's own, acts.
"""

from __future__ import annotations

from flask import Blueprint, render_template, request

from receiver.container import current_container
from receiver.errors import NotFound
from receiver.i18n.languages import language_tag, reader_locale
from receiver.i18n.notices import mail_page_words
from receiver.services.notices.addresses import LinkUse, follow_link, read_link
from receiver.web.api.language import languages_wanted

notices_pages = Blueprint(
    "notices_pages", __name__, url_prefix="/connect/notices", template_folder="templates"
)


@notices_pages.get("/confirm", defaults={"wanted": LinkUse.CONFIRM})
@notices_pages.get("/stop", defaults={"wanted": LinkUse.STOP})
def ask(wanted: LinkUse) -> str | tuple[str, int]:
    """Ask whether the link's reader wants what it is for."""
    container = current_container()
    try:
        link = read_link(container, wanted, _token())
    except NotFound:
        return _page("over"), 400
    return _page(f"{wanted}_ask", shop=link.shop, button=f"{wanted}_button")


@notices_pages.post("/confirm", defaults={"wanted": LinkUse.CONFIRM})
@notices_pages.post("/stop", defaults={"wanted": LinkUse.STOP})
def act(wanted: LinkUse) -> str | tuple[str, int]:
    """Do it."""
    container = current_container()
    try:
        follow_link(container, wanted, _token())
    except NotFound:
        return _page("over"), 400
    return _page(f"{wanted}_done")


def _token() -> str:
    return request.args.get("token", "")


def _page(page_id: str, shop: str = "", button: str | None = None) -> str:
    locale = reader_locale(languages_wanted())
    return render_template(
        "connect/notices.html",
        page_id=page_id,
        message=mail_page_words(page_id, {"shop": shop}, locale),
        button=button and mail_page_words(button, {}, locale),
        label={"title": mail_page_words("title", {}, locale)},
        language=language_tag(locale),
    )

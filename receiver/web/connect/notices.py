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
from receiver.web.api.language import accepted_languages

notices_pages = Blueprint(
    "notices_pages", __name__, url_prefix="/connect/notices", template_folder="templates"
)


@notices_pages.get("/confirm", defaults={"use": LinkUse.CONFIRM})
@notices_pages.get("/stop", defaults={"use": LinkUse.STOP})
def ask(use: LinkUse) -> str | tuple[str, int]:
    """Show the page whose button confirms the address or stops the e-mails; change nothing."""
    container = current_container()
    try:
        link = read_link(container, use, _token())
    except NotFound:
        return _page("over"), 400
    return _page(f"{use}_ask", shop=link.shop, button=f"{use}_button")


@notices_pages.post("/confirm", defaults={"use": LinkUse.CONFIRM})
@notices_pages.post("/stop", defaults={"use": LinkUse.STOP})
def act(use: LinkUse) -> str | tuple[str, int]:
    """Confirm the address, or stop the e-mails."""
    container = current_container()
    try:
        follow_link(container, use, _token())
    except NotFound:
        return _page("over"), 400
    return _page(f"{use}_done")


def _token() -> str:
    return request.args.get("token", "")


def _page(page_id: str, shop: str = "", button: str | None = None) -> str:
    locale = reader_locale(accepted_languages())
    return render_template(
        "connect/notices.html",
        page_id=page_id,
        message=mail_page_words(page_id, {"shop": shop}, locale),
        button=button and mail_page_words(button, {}, locale),
        label={"title": mail_page_words("title", {}, locale)},
        language=language_tag(locale),
    )

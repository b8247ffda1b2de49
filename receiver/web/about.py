"""The footer of every public page: the operator, its terms, privacy policy and help."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask

from receiver.container import current_container
from receiver.i18n.languages import reader_locale
from receiver.i18n.pages import site_labels
from receiver.services.programmes.terms import terms_link
from receiver.web.api.language import accepted_languages


@dataclass(frozen=True)
class About:
    """The service's own words and links; a link that the operator has not set is None."""

    label: dict[str, str]
    operator: str | None
    terms: str | None
    privacy: str | None
    contact: str | None

    @property
    def contact_link(self) -> str | None:
        """Return where the contact leads: an e-mail address opens a mail program."""
        if self.contact is None:
            return None
        return self.contact if "://" in self.contact else f"mailto:{self.contact}"


def register(app: Flask) -> None:
    """Give templates `about_service`; it asks no database, so that pages about its errors can use it."""
    app.jinja_env.globals["about_service"] = about_service


def about_service() -> About:
    """Return the service's own words and links, in the reader's language."""
    settings = current_container().settings
    return About(
        label=site_labels(reader_locale(accepted_languages())),
        operator=settings.operator_name or None,
        terms=terms_link(settings.programme),
        privacy=settings.privacy_url or None,
        contact=settings.support_contact or None,
    )

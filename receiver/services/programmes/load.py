"""Loads a programme file for new stores to join, after validation and comparison. Idempotent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from receiver.documents.changes import Changes, changes_of_terms
from receiver.documents.programme import programme_data, programme_warnings, read_programme_text
from receiver.domain.audit import AuditAction
from receiver.domain.programme import Programme
from receiver.errors import Refused
from receiver.services.context import ServiceContext
from receiver.services.programmes.terms import terms_for_new_stores, terms_of
from receiver.storage import audit, terms


@dataclass(frozen=True)
class LoadedProgramme:
    """The terms of a file, and those that new stores joined before."""

    terms: Programme
    before: Programme
    changes: Changes
    warnings: Sequence[str]

    @property
    def is_in_force(self) -> bool:
        """Return whether new stores joined the same terms before."""
        return not self.changes


def load_terms(context: ServiceContext, text: str, *, actor: str, dry_run: bool = False) -> LoadedProgramme:
    """Let new stores join the programme of a file's text, until the setting PROGRAMME is changed.

    Raises InputError with the field's name, and Refused for other terms under the id of a programme that
    stores have joined: they keep the terms they joined by.
    """
    programme, setting, now = read_programme_text(text), context.settings.programme, context.now()
    if dry_run:
        with context.database.reading() as session:
            return _compare(session, programme, setting)
    with context.database.writing() as session:
        loaded = _compare(session, programme, setting)
        if not loaded.is_in_force:
            terms.keep_terms(session, programme.id, programme_data(programme), now)
            terms.keep_choice(session, programme.id, instead_of=setting, by=actor, now=now)
            detail = {"instead_of": loaded.before.id}
            audit.record(session, now, actor, AuditAction.PROGRAMME_LOAD, programme.id, detail)
        return loaded


def _compare(session: Session, programme: Programme, setting: str) -> LoadedProgramme:
    if programme.id in terms.stored_ids(session) and terms_of(session, programme.id) != programme:
        raise Refused(
            f"id: {programme.id} is the programme of stores that joined it by other terms, which they keep; "
            "give the new terms an id of their own"
        )
    before = terms_for_new_stores(session, setting)
    changes = changes_of_terms(programme_data(before), programme_data(programme))
    return LoadedProgramme(programme, before, changes, programme_warnings(programme))

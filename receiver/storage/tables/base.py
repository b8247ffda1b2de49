"""The base of every table."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, MetaData, String, TextClause
from sqlalchemy.orm import DeclarativeBase, MappedColumn, mapped_column

from receiver.storage.types import EncryptedText, ExactDecimal, Json, Utc

# SQLite gives rowids only to a column declared INTEGER.
Serial = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """Names every constraint, so that a later migration can change it on either database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy's own way to declare it)
        dt.datetime: Utc,
        Decimal: ExactDecimal,
        dict[str, Any]: Json,
        list[Any]: Json,
        int: Integer,
        str: String,
    }


def encrypted_column(name: str) -> MappedColumn[Any]:
    """Map the database's `…_sealed` to the attribute `…_encrypted`.

    Renamed in the database, it would stop a web process of the version before from receiving in an upgrade.
    """
    return mapped_column(f"{name}_sealed", EncryptedText, key=f"{name}_encrypted")


def partial_index(name: str, *columns: str | TextClause, where: TextClause, unique: bool = False) -> Index:
    """Return an index of the rows alone that fit a condition, which is in its `info`; migrations make it.

    `sqlite_where` and `postgresql_where` would have each process import the dialect that it does not use.
    """
    return Index(name, *columns, unique=unique, info={"where": where})

"""Columns that every record has, as migrations write them; frozen here, so that an old migration stays what it was."""

import sqlalchemy as sa

from migrations.types import ID, INSTANT


def record() -> list[sa.Column[object]]:
    """What every record has."""
    return [
        sa.Column("id", ID, nullable=False, comment="UUIDv7"),
        sa.Column("version", sa.Integer(), nullable=False, comment="Rises by one with each change; the ETag"),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False, comment="Withdrawn: hidden from lists, kept, restorable"),
        sa.Column(
            "external_ref",
            sa.String(length=200),
            nullable=True,
            comment="The id in the system that the record came from",
        ),
        sa.Column(
            "representation",
            sa.Text(),
            nullable=True,
            comment="The record's JSON as clients read it, made in the transaction that changed it; "
            "NULL: to be rebuilt",
        ),
    ]


def marked_record() -> list[sa.Column[object]]:
    """What every marked record has."""
    return [sa.Column("marking_id", sa.Integer(), nullable=False), *record()]

"""the register."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.types import BIGINT, ID, INSTANT, JSON, TSVECTOR

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLES = (
    "ledger_head",
    "marking",
    "partner",
    "post",
    "priority",
    "search_entry",
    "account",
    "token",
    "accreditation",
    "ledger",
    "membership",
    "office",
    "person",
    "series",
    "appointment",
    "engagement",
    "bilateral_talks",
    "deployment",
    "dialogue",
    "engagement_partner",
    "engagement_priority",
    "engagement_tag",
    "exercise",
    "exercise_domain",
    "participant",
    "visit",
    "answer",
    "access_log",
    "retention_class",
    "legal_hold",
    "disposal",
    "disposal_record",
)


def upgrade() -> None:
    op.create_table(
        "ledger_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_head")),
    )
    op.create_table(
        "marking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=2000), nullable=False, comment="The marking in canonical form"),
        sa.Column(
            "banner",
            sa.String(length=2000),
            nullable=False,
            comment="The marking as it is written above what bears it",
        ),
        sa.Column("classification", sa.String(length=20), nullable=False),
        sa.Column("endorsements", JSON, nullable=False),
        sa.Column("releasable_to", JSON, nullable=False),
        sa.Column("need_to_know", JSON, nullable=False, comment="Slugs of groups; all are needed"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marking")),
        sa.UniqueConstraint("key", name=op.f("uq_marking_key")),
    )
    op.create_table(
        "partner",
        sa.Column("code", sa.String(length=20), nullable=False, comment="ISO 3166-1 alpha-2, or an abbreviation"),
        sa.Column("partner_type", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("official_name", sa.String(length=200), nullable=True),
        sa.Column(
            "aliases",
            JSON,
            nullable=False,
        ),
        sa.Column("region", sa.String(length=200), nullable=True, comment="Continental region"),
        sa.Column("subregion", sa.String(length=200), nullable=True, comment="UN M49 sub-region"),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column(
            "id",
            ID,
            nullable=False,
            comment="UUIDv7",
        ),
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
            comment="The record's JSON as clients read it, made in the transaction that changed it; NULL: to be rebuilt",
        ),
        sa.Column("institution_kind", sa.String(length=20), nullable=True),
        sa.Column("founded", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=True),
        sa.Column("home_status", sa.Text(), nullable=True, comment="Our own standing in it"),
        sa.Column("home_since", sa.Integer(), nullable=True),
        sa.Column("members_note", sa.Text(), nullable=True),
        sa.Column("merged_into", ID, nullable=True, comment="The record that it turned out to be; NULL: itself"),
        sa.ForeignKeyConstraint(["merged_into"], ["partner.id"], name=op.f("fk_partner_merged_into")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
        sa.UniqueConstraint("code", name=op.f("uq_partner_code")),
    )
    op.create_index("ix_partner_name", "partner", ["name"])
    op.create_index("ix_partner_partner_type", "partner", ["partner_type"])
    op.create_index("ix_partner_region", "partner", ["region"])
    op.create_index("ix_partner_subregion", "partner", ["subregion"])
    op.create_index("uq_partner_external_ref", "partner", ["external_ref"], unique=True)

    op.create_table(
        "post",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("post_type", sa.String(length=20), nullable=False),
        sa.Column("city", sa.String(length=200), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("has_defence_staff", sa.Boolean(), nullable=True, comment="NULL: not known"),
        sa.Column("defence_role", sa.String(length=200), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column(
            "id",
            ID,
            nullable=False,
            comment="UUIDv7",
        ),
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
            comment="The record's JSON as clients read it, made in the transaction that changed it; NULL: to be rebuilt",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
    )
    op.create_index("ix_post_country", "post", ["country"])
    op.create_index("ix_post_name", "post", ["name"])
    op.create_index("ix_post_post_type", "post", ["post_type"])
    op.create_index("uq_post_external_ref", "post", ["external_ref"], unique=True)

    op.create_table(
        "priority",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("theme", sa.String(length=200), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("target_cadence_months", sa.Integer(), nullable=True),
        sa.Column("target_level", sa.String(length=20), nullable=True),
        sa.Column("source_document", sa.String(length=200), nullable=True),
        sa.Column("source_year", sa.Integer(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column(
            "id",
            ID,
            nullable=False,
            comment="UUIDv7",
        ),
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
            comment="The record's JSON as clients read it, made in the transaction that changed it; NULL: to be rebuilt",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_priority")),
        sa.UniqueConstraint("code", name=op.f("uq_priority_code")),
    )
    op.create_index("ix_priority_status", "priority", ["status"])
    op.create_index("ix_priority_theme", "priority", ["theme"])
    op.create_index("uq_priority_external_ref", "priority", ["external_ref"], unique=True)

    op.create_table(
        "search_entry",
        sa.Column(
            "seq",
            BIGINT,
            autoincrement=True,
            nullable=False,
            comment="Order of entry",
        ),
        sa.Column("record_type", sa.String(length=40), nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("marking_id", sa.Integer(), nullable=True, comment="NULL: not marked"),
        sa.Column("words", TSVECTOR, nullable=True),
        sa.ForeignKeyConstraint(["marking_id"], ["marking.id"], name=op.f("fk_search_entry_marking_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_search_entry")),
    )
    op.create_index("uq_search_entry_record_id", "search_entry", ["record_id"], unique=True)

    op.create_table(
        "account",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column(
            "issuer", sa.String(length=500), nullable=True, comment="The identity provider that vouches for them"
        ),
        sa.Column("subject", sa.String(length=255), nullable=True, comment="Who they are there"),
        sa.Column("role", sa.String(length=20), nullable=True),
        sa.Column("clearance", sa.String(length=20), nullable=True),
        sa.Column(
            "nationality",
            sa.String(length=2),
            nullable=True,
            comment="ISO 3166-1 alpha-2; NULL counts as foreign",
        ),
        sa.Column("groups", JSON, nullable=False, comment="Need-to-know groups"),
        sa.Column("active", sa.Boolean(), nullable=False, comment="Who is not is refused, whatever they come with"),
        sa.Column("last_seen_at", INSTANT, nullable=True),
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
            comment="The record's JSON as clients read it, made in the transaction that changed it; NULL: to be rebuilt",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
    )
    op.create_index("ix_account_name", "account", ["name"])
    op.create_index("uq_account_issuer_subject", "account", ["issuer", "subject"], unique=True)
    op.create_table(
        "token",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("user", ID, nullable=True, comment="Whose it is"),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False, comment="SHA-256 of the secret"),
        sa.Column(
            "old_hash", sa.LargeBinary(length=32), nullable=True, comment="Of the secret before the last rotation"
        ),
        sa.Column("old_until", INSTANT, nullable=True, comment="Until when the old secret is good too"),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("clearance", sa.String(length=20), nullable=False),
        sa.Column(
            "nationality",
            sa.String(length=2),
            nullable=True,
            comment="ISO 3166-1 alpha-2; NULL counts as foreign",
        ),
        sa.Column("groups", JSON, nullable=False, comment="Need-to-know groups"),
        sa.Column(
            "networks",
            JSON,
            nullable=True,
            comment="Addresses it may be used from; NULL: any",
        ),
        sa.Column("rate_limit", sa.Integer(), nullable=True, comment="Requests a minute; NULL: the installation's"),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.Column("last_used_at", INSTANT, nullable=True),
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
            comment="The record's JSON as clients read it, made in the transaction that changed it; NULL: to be rebuilt",
        ),
        sa.ForeignKeyConstraint(["user"], ["account.id"], name=op.f("fk_token_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
        sa.UniqueConstraint("old_hash", name=op.f("uq_token_old_hash")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_token_secret_hash")),
    )
    op.create_index("ix_token_user", "token", ["user"])
    op.create_table(
        "accreditation",
        sa.Column("post_id", ID, nullable=False),
        sa.Column("partner", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["partner"], ["partner.code"], name=op.f("fk_accreditation_partner")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_accreditation_post_id")),
        sa.PrimaryKeyConstraint("post_id", "partner", "kind", name=op.f("pk_accreditation")),
    )
    op.create_index("ix_accreditation_partner", "accreditation", ["partner"])

    op.create_table(
        "ledger",
        sa.Column(
            "seq",
            BIGINT,
            autoincrement=False,
            nullable=False,
            comment="Without gaps",
        ),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False, comment="Name of the token or person"),
        sa.Column("actor_id", ID, nullable=True),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("record_type", sa.String(length=40), nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("marking_id", sa.Integer(), nullable=True),
        sa.Column(
            "prior_marking_id",
            sa.Integer(),
            nullable=True,
            comment="The marking before the change, where it was another",
        ),
        sa.Column(
            "changes",
            JSON,
            nullable=True,
            comment="Field -> [before, after]; NULL: the record was disposed of",
        ),
        sa.Column(
            "representation",
            sa.Text(),
            nullable=True,
            comment="The record as clients read it after the change; NULL: it was disposed of",
        ),
        sa.Column("content_salt", sa.LargeBinary(length=16), nullable=True, comment="Goes with the contents"),
        sa.Column(
            "content_hash",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="Of changes, representation and salt",
        ),
        sa.Column("previous_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["marking_id"], ["marking.id"], name=op.f("fk_ledger_marking_id")),
        sa.ForeignKeyConstraint(["prior_marking_id"], ["marking.id"], name=op.f("fk_ledger_prior_marking_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_ledger")),
    )
    op.create_index("ix_ledger_record", "ledger", ["record_id", "version"])

    op.create_table(
        "membership",
        sa.Column(
            "institution_id",
            ID,
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("partner", sa.String(length=20), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=True, comment="A member that is no partner of ours"),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("until IS NULL OR since IS NULL OR until >= since", name=op.f("ck_membership_dates")),
        sa.ForeignKeyConstraint(["institution_id"], ["partner.id"], name=op.f("fk_membership_institution_id")),
        sa.ForeignKeyConstraint(["partner"], ["partner.code"], name=op.f("fk_membership_partner")),
        sa.PrimaryKeyConstraint("institution_id", "position", name=op.f("pk_membership")),
    )
    op.create_index("ix_membership_partner", "membership", ["partner"])

    op.create_table(
        "office",
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("partner", sa.String(length=20), nullable=True, comment="Whose office it is"),
        sa.Column("organisation", sa.String(length=200), nullable=True),
        sa.Column("level", sa.String(length=20), nullable=True),
        sa.Column("post", ID, nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column(
            "id",
            ID,
            nullable=False,
            comment="UUIDv7",
        ),
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
            comment="The record's JSON as clients read it, made in the transaction that changed it; NULL: to be rebuilt",
        ),
        sa.ForeignKeyConstraint(["partner"], ["partner.code"], name=op.f("fk_office_partner")),
        sa.ForeignKeyConstraint(["post"], ["post.id"], name=op.f("fk_office_post")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office")),
    )
    op.create_index("ix_office_partner", "office", ["partner"])
    op.create_index("ix_office_post", "office", ["post"])
    op.create_index("ix_office_title", "office", ["title"])
    op.create_index("uq_office_external_ref", "office", ["external_ref"], unique=True)

    op.create_table(
        "person",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("rank", sa.String(length=200), nullable=True, comment="Rank or form of address"),
        sa.Column("service", sa.String(length=20), nullable=True),
        sa.Column("partner", sa.String(length=20), nullable=True, comment="The state or institution they serve"),
        sa.Column("organisation", sa.String(length=200), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("biography", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column(
            "id",
            ID,
            nullable=False,
            comment="UUIDv7",
        ),
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
            comment="The record's JSON as clients read it, made in the transaction that changed it; NULL: to be rebuilt",
        ),
        sa.ForeignKeyConstraint(["partner"], ["partner.code"], name=op.f("fk_person_partner")),
        sa.Column("merged_into", ID, nullable=True, comment="The record that it turned out to be; NULL: itself"),
        sa.ForeignKeyConstraint(["merged_into"], ["person.id"], name=op.f("fk_person_merged_into")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_index("ix_person_name", "person", ["name"])
    op.create_index("ix_person_partner", "person", ["partner"])
    op.create_index("uq_person_external_ref", "person", ["external_ref"], unique=True)

    op.create_table(
        "series",
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.String(length=20),
            nullable=True,
            comment="The kind of its editions, if always the same",
        ),
        sa.Column("organiser", sa.String(length=20), nullable=True),
        sa.Column("cadence_months", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column(
            "id",
            ID,
            nullable=False,
            comment="UUIDv7",
        ),
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
            comment="The record's JSON as clients read it, made in the transaction that changed it; NULL: to be rebuilt",
        ),
        sa.ForeignKeyConstraint(["organiser"], ["partner.code"], name=op.f("fk_series_organiser")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("slug", name=op.f("uq_series_slug")),
    )
    op.create_index("ix_series_name", "series", ["name"])
    op.create_index("uq_series_external_ref", "series", ["external_ref"], unique=True)

    op.create_table(
        "appointment",
        sa.Column("person", ID, nullable=False),
        sa.Column("office", ID, nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True, comment="The last day; NULL: still held"),
        sa.Column("acting", sa.Boolean(), nullable=False),
        sa.Column(
            "concurrent",
            sa.Boolean(),
            nullable=False,
            comment="Said on purpose: the office has another holder at the time",
        ),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column(
            "id",
            ID,
            nullable=False,
            comment="UUIDv7",
        ),
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
            comment="The record's JSON as clients read it, made in the transaction that changed it; NULL: to be rebuilt",
        ),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_appointment_dates")),
        sa.ForeignKeyConstraint(["office"], ["office.id"], name=op.f("fk_appointment_office")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_appointment_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
    )
    op.create_index("ix_appointment_office_starts_on", "appointment", ["office", "starts_on"])
    op.create_index("ix_appointment_person_starts_on", "appointment", ["person", "starts_on"])
    op.create_index("ix_appointment_starts_on", "appointment", ["starts_on"])
    op.create_index("uq_appointment_external_ref", "appointment", ["external_ref"], unique=True)

    op.create_table(
        "engagement",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True, comment="The last day; NULL: open-ended (deployments only)"),
        sa.Column("date_precision", sa.String(length=10), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=True),
        sa.Column("ends_at", INSTANT, nullable=True),
        sa.Column("timezone", sa.String(length=64), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("city", sa.String(length=200), nullable=True),
        sa.Column("venue", sa.String(length=200), nullable=True),
        sa.Column("lead", sa.String(length=20), nullable=True),
        sa.Column("level", sa.String(length=20), nullable=True),
        sa.Column("series", sa.String(length=80), nullable=True),
        sa.Column("edition", sa.String(length=200), nullable=True),
        sa.Column("marking_id", sa.Integer(), nullable=False),
        sa.Column(
            "id",
            ID,
            nullable=False,
            comment="UUIDv7",
        ),
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
            comment="The record's JSON as clients read it, made in the transaction that changed it; NULL: to be rebuilt",
        ),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_engagement_dates")),
        sa.ForeignKeyConstraint(["marking_id"], ["marking.id"], name=op.f("fk_engagement_marking_id")),
        sa.ForeignKeyConstraint(["series"], ["series.slug"], name=op.f("fk_engagement_series")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagement")),
        sa.UniqueConstraint("id", "starts_on", name=op.f("uq_engagement_id_starts_on")),
        sa.UniqueConstraint("reference", name=op.f("uq_engagement_reference")),
    )
    op.create_index("ix_engagement_country", "engagement", ["country", "starts_on", "id"])
    op.create_index("ix_engagement_created_at", "engagement", ["created_at", "id"])
    op.create_index("ix_engagement_ends_on", "engagement", ["ends_on", "id"])
    op.create_index("ix_engagement_kind", "engagement", ["kind", "starts_on", "id"])
    op.create_index("ix_engagement_lead", "engagement", ["lead", "starts_on", "id"])
    op.create_index("ix_engagement_level", "engagement", ["level", "starts_on", "id"])
    op.create_index("ix_engagement_series", "engagement", ["series", "starts_on", "id"])
    op.create_index("ix_engagement_starts_on", "engagement", ["starts_on", "id"])
    op.create_index("ix_engagement_status", "engagement", ["status", "starts_on", "id"])
    op.create_index("ix_engagement_title", "engagement", ["title", "id"])
    op.create_index("ix_engagement_updated_at", "engagement", ["updated_at", "id"])
    op.create_index("uq_engagement_external_ref", "engagement", ["external_ref", "marking_id"], unique=True)

    op.create_table(
        "bilateral_talks",
        sa.Column("id", ID, nullable=False),
        sa.Column("round", sa.Integer(), nullable=True),
        sa.Column("hosted_by", sa.String(length=20), nullable=True),
        sa.Column(
            "agenda",
            JSON,
            nullable=False,
        ),
        sa.Column("joint_statement_url", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["engagement.id"], name=op.f("fk_bilateral_talks_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bilateral_talks")),
    )
    op.create_table(
        "deployment",
        sa.Column("id", ID, nullable=False),
        sa.Column("operation", sa.String(length=200), nullable=True),
        sa.Column("mandate", sa.String(length=20), nullable=True),
        sa.Column("mission", sa.String(length=20), nullable=True),
        sa.Column("theatre", sa.String(length=200), nullable=True),
        sa.Column("personnel_authorised", sa.Integer(), nullable=True),
        sa.Column("personnel_deployed", sa.Integer(), nullable=True),
        sa.Column("mandate_expires_on", sa.Date(), nullable=True),
        sa.Column(
            "contributions",
            JSON,
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["id"], ["engagement.id"], name=op.f("fk_deployment_id")),
        sa.ForeignKeyConstraint(["mission"], ["partner.code"], name=op.f("fk_deployment_mission")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment")),
    )
    op.create_index("ix_deployment_mandate", "deployment", ["mandate"])
    op.create_index("ix_deployment_mission", "deployment", ["mission"])

    op.create_table(
        "dialogue",
        sa.Column("id", ID, nullable=False),
        sa.Column("forum", sa.String(length=80), nullable=True, comment="An institution's code or a series' slug"),
        sa.Column("format", sa.String(length=20), nullable=True),
        sa.Column("intervention", sa.String(length=200), nullable=True),
        sa.Column(
            "sessions",
            JSON,
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["id"], ["engagement.id"], name=op.f("fk_dialogue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dialogue")),
    )
    op.create_index("ix_dialogue_format", "dialogue", ["format"])
    op.create_index("ix_dialogue_forum", "dialogue", ["forum"])

    op.create_table(
        "engagement_partner",
        sa.Column("partner", sa.String(length=20), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="Lists keep the order in which they were given"),
        sa.Column(
            "engagement_id",
            ID,
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False, comment="The engagement's own, kept so by the foreign key"),
        sa.ForeignKeyConstraint(
            ["engagement_id", "starts_on"],
            ["engagement.id", "engagement.starts_on"],
            name="fk_engagement_partner_engagement",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["partner"], ["partner.code"], name=op.f("fk_engagement_partner_partner")),
        sa.PrimaryKeyConstraint("partner", "engagement_id", name=op.f("pk_engagement_partner")),
    )
    op.create_index("ix_engagement_partner_partner", "engagement_partner", ["partner", "starts_on", "engagement_id"])

    op.create_table(
        "engagement_priority",
        sa.Column("priority", sa.String(length=20), nullable=False),
        sa.Column(
            "engagement_id",
            ID,
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False, comment="The engagement's own, kept so by the foreign key"),
        sa.Column("position", sa.Integer(), nullable=False, comment="Lists keep the order in which they were given"),
        sa.ForeignKeyConstraint(
            ["engagement_id", "starts_on"],
            ["engagement.id", "engagement.starts_on"],
            name="fk_engagement_priority_engagement",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["priority"], ["priority.code"], name=op.f("fk_engagement_priority_priority")),
        sa.PrimaryKeyConstraint("priority", "engagement_id", name=op.f("pk_engagement_priority")),
    )
    op.create_index(
        "ix_engagement_priority_priority", "engagement_priority", ["priority", "starts_on", "engagement_id"]
    )

    op.create_table(
        "engagement_tag",
        sa.Column("tag", sa.String(length=80), nullable=False),
        sa.Column(
            "engagement_id",
            ID,
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False, comment="The engagement's own, kept so by the foreign key"),
        sa.Column("position", sa.Integer(), nullable=False, comment="Lists keep the order in which they were given"),
        sa.ForeignKeyConstraint(
            ["engagement_id", "starts_on"],
            ["engagement.id", "engagement.starts_on"],
            name="fk_engagement_tag_engagement",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tag", "engagement_id", name=op.f("pk_engagement_tag")),
    )
    op.create_index("ix_engagement_tag_tag", "engagement_tag", ["tag", "starts_on", "engagement_id"])

    op.create_table(
        "exercise",
        sa.Column("id", ID, nullable=False),
        sa.Column("exercise_type", sa.String(length=20), nullable=True),
        sa.Column(
            "contributions",
            JSON,
            nullable=False,
        ),
        sa.Column("personnel", sa.Integer(), nullable=True),
        sa.Column("interoperability", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["engagement.id"], name=op.f("fk_exercise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exercise")),
    )
    op.create_index("ix_exercise_exercise_type", "exercise", ["exercise_type"])

    op.create_table(
        "exercise_domain",
        sa.Column("domain", sa.String(length=20), nullable=False),
        sa.Column(
            "engagement_id",
            ID,
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False, comment="The engagement's own, kept so by the foreign key"),
        sa.Column("position", sa.Integer(), nullable=False, comment="Lists keep the order in which they were given"),
        sa.ForeignKeyConstraint(
            ["engagement_id", "starts_on"],
            ["engagement.id", "engagement.starts_on"],
            name="fk_exercise_domain_engagement",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("domain", "engagement_id", name=op.f("pk_exercise_domain")),
    )
    op.create_index("ix_exercise_domain_domain", "exercise_domain", ["domain", "starts_on", "engagement_id"])

    op.create_table(
        "participant",
        sa.Column(
            "engagement_id",
            ID,
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False, comment="The engagement's own, kept so by the foreign key"),
        sa.Column("person", ID, nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("role", sa.String(length=200), nullable=True),
        sa.Column("office", ID, nullable=True),
        sa.Column("office_title", sa.String(length=200), nullable=True, comment="As it was on that day"),
        sa.Column("organisation", sa.String(length=200), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("marking_id", sa.Integer(), nullable=False),
        sa.Column(
            "id",
            ID,
            nullable=False,
            comment="UUIDv7",
        ),
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
            comment="The record's JSON as clients read it, made in the transaction that changed it; NULL: to be rebuilt",
        ),
        sa.ForeignKeyConstraint(
            ["engagement_id", "starts_on"],
            ["engagement.id", "engagement.starts_on"],
            name="fk_participant_engagement",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["marking_id"], ["marking.id"], name=op.f("fk_participant_marking_id")),
        sa.ForeignKeyConstraint(["office"], ["office.id"], name=op.f("fk_participant_office")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_participant_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant")),
        sa.UniqueConstraint(
            "engagement_id",
            "person",
            "marking_id",
            name=op.f("uq_participant_engagement_id_person_marking_id"),
        ),
    )
    op.create_index("ix_participant_person", "participant", ["person", "starts_on", "engagement_id"])
    op.create_index("uq_participant_external_ref", "participant", ["external_ref", "marking_id"], unique=True)

    op.create_table(
        "visit",
        sa.Column("id", ID, nullable=False),
        sa.Column("direction", sa.String(length=20), nullable=False),
        sa.Column("principal", ID, nullable=True),
        sa.Column("principal_office", sa.String(length=200), nullable=True, comment="An office's id, or its title"),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("delegation_size", sa.Integer(), nullable=True),
        sa.Column(
            "itinerary",
            JSON,
            nullable=False,
        ),
        sa.Column(
            "post",
            ID,
            nullable=True,
            comment="The post that looks after it",
        ),
        sa.ForeignKeyConstraint(["id"], ["engagement.id"], name=op.f("fk_visit_id")),
        sa.ForeignKeyConstraint(["post"], ["post.id"], name=op.f("fk_visit_post")),
        sa.ForeignKeyConstraint(["principal"], ["person.id"], name=op.f("fk_visit_principal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    op.create_index("ix_visit_direction", "visit", ["direction"])
    op.create_index("ix_visit_post", "visit", ["post"])
    op.create_index("ix_visit_principal", "visit", ["principal"])
    op.create_table(
        "answer",
        sa.Column("token_id", ID, nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False, comment="The client's Idempotency-Key"),
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=False, comment="SHA-256 of what was asked"),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", JSON, nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("token_id", "key", name=op.f("pk_answer")),
    )
    op.create_index("ix_answer_at", "answer", ["at"])
    op.create_table(
        "access_log",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("event", sa.String(length=20), nullable=False),
        sa.Column(
            "actor", sa.String(length=200), nullable=True, comment="Name of the token or person, where it is known"
        ),
        sa.Column("actor_id", ID, nullable=True),
        sa.Column("address", sa.String(length=64), nullable=True),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("method", sa.String(length=10), nullable=True, comment="NULL: from the command line"),
        sa.Column(
            "operation",
            sa.String(length=200),
            nullable=False,
            comment="The address with its parameters' names, not values",
        ),
        sa.Column("record_type", sa.String(length=40), nullable=True),
        sa.Column("record_ids", JSON, nullable=True),
        sa.Column("marking_id", sa.Integer(), nullable=True, comment="Of each of these records"),
        sa.Column("detail", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(["marking_id"], ["marking.id"], name=op.f("fk_access_log_marking_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_log")),
    )
    op.create_index("ix_access_log_at", "access_log", ["at", "id"])
    op.create_index("ix_access_log_event", "access_log", ["event", "at", "id"])
    op.create_index("ix_access_log_actor", "access_log", ["actor", "at", "id"])
    _records_keeping()
    _full_text()
    _ledger()


def _records_keeping() -> None:
    op.create_table(
        "retention_class",
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("applies_to", JSON, nullable=False, comment="Kinds of engagement"),
        sa.Column("retain_years", sa.Integer(), nullable=False),
        sa.Column("counted_from", sa.String(length=20), nullable=False),
        sa.Column(
            "authority", sa.String(length=200), nullable=False, comment="The disposal authority, and its class there"
        ),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("on_hold", sa.Boolean(), nullable=False, comment="Nothing that it applies to is disposed of"),
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
            comment="The record's JSON as clients read it, made in the transaction that changed it; NULL: to be rebuilt",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_class")),
        sa.UniqueConstraint("slug", name=op.f("uq_retention_class_slug")),
    )
    op.create_index("ix_retention_class_title", "retention_class", ["title"])
    op.create_index("uq_retention_class_external_ref", "retention_class", ["external_ref"], unique=True)
    op.create_table(
        "legal_hold",
        sa.Column("id", ID, nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("placed_at", INSTANT, nullable=False),
        sa.Column("placed_by", sa.String(length=200), nullable=False),
        sa.Column("lifted_at", INSTANT, nullable=True),
        sa.Column("lifted_by", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
    )
    op.create_index("ix_legal_hold_record_id", "legal_hold", ["record_id"])
    op.create_table(
        "disposal",
        sa.Column("id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("retention_class", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False, comment="As the class said when it was proposed"),
        sa.Column("authority", sa.String(length=200), nullable=False, comment="As the class said when it was proposed"),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("marking_id", sa.Integer(), nullable=False, comment="The highest of its records"),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("proposed_by", sa.String(length=200), nullable=False),
        sa.Column("proposed_by_id", ID, nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.Column("decided_by_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["marking_id"], ["marking.id"], name=op.f("fk_disposal_marking_id")),
        sa.ForeignKeyConstraint(
            ["retention_class"], ["retention_class.slug"], name=op.f("fk_disposal_retention_class")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disposal")),
    )
    op.create_index("ix_disposal_state", "disposal", ["state", "id"])
    op.create_table(
        "disposal_record",
        sa.Column("disposal_id", ID, nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["disposal_id"], ["disposal.id"], name=op.f("fk_disposal_record_disposal_id")),
        sa.PrimaryKeyConstraint("disposal_id", "record_id", name=op.f("pk_disposal_record")),
    )
    op.create_index("ix_disposal_record_record_id", "disposal_record", ["record_id"])


def _full_text() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.create_index("ix_search_entry_words", "search_entry", ["words"], postgresql_using="gin")
    else:
        op.execute("CREATE VIRTUAL TABLE search_text USING fts5(title, body, prefix='2 3')")


def _ledger() -> None:
    """The head that writers queue for, and triggers that let entries only ever be added."""
    op.bulk_insert(
        sa.table("ledger_head", sa.column("id"), sa.column("seq"), sa.column("hash", sa.LargeBinary)),
        [{"id": 1, "seq": 0, "hash": bytes(32)}],
    )
    _append_only("ledger", "seq")
    _append_only("access_log", "id")
    _unchanging("access_log")
    if op.get_bind().dialect.name == "postgresql":
        _removable_on_postgresql()
    else:
        _removable_on_sqlite()


REFUSED = "the {table} is append-only"
REMOVABLE = ("changes", "representation", "content_salt")
"""The contents of an entry. They may become NULL once the record's disposal stands in the ledger, and nothing else."""


def _append_only(table: str, key: str) -> None:
    """Lets rows only ever be added. What a change of a row has to pass is said beside it, per table."""
    refused = REFUSED.format(table=table.replace("_", " "))
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{refused}'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()"
        )
        return
    op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{refused}'); END")
    # REPLACE deletes without asking the trigger above.
    op.execute(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "  # noqa: S608 - names of our own
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key}) "
        f"BEGIN SELECT RAISE(ABORT, '{refused}'); END"
    )


def _unchanging(table: str) -> None:
    """Lets no row ever be changed."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {table}_unchanging BEFORE UPDATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()"
        )
    else:
        refused = REFUSED.format(table=table.replace("_", " "))
        op.execute(
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{refused}'); END"
        )


DISPOSED = (
    "EXISTS (SELECT 1 FROM ledger later WHERE later.record_id = OLD.record_id AND later.action = 'dispose'"
    " AND later.seq > OLD.seq)"
)


def _removable_on_postgresql() -> None:
    names = ", ".join(f"'{name}'" for name in REMOVABLE)
    gone = " AND ".join(f"NEW.{name} IS NULL" for name in REMOVABLE)
    op.execute(
        "CREATE FUNCTION ledger_contents_removed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {gone} AND OLD.action <> 'dispose' AND to_jsonb(NEW) - ARRAY[{names}] = to_jsonb(OLD) - ARRAY[{names}] "
        f"AND {DISPOSED} THEN RETURN NEW; END IF; "
        f"RAISE EXCEPTION '{REFUSED.format(table='ledger')}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER ledger_contents_removed BEFORE UPDATE ON ledger "
        "FOR EACH ROW EXECUTE FUNCTION ledger_contents_removed()"
    )


def _removable_on_sqlite() -> None:
    columns = [each["name"] for each in sa.inspect(op.get_bind()).get_columns("ledger")]
    gone = " AND ".join(f"NEW.{name} IS NULL" for name in REMOVABLE)
    same = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in columns if name not in REMOVABLE)
    op.execute(
        "CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger "
        f"WHEN NOT ({gone} AND OLD.action <> 'dispose' AND {same} AND {DISPOSED}) "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSED.format(table='ledger')}'); END"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_text")
        for event in ("update", "delete", "replace"):
            op.execute(f"DROP TRIGGER ledger_no_{event}")
            op.execute(f"DROP TRIGGER access_log_no_{event}")
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION ledger_append_only()")
        op.execute("DROP FUNCTION access_log_append_only()")
        op.execute("DROP FUNCTION ledger_contents_removed()")

"""Settings of an installation: environment variables with the prefix `TRACKER_`, or a `.env` file."""

import re
from functools import cache
from pathlib import Path
from typing import Annotated, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from app.running import RunningSettings
from app.signin import Classification as Classification  # noqa: PLC0414 - re-exported
from app.signin import CommaSeparated, SignInSettings, destination

DEFAULT_DATABASE = Path("var/register.db")


class Settings(SignInSettings, RunningSettings):
    """What an operator may set. Every field is documented in `docs/settings.md`; a test keeps it so."""

    model_config = SettingsConfigDict(
        env_prefix="TRACKER_", env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    database_url: str = Field(
        default=f"sqlite:///{DEFAULT_DATABASE}",
        description="Where the register is kept: `sqlite:///path.db` or `postgresql://user@host/name`.",
    )
    database_role: str = Field(
        default="tracker_app",
        pattern="^([a-z_][a-z0-9_]*)?$",
        description="PostgreSQL: the role that the register works as, behind row-level security; empty: who signs in.",
    )
    database_pooled: bool = Field(
        default=False, description="PostgreSQL: whether a pooler in transaction mode stands before it."
    )
    replica_urls: Annotated[tuple[str, ...], *CommaSeparated] = Field(
        default=(), description="PostgreSQL: streaming replicas that answer reads, comma separated."
    )
    max_classification: Classification = Field(
        default="RESTRICTED", description="The highest classification that this installation may hold."
    )
    home_country: str = Field(
        default="NZ",
        pattern="^[A-Z]{2}$",
        description="The country whose register this is, ISO 3166-1 alpha-2.",
    )
    home_timezone: str = Field(
        default="Pacific/Auckland",
        description="The time zone by whose calendar dates pass and things fall due, a name of the IANA database.",
    )
    holiday_region: str = Field(
        default="WGN",
        pattern="^([A-Z0-9]{1,8})?$",
        description="The region at home whose anniversary days are holidays too, as ISO 3166-2 has it; empty: none.",
    )
    report_due_working_days: int = Field(
        default=10, ge=0, le=250, description="How many working days after its end an engagement's report is due."
    )
    interoperability_fades_months: int = Field(
        default=36,
        ge=1,
        le=600,
        description="After how many months nothing is left of what an exercise proved that we can do together.",
    )
    partner_week_limit: int = Field(
        default=3, ge=1, le=100, description="How many engagements may begin with one partner in any seven days."
    )
    travel_speed_kmh: int = Field(
        default=750, ge=50, le=2000, description="How fast people travel from one engagement to the next, in km/h."
    )
    travel_margin_hours: int = Field(
        default=3, ge=0, le=48, description="How many hours any way takes besides, however short it is."
    )
    require_if_match: bool = Field(
        default=False, description="Whether a change without `If-Match` is refused with 428."
    )
    max_body_bytes: int = Field(
        default=8 * 1024 * 1024, ge=1024, description="The largest request body in bytes, imports aside."
    )
    max_import_bytes: int = Field(
        default=32 * 1024 * 1024,
        ge=1024,
        description="The largest spreadsheet in bytes that an import takes.",
    )
    max_attachment_bytes: int = Field(
        default=25 * 1024 * 1024, ge=1024, description="The largest file in bytes that can be attached."
    )
    attachment_store: str = Field(
        default="var/attachments",
        min_length=1,
        description="Where attached files are kept: a directory, or `s3://bucket/prefix`.",
    )
    attachment_types: Annotated[tuple[str, ...], *CommaSeparated] = Field(
        default=("pdf", "docx", "xlsx", "pptx", "odt", "ods", "odp", "png", "jpg", "txt"),
        description="What can be attached, comma separated, by the usual endings of names; bytes decide what is what.",
    )
    # More than four threads of one process wait for each other's turn in Python: pages come 8 % slower, and later.
    threads: int = Field(default=4, ge=1, le=64, description="How many requests one process works on at the same time.")
    max_waiting: int = Field(
        default=200, ge=1, le=100_000, description="How many requests wait for a turn in one process at most."
    )
    waiting_seconds: float = Field(
        default=10, gt=0, le=600, description="How many seconds a request waits for its turn at most."
    )
    busy_timeout_ms: int = Field(
        default=10_000,
        ge=100,
        description="How long, in milliseconds, a write waits for another one (SQLite) or a lock (PostgreSQL).",
    )
    max_streams: int = Field(
        default=100, ge=1, le=10_000, description="How many streams of changes one process has open at the same time."
    )
    max_streams_per_caller: int = Field(
        default=4, ge=1, le=10_000, description="How many of them belong to one caller."
    )
    max_exports: int = Field(
        default=4,
        ge=1,
        le=64,
        description="How many exports one process makes at the same time; each takes a connection.",
    )
    max_exports_per_caller: int = Field(default=2, ge=1, le=64, description="How many of them belong to one caller.")
    export_seconds: int = Field(
        default=1_800,
        ge=1,
        le=86_400,
        description="How many seconds an export may take until its last byte has left, or it is given up.",
    )

    calendar_domain: str = Field(
        default="tracker",
        pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$",
        description="What stands behind the @ in the ids of calendar events; to be chosen once.",
    )
    calendar_ceiling: Classification = Field(
        default="UNCLASSIFIED", description="The highest classification that a calendar's secret address may carry."
    )
    calendar_max_days: int = Field(
        default=366, ge=1, le=3650, description="For how many days from now a calendar's secret address may be good."
    )

    webhooks: bool = Field(default=True, description="Whether this process delivers what webhooks are to be told.")
    webhook_allowed: Annotated[tuple[Annotated[str, AfterValidator(destination)], ...], *CommaSeparated] = Field(
        default=(),
        description="Hosts and networks that are not public and that webhooks may lead to, comma separated.",
    )
    webhook_attempts: int = Field(
        default=12, ge=1, le=50, description="How often a webhook is told of a change, until it is given up."
    )
    webhook_retry_seconds: float = Field(
        default=5, gt=0, le=3600, description="The time until the second attempt; it doubles with each, up to 4 hours."
    )
    webhook_timeout_seconds: float = Field(
        default=10, gt=0, le=60, description="How long a webhook's receiver has to answer."
    )

    log_reads_from: Classification = Field(
        default="RESTRICTED",
        description="Reads of what is so classified, or higher, are entered in the access log.",
    )
    ledger_seals: Path | None = Field(
        default=None, description="A file, outside of the database, that is told of the ledger's end again and again."
    )
    ledger_key: SecretStr | None = Field(
        default=None, description="The key of seals: at least 32 bytes, in hexadecimal digits."
    )

    @field_validator("home_timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError("must be a time zone of the IANA database, such as Pacific/Auckland")
        return name

    @model_validator(mode="after")
    def _known_region(self) -> Self:
        if not self.holiday_region or "holiday_region" not in self.model_fields_set:
            return self
        from holidays import list_supported_countries  # noqa: PLC0415 - slow to load, and seldom wanted here

        known = list_supported_countries().get(self.home_country, ())
        if self.holiday_region not in known:
            raise ValueError(f"TRACKER_HOLIDAY_REGION must be one of {', '.join(known)}")
        return self

    @field_validator("ledger_key")
    @classmethod
    def _long_key(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None and not re.fullmatch("([0-9A-Fa-f]{2}){32,}", key.get_secret_value()):
            raise ValueError("must be at least 32 bytes in hexadecimal digits")
        return key

    @property
    def home_region(self) -> str | None:
        """The region at home whose holidays count; the usual one is New Zealand's."""
        usual = "holiday_region" not in self.model_fields_set and self.home_country != "NZ"
        return None if usual else self.holiday_region or None

    @property
    def seal_key(self) -> bytes | None:
        """The key that seals are made with, if there is one."""
        return None if self.ledger_key is None else bytes.fromhex(self.ledger_key.get_secret_value())

    @model_validator(mode="after")
    def _known_database(self) -> Self:
        if not self.database_url.startswith(("sqlite:", "postgresql:", "postgresql+psycopg:")):
            raise ValueError("TRACKER_DATABASE_URL must begin with sqlite:/// or postgresql://")
        servers = [*self.replica_urls, *([self.database_url] if self.replica_urls or self.database_pooled else [])]
        if not all(each.startswith(("postgresql:", "postgresql+psycopg:")) for each in servers):
            raise ValueError("replicas and poolers are of PostgreSQL: their addresses begin with postgresql://")
        return self


@cache
def get_settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()

"""Settings of an installation: environment variables with the prefix `TRACKER_`, or a `.env` file."""

from functools import cache
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import SettingsConfigDict

from app.signin import Classification as Classification  # noqa: PLC0414 - re-exported
from app.signin import SignInSettings

DEFAULT_DATABASE = Path("var/register.db")


class Settings(SignInSettings):
    """What an operator may set. Every field is documented in `docs/settings.md`; a test keeps it so."""

    model_config = SettingsConfigDict(env_prefix="TRACKER_", env_file=".env", extra="ignore", frozen=True)

    database_url: str = Field(
        default=f"sqlite:///{DEFAULT_DATABASE}",
        description="Where the register is kept: `sqlite:///path.db` or `postgresql://user@host/name`.",
    )
    max_classification: Classification = Field(
        default="RESTRICTED", description="The highest classification that this installation may hold."
    )
    home_country: str = Field(
        default="NZ",
        pattern="^[A-Z]{2}$",
        description="The country whose register this is, ISO 3166-1 alpha-2.",
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
    threads: int = Field(default=8, ge=1, le=64, description="How many requests one process works on at the same time.")
    busy_timeout_ms: int = Field(
        default=10_000,
        ge=100,
        description="How long, in milliseconds, a write waits for another one (SQLite) or a lock (PostgreSQL).",
    )

    @model_validator(mode="after")
    def _known_database(self) -> Self:
        if not self.database_url.startswith(("sqlite:", "postgresql:", "postgresql+psycopg:")):
            raise ValueError("TRACKER_DATABASE_URL must begin with sqlite:/// or postgresql://")
        return self


@cache
def get_settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()

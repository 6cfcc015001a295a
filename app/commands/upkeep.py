"""Bringing a database up to date, and filling it."""

from alembic.util import CommandError

import app.api  # noqa: F401 - declares every resource
from app.access.register import Register
from app.commands.opening import Refused, shown
from app.config import Settings
from app.exchange.reference import load_countries
from app.exchange.refill import refill
from app.exchange.sample import load_sample
from app.migrating import migrate


def bring_up_to_date(settings: Settings) -> str:
    """Brings up the schema, the countries of ISO 3166, and every cleared representation; says what was done."""
    where = shown(settings.database_url)
    try:
        migrate(settings.database_url, pooled=settings.database_pooled)
    except CommandError as error:
        raise Refused(f"The schema of {where} cannot be brought up to date: {error}") from None
    register = Register(settings)
    try:
        countries = load_countries(register)
        rebuilt = refill(register)
    finally:
        register.close()
    return f"The schema of {where} is current; {countries} countries added, {rebuilt} representations rebuilt."


def load(register: Register) -> str:
    """The sample data; says what was added."""
    made = {noun: count for noun, count in load_sample(register).items() if count}
    if not made:
        return "The sample data is there already: nothing was added."
    return f"Added {', '.join(f'{count} {noun}' for noun, count in made.items())}."

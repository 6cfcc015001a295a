"""The command `tracker`: run, migrate, load the sample, make tokens, import."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from app.access import tokens
from app.access.register import Register
from app.config import get_settings
from app.migrating import migrate as migrate_schema

app = typer.Typer(no_args_is_help=True)
token_app = typer.Typer(no_args_is_help=True)
app.add_typer(token_app, name="token")


@app.command()
def migrate() -> None:
    migrate_schema(get_settings().database_url)


@token_app.command("create")
def token_create(
    name: Annotated[str, typer.Option()],
    role: Annotated[str, typer.Option()],
    clearance: Annotated[str, typer.Option()] = "UNCLASSIFIED",
    nationality: Annotated[str, typer.Option()] = "NZ",
    days: Annotated[int, typer.Option()] = 90,
) -> None:
    register = Register(get_settings())
    from sqlalchemy.orm import Session

    with register.database.write() as connection, Session(connection) as session:
        _, secret = tokens.create(
            session,
            name=name,
            role=role,
            clearance=clearance,
            nationality=nationality,
            now=datetime.now(UTC),
            days=days,
        )
    print(secret)


@app.command()
def serve(host: str = "127.0.0.1", port: int = 8000) -> None:
    import uvicorn

    uvicorn.run("app.main:create_app", factory=True, host=host, port=port)


def main() -> None:
    app()

"""The command `tracker`: run the register, keep it up to date, give tokens, import spreadsheets, prove the ledger.

Exit status: 0 done; 1 refused or failed, with the reason on standard error; 2 wrong usage. What a command needs is
loaded by the command itself, so that each begins at once.
"""

# ruff: noqa: PLC0415, PLR0917 - see above; and the parameters of a command are its options, given by name

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from app.commands.opening import REASONS, opened, reasons
from app.config import Settings, get_settings
from app.models.choices import Classification, Kind, Role

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="The register of a defence ministry's international engagement.",
)
sample_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
token_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
audit_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(sample_app, name="sample", help="The sample data.")
app.add_typer(token_app, name="token", help="API tokens: make, list, revoke.")
disposal_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(disposal_app, name="disposal", help="Records whose time is over: what is due, and its disposal.")
files_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(files_app, name="files", help="Attached files: what is missing, what nobody refers to.")
app.add_typer(audit_app, name="audit", help="The ledger: prove it, export it, seal it.")

Port = Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes any that is free.")]


def _checked(check: Callable[[str], str]) -> Callable[[str], str]:
    """A value that a function checks; what it objects to is wrong usage."""

    def checked(value: str) -> str:
        try:
            return check(value)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None

    return checked


def _name(text: str) -> str:
    if not text.strip() or not text.isprintable() or len(text) > 200:  # noqa: PLR2004 - what the register keeps
        raise ValueError("must be printable text of 1 to 200 characters")
    return text.strip()


def _nationality(code: str) -> str:
    from app.commands.tokens import known_country

    return known_country(code)


def _network(text: str) -> str:
    from app.commands.tokens import known_network

    return known_network(text)


def _group(text: str) -> str:
    from app.commands.tokens import known_group

    return known_group(text)


@app.command()
def demo(
    port: Port = 8000,
    database_url: Annotated[
        str | None,
        typer.Option(help="Another database than var/demo.db, which it uses whatever TRACKER_DATABASE_URL says."),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Remove the SQLite file of an earlier demonstration first.")
    ] = False,
) -> None:
    """Serve a register to try out, with the sample data and a token for each role."""
    from app.commands import demo as demonstration

    settings = Settings(database_url=database_url or demonstration.DATABASE)
    demonstration.run(settings, port=port, fresh=fresh, say=typer.echo)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[int, typer.Option(min=1, max=256, help="How many processes serve.")] = 1,
) -> None:
    """Serve the register of TRACKER_DATABASE_URL."""
    from app.commands import serving

    serving.serve(get_settings(), host=host, port=port, workers=workers)


@app.command()
def migrate() -> None:
    """Bring the database up to date: its schema, the countries, and representations that a migration has cleared."""
    from app.commands import upkeep

    typer.echo(upkeep.bring_up_to_date(get_settings()))


@sample_app.command("load")
def sample_load() -> None:
    """Add the sample data to the register; what is there already stays as it is."""
    from app.commands import upkeep

    with opened(get_settings()) as register:
        typer.echo(upkeep.load(register))


@token_app.command("create")
def token_create(
    name: Annotated[str, typer.Option(callback=_checked(_name), help="Whose it is, or what it is for.")],
    role: Annotated[Role, typer.Option(help="What its holder may do.")],
    clearance: Annotated[Classification, typer.Option(help="Up to what its holder may see.")] = "UNCLASSIFIED",
    nationality: Annotated[
        str, typer.Option(callback=_checked(_nationality), help="The holder's, ISO 3166-1 alpha-2.")
    ] = "NZ",
    days: Annotated[int, typer.Option(min=1, max=3650, help="For how many days it is good.")] = 90,
    group: Annotated[
        list[str] | None, typer.Option(help="A need-to-know group that its holder belongs to; may be repeated.")
    ] = None,
    network: Annotated[
        list[str] | None, typer.Option(help="An address or network that it may be used from; may be repeated.")
    ] = None,
) -> None:
    """Make a token and print it, once: the register keeps only a hash."""
    from app.commands import tokens

    networks = [_checked(_network)(each) for each in network or ()]
    groups = tuple(_checked(_group)(each) for each in group or ())
    holder = tokens.Holder(name, role, clearance, nationality, groups)
    with opened(get_settings()) as register:
        typer.echo(tokens.create(register, holder, days=days, networks=networks))


@token_app.command("list")
def token_list() -> None:
    """List all tokens, the newest first."""
    from app.commands import tokens

    with opened(get_settings()) as register:
        for line in tokens.table(register):
            typer.echo(line)


@token_app.command("revoke")
def token_revoke(token: Annotated[str, typer.Argument(help="Its id, or its name.")]) -> None:
    """End a token at once."""
    from app.commands import tokens

    with opened(get_settings()) as register:
        typer.echo(f"Revoked {tokens.revoke(register, token)}.", err=True)


@audit_app.command("verify")
def audit_verify(
    file: Annotated[Path | None, typer.Option(help="An export to prove, instead of the database.")] = None,
    seals: Annotated[
        Path | None, typer.Option(help="Seals to hold it against; those of TRACKER_LEDGER_SEALS if not given.")
    ] = None,
) -> None:
    """Prove that the ledger is what was written. Exit status 1, with the first entry that is not, if it is not."""
    from app.commands import audit

    told = audit.verify(get_settings(), file=file, seals=seals)
    typer.echo(str(told))
    if told.unchecked:
        typer.echo("Who made the seals was not looked at: TRACKER_LEDGER_KEY is not set.", err=True)


@audit_app.command("export")
def audit_export(
    file: Annotated[Path, typer.Argument(help="A new file.")],
    record: Annotated[
        str | None, typer.Option(help="Only one engagement, by its id or reference, with its whole history.")
    ] = None,
) -> None:
    """Write the whole ledger to a file, one entry a line, that can be proved without the database."""
    from app.commands import audit

    if record is not None:
        typer.echo(f"Wrote {audit.export_record(get_settings(), record, file)} to {file}.", err=True)
        return
    head = audit.export(get_settings(), file)
    typer.echo(f"Wrote {head.seq:,} entries to {file}.", err=True)


@audit_app.command("seal")
def audit_seal(
    file: Annotated[Path | None, typer.Argument(help="A file to add it to; printed if not given.")] = None,
) -> None:
    """Seal the ledger's end: a line that proves later what the ledger held now."""
    from app.commands import audit

    head = audit.seal(get_settings(), file, typer.echo)
    if file is not None:
        typer.echo(f"Sealed entry {head.seq:,} in {file}.", err=True)


@disposal_app.command("due")
def disposal_due() -> None:
    """List the records whose time is over, class by class."""
    from app.commands import disposal

    with opened(get_settings()) as register:
        for line in disposal.due_lines(register):
            typer.echo(line)


@disposal_app.command("run")
def disposal_run(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would happen.")] = False,
    into: Annotated[
        Path | None, typer.Option(help="The folder for files of records that are transferred.", file_okay=False)
    ] = None,
) -> None:
    """Carry out every disposal that was approved. Exit status 1 if a record of one had to stay."""
    from app.commands import disposal

    with opened(get_settings()) as register:
        if disposal.run(register, into=into, dry_run=dry_run, say=typer.echo):
            raise typer.Exit(1)


@files_app.command("check")
def files_check() -> None:
    """Hold every attached file against its hash. Exit status 1 if one is missing or is something else."""
    from app.commands import files

    with opened(get_settings()) as register:
        if files.check(register, typer.echo):
            raise typer.Exit(1)


@files_app.command("clean")
def files_clean(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would happen.")] = False,
) -> None:
    """Remove files that no attachment refers to and that are older than a day."""
    from app.commands import files

    with opened(get_settings()) as register:
        typer.echo(files.clean(register, dry_run=dry_run))


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="The spreadsheet: CSV, XLSX, ODS or JSON Lines.")],
    kind: Annotated[Kind | None, typer.Option(help="The kind of engagement of rows that do not say theirs.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would happen.")] = False,
    report: Annotated[Path | None, typer.Option(help="Where to write the account of every row, as JSON.")] = None,
    all_or_nothing: Annotated[
        bool, typer.Option("--all-or-nothing", help="Record nothing if a row is rejected.")
    ] = False,
) -> None:
    """Take a spreadsheet into the register. Exit status 1 if nothing of it went in, else 0, also with rejected rows."""
    from app.commands import imports

    done = imports.import_file(
        get_settings(), file, kind=kind, dry_run=dry_run, all_or_nothing=all_or_nothing, report=report
    )
    for line in imports.summary(done, file, dry_run=dry_run):
        typer.echo(line, err=True)
    if imports.failed(done):
        raise typer.Exit(1)


def _pair(text: str) -> str:
    if not text.partition("=")[0].isidentifier() or "=" not in text:
        raise ValueError("must be a parameter of the list and its value: status=planned")
    return text


@app.command("export")
def export_(
    file: Annotated[
        Path, typer.Argument(help="A new file, whose name ends in .csv, .xlsx, .jsonl or .geojson.", dir_okay=False)
    ],
    filter_: Annotated[
        list[str] | None,
        typer.Option("--filter", metavar="K=V", help="A parameter of the list and its value; may be repeated."),
    ] = None,
    of: Annotated[str, typer.Option("--list", help="Which list.")] = "engagements",
) -> None:
    """Write a list of the register to a file, in the format that the file's name ends in."""
    from app.commands import exports

    pairs = [_checked(_pair)(each).partition("=") for each in filter_ or ()]
    filters = [(name, value) for name, _, value in pairs]
    typer.echo(exports.export_file(get_settings(), file, path=of, filters=filters), err=True)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="A new file.", dir_okay=False)],
    with_files: Annotated[bool, typer.Option("--with-files", help="With all attached files too.")] = False,
) -> None:
    """Copy the whole register to one file, while it serves. Exit status 1 if an attached file was not there."""
    from app.commands import backup as backing

    made = backing.back_up(get_settings(), file, with_files=with_files)
    for line in backing.told(made, file):
        typer.echo(line, err=True)
    if made.missing_files:
        raise typer.Exit(1)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `tracker backup` wrote.", exists=True, dir_okay=False)],
) -> None:
    """Bring a backup into a new database, up to date and proved."""
    from app.commands import restore as restoring

    for line in restoring.restore(get_settings(), file):
        typer.echo(line, err=True)


def main() -> None:
    """Runs the command that was given."""
    try:
        app()
    except REASONS as error:
        _end(reasons(error))


def _end(why: list[str]) -> NoReturn:
    for each in why:
        typer.echo(f"tracker: {each}", err=True)
    sys.exit(1)

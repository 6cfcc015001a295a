"""One row on its way into the register: what is read of it, and what remains to be said about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from app.core.csvguard import restore
from app.core.jsonbody import loads
from app.errors import Invalid
from app.exchange.cells import Cell, Note, blank, fold, moment_of, one_line, prose, text_of, unsettled
from app.exchange.choices import allowed, choose
from app.exchange.headers import IGNORED, SUMMARISED, Columns

LINE = 200
PROSE = 20_000


@dataclass(frozen=True, slots=True)
class Lookup:
    """What the register already knows, and an import leans on. Names are compared folded: use `Lookup.of`."""

    institutions: Mapping[str, str] = field(default_factory=dict)
    """Folded code, name or alias -> code."""
    partners: frozenset[str] = frozenset()
    """Every partner's code. Empty: not checked."""
    priorities: Mapping[str, str] = field(default_factory=dict)
    """Folded code or title -> code."""
    posts: Mapping[str, str] = field(default_factory=dict)
    """Folded name -> id."""
    people: Mapping[str, str] = field(default_factory=dict)
    """Folded name -> id."""
    series: Mapping[str, str] = field(default_factory=dict)
    """Folded slug or name -> slug."""
    home_country: str = "NZ"

    @classmethod
    def of(
        cls,
        *,
        institutions: Mapping[str, str] | None = None,
        partners: frozenset[str] = frozenset(),
        priorities: Mapping[str, str] | None = None,
        posts: Mapping[str, str] | None = None,
        people: Mapping[str, str] | None = None,
        series: Mapping[str, str] | None = None,
        home_country: str = "NZ",
    ) -> Self:
        """From names as the register spells them."""
        return cls(
            _folded(institutions or {}),
            partners,
            _folded(priorities or {}),
            _folded(posts or {}),
            _folded(people or {}),
            _folded(series or {}),
            home_country,
        )


def _folded(names: Mapping[str, str]) -> dict[str, str]:
    # The key and what it stands for are both names of the thing
    return {fold(code): code for code in names.values()} | {fold(name): code for name, code in names.items()}


@dataclass(frozen=True, slots=True)
class Known:
    """A record that a row is known to be about, and which of its cells say what it says already."""

    kind: str
    settled: frozenset[str] = frozenset()
    """Canonical columns whose cells nobody has touched since they were exported."""

    lends: Mapping[str, Cell] = field(default_factory=dict)
    """What it says of columns without which a last day cannot be read."""


CONTEXT = frozenset(
    {"kind", "title", "summary", "start", "end", "dates", "date_precision", "partners", "partner_roles"}
    | {"direction", "country"}
)
"""Columns that are read also where they are settled, since others lean on them."""


@dataclass(slots=True)
class Draft:
    """A row as the register would take it, with every assumption made and every fault found."""

    record: int
    kind: str | None = None
    payload: dict[str, Any] = field(default_factory=dict)
    """The body of a POST to the kind's collection, as far as the row could be read."""
    warnings: list[Note] = field(default_factory=list)
    errors: list[Note] = field(default_factory=list)
    series_name: str | None = None
    """The series as its writer calls it; `payload["series"]` is the slug made of it."""
    ignored: bool = False
    """Whether the row is no record at all, but a heading between records or a repeated header."""
    settled: frozenset[str] = frozenset()
    """Canonical columns that say what the record says already."""
    said: frozenset[str] = frozenset()
    """Canonical columns that say something."""
    summarised: bool = False
    """Whether the summary holds more than its own column."""

    @property
    def external_ref(self) -> str | None:
        return self.payload.get("external_ref")


class Record:
    """A row being read: hands out its cells, keeps what is said of them, notices what nobody asked for."""

    def __init__(
        self, draft: Draft, cells: Sequence[Cell], columns: Columns, lookup: Lookup, known: Known | None = None
    ) -> None:
        self.draft = draft
        self.lookup = lookup
        self.payload = draft.payload
        self._columns = columns
        found = {name: columns.value(cells, name) for name in columns.places if name not in IGNORED}
        draft.said = frozenset(name for name, value in found.items() if not blank(value))
        if known is not None:
            draft.settled = known.settled
            self._borrow(found, known.lends)
        hidden = draft.settled - CONTEXT
        self._cells = {name: value for name, value in found.items() if name not in hidden}
        self._used: set[str] = set()
        self._summary: list[str] = []

    def _borrow(self, found: dict[str, Cell], lends: Mapping[str, Cell]) -> None:
        """Takes from the record what a last day by itself leaves open."""
        touched = self.draft.said - self.draft.settled
        if "end" in self.draft.said and touched.isdisjoint({"start", "dates"}):
            lent = lends.keys() - self.draft.said
            found |= {name: lends[name] for name in lent}
            self.draft.said |= lent
            self.draft.settled |= lent

    def name(self, column: str) -> str:
        """What the file calls a column."""
        return self._columns.names.get(column, column)

    def cell(self, column: str) -> Cell:
        """A cell, which counts as used from now on; nothing when it says nothing."""
        self._used.add(column)
        value = self._cells.get(column)
        return None if blank(value) else value

    def text(self, column: str) -> str:
        return text_of(self.cell(column))

    def items(self, column: str) -> list[Any] | None:
        """The items of a list that a cell holds as JSON, as an export writes what has parts; None if it holds none."""
        cell = self._cells.get(column)
        if not isinstance(cell, str) or not cell.lstrip().startswith("["):
            return None
        try:
            found = loads(restore(cell).encode())
        except (Invalid, UnicodeEncodeError):
            return None
        self._used.add(column)
        return found if isinstance(found, list) else None

    def moment(self, column: str) -> str | None:
        """The instant that a cell names, as an export writes it; None if it names none."""
        if self.name(column) != column:
            return None  # whoever else has such a column may mean the clock of the place
        found = moment_of(self._cells.get(column))
        if found is None:
            return None
        self._used.add(column)
        return f"{found.isoformat()}Z"

    def warn(self, column: str, code: str, detail: str) -> None:
        self.draft.warnings.append(Note(self.name(column), code, detail))

    def refuse(self, column: str, code: str, detail: str) -> None:
        self.draft.errors.append(Note(self.name(column), code, detail))

    def take(self, warnings: Sequence[Note], errors: Sequence[Note]) -> None:
        self.draft.warnings.extend(warnings)
        self.draft.errors.extend(errors)

    def has(self, column: str) -> bool:
        """Whether a cell says something; it does not count as used for being asked."""
        return not blank(self._cells.get(column))

    def line(self, column: str, text: str | None = None, *, longest: int = LINE) -> str:
        """One line of text, cut to what the register holds; what is cut off goes to the summary."""
        line = one_line(self.text(column) if text is None else text)
        if len(line) <= longest:
            return line
        self.warn(column, "text_cut", f"Longer than {longest} characters: the whole is in the summary")
        self.add_to_summary(f"{self.name(column)}: {line}")
        return line[: longest - 1].rstrip() + "…"

    def put_line(self, column: str, field_name: str | None = None) -> None:
        if line := self.line(column):
            self.payload[field_name or column] = line

    def put_choice(self, column: str) -> None:
        """The value of a closed list, in the register's word."""
        text = self.text(column)
        if not text:
            return
        choice = choose(column, text)
        if choice.value is not None:
            self.payload[column] = choice.value
            if not choice.plain:
                self.warn(column, "read_as", f"'{text[:80]}' was read as {choice.value}")
        elif unsettled(text):
            self.warn(column, "to_be_confirmed", f"'{text}': left open")
        else:
            self.refuse(column, "unknown_choice", f"'{text[:80]}' is none of: {allowed(column)}")

    def add_to_summary(self, text: str) -> None:
        self._summary.append(text)

    def close(self) -> None:
        """The summary, with everything that was written and has no field of its own in this kind."""
        for column, value in self._cells.items():
            if column not in self._used and not blank(value):
                label = self.name(column)
                self.add_to_summary(f"{label[:1].upper()}{label[1:]}: {text_of(value)}")
                if column not in SUMMARISED:
                    self.warn(column, "moved_to_summary", "There is no field for this: it was added to the summary")
        self.draft.summarised = bool(self._summary)
        summary = prose("\n\n".join([self.payload.get("summary", ""), *self._summary]))
        if len(summary) > PROSE:
            self.warn("summary", "text_cut", f"Longer than {PROSE:,} characters: the rest is not kept")
            summary = summary[: PROSE - 1] + "…"
        if summary:
            self.payload["summary"] = summary

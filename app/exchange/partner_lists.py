"""Lists of partners as written in one cell: states and institutions mixed, in any separators, with roles."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from app.exchange.cells import Cell, Note, fold, one_line, text_of, unsettled
from app.exchange.countries import country_name, find_country

_LONGEST = 4000
_MOST_FAULTS = 20  # of one cell; whoever has that many has the wrong column
_MOST_WORDS_JOINED = 6  # a name has no more commas and "and"s than this

_ROLES = {
    "host": "host",
    "hosting": "host",
    "hosted": "host",
    "lead": "host",
    "co host": "co_host",
    "cohost": "co_host",
    "co hosting": "co_host",
    "co chair": "co_host",
    "joint host": "co_host",
    "participant": "participant",
    "participating": "participant",
    "member": "participant",
    "attending": "participant",
    "observer": "observer",
    "observers": "observer",
    "obs": "observer",
    "observing": "observer",
    "guest": "observer",
}

_STRONG = re.compile(r"[;\n|•·]|\s/\s")
_WEAK = re.compile(r"\s*,\s*(?:and\s+|&\s*)?|\s+(?:and|with)\s+|\s*&\s*|\s+[-\u2013\u2014+]\s+|\s*/\s*", re.IGNORECASE)
_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_OTHERS = re.compile(
    r"(?:\s*[,;+&]\s*|\s+and\s+|\s+plus\s+|\s+)?"
    r"\b(?:et al\b\.?|and others|others|other (?:nations|countries|partners)|etc\b\.?|\+ ?others)\s*$",
    re.IGNORECASE,
)
_CODES = re.compile(r"[A-Z]{2,3}(?: [A-Z]{2,3})+")
_EVERYBODY = frozenset({"all", "various", "multiple", "multilateral", "many", "several"})


@dataclass(frozen=True, slots=True)
class Partner:
    code: str
    role: str = "participant"


@dataclass(slots=True)
class Partners:
    """Who takes part, in the order written; what was assumed, and what nobody could be found for."""

    partners: list[Partner] = field(default_factory=list)
    warnings: list[Note] = field(default_factory=list)
    errors: list[Note] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    """The names behind the errors, for a caller that has another use for them."""

    @property
    def codes(self) -> list[str]:
        return [each.code for each in self.partners]

    def add(self, code: str, role: str) -> None:
        """One more partner; one that is there already gets the role."""
        if code not in self.codes:
            self.partners.append(Partner(code, role or "participant"))
        elif role:
            self.partners[self.codes.index(code)] = Partner(code, role)


def read_partners(cell: Cell, column: str, institutions: Mapping[str, str], *, home: str = "") -> Partners:
    """The partners in a cell. `institutions` gives codes by folded name or code; `home` is left out."""
    text = text_of(cell)
    found = Partners()
    if len(text) > _LONGEST:
        found.errors.append(Note(column, "partner_unknown", "Too long for a list of partners"))
        return found
    if (shorter := _OTHERS.sub("", text)) != text:
        found.warnings.append(Note(column, "others_not_named", "Partners without a name are left out"))
    for chunk in _STRONG.split(shorter):
        for name, role in _names(chunk, institutions):
            if len(found.errors) >= _MOST_FAULTS:
                return found
            if unsettled(name) or fold(name) in _EVERYBODY:
                found.warnings.append(Note(column, "others_not_named", f"'{name}' names nobody"))
            elif code := _resolve(found, name, column, institutions):
                if code == home:
                    detail = f"'{name}' is the home country, not a partner"
                    found.warnings.append(Note(column, "home_left_out", detail))
                else:
                    found.add(code, role)
    return found


def _resolve(found: Partners, name: str, column: str, institutions: Mapping[str, str]) -> str | None:
    """The code of one name. What stands in brackets behind it is dropped when the name needs it."""
    for attempt in (name, one_line(_BRACKETS.sub(" ", name))):
        if code := institutions.get(fold(attempt)):
            match, guessed = code, False
        else:
            country = find_country(attempt)
            if country.candidates:
                might = " or ".join(f"{country_name(each)} ({each})" for each in country.candidates)
                found.errors.append(Note(column, "country_ambiguous", f"'{attempt}' may be {might}"))
                found.unknown.append(name)
                return None
            match, guessed = country.code or "", country.guessed
        if match:
            if attempt != name:
                found.warnings.append(Note(column, "bracket_dropped", f"Only '{attempt}' of '{name}' is kept"))
            if guessed:
                detail = f"'{attempt}' was taken for {country_name(match)} ({match})"
                found.warnings.append(Note(column, "country_guessed", detail))
            return match
    found.errors.append(
        Note(
            column,
            "partner_unknown",
            f"'{name[:80]}' is neither a country nor an institution of the register",
        )
    )
    found.unknown.append(name)
    return None


def _names(chunk: str, institutions: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The names in a part of a list, each with its role or nothing.

    Names may hold what separates names: "Trinidad and Tobago", "Korea, Republic of". So the longest run of
    words that is a name is taken as one.
    """
    if _known(chunk, institutions):
        yield one_line(chunk), ""
        return
    pieces = _pieces(chunk)
    at = 0
    while at < len(pieces):
        for length in range(min(_MOST_WORDS_JOINED, len(pieces) - at), 0, -1):
            start, end = pieces[at][0], pieces[at + length - 1][1]
            name, role = _role_taken(chunk[start:end])
            if length == 1 or _known(name, institutions):
                yield from ((each, role) for each in _codes(name, institutions))
                at += length
                break


def _pieces(chunk: str) -> list[tuple[int, int]]:
    """Where the shortest pieces between weak separators stand; separators inside brackets do not count."""
    shielded = _BRACKETS.sub(lambda match: "x" * len(match[0]), chunk)
    pieces, at = [], 0
    for separator in _WEAK.finditer(shielded):
        pieces.append((at, separator.start()))
        at = separator.end()
    pieces.append((at, len(chunk)))
    return [(start, end) for start, end in pieces if chunk[start:end].strip(" .:-")]


def _known(name: str, institutions: Mapping[str, str]) -> bool:
    return fold(name) in institutions or find_country(one_line(name), exactly=True).code is not None


def _role_taken(text: str) -> tuple[str, str]:
    """A name without the role that is written with it: `Australia (host)`, `Host: Australia`."""
    for brackets in _BRACKETS.finditer(text):
        if role := _ROLES.get(fold(brackets[1] or brackets[2] or "")):
            return one_line(text[: brackets.start()] + " " + text[brackets.end() :]), role
    head, mark, tail = (each.strip() for each in text.partition(":"))
    if mark and (role := _ROLES.get(fold(head))):
        return one_line(tail), role
    if mark and (role := _ROLES.get(fold(tail))):
        return one_line(head), role
    return one_line(text), ""


def _codes(name: str, institutions: Mapping[str, str]) -> list[str]:
    """`AU US JP` is three names, if all of them are known."""
    if _CODES.fullmatch(name) and not _known(name, institutions):
        codes = name.split()
        if all(_known(code, institutions) for code in codes):
            return codes
    return [name]


def assign_roles(found: Partners, cell: Cell, column: str, institutions: Mapping[str, str]) -> None:
    """Roles from a column of their own: one for each partner in order, or `AU: host; JP: observer`."""
    text = text_of(cell)
    pieces = [one_line(piece) for piece in re.split(r"[;,\n|]", text) if piece.strip()]
    if not pieces:
        return
    roles = [_ROLES.get(fold(piece)) for piece in pieces]
    if all(roles) and len(roles) in {1, len(found.partners)}:
        if len(roles) == 1 and len(found.partners) > 1 and roles[0] in {"host", "co_host"}:
            detail = f"'{text}' does not say which of the {len(found.partners)} partners it is"
            found.errors.append(Note(column, "role_unclear", detail))
            return
        spread = roles * len(found.partners) if len(roles) == 1 else roles
        found.partners = [
            Partner(each.code, role or each.role) for each, role in zip(found.partners, spread, strict=True)
        ]
        return
    for piece in pieces:
        if len(found.errors) < _MOST_FAULTS:
            _assign_one(found, piece, column, institutions)


def _assign_one(found: Partners, piece: str, column: str, institutions: Mapping[str, str]) -> None:
    name, role = _role_taken(piece.replace("=", ":"))
    if not role:
        head, _, tail = name.rpartition(" ")
        name, role = head.strip(" -"), _ROLES.get(fold(tail), "")
    code = institutions.get(fold(name)) or find_country(name).code
    if not role or code not in found.codes:
        found.errors.append(Note(column, "role_unclear", f"'{piece[:80]}' is not a role of one of the partners"))
        return
    found.partners[found.codes.index(code)] = Partner(code, role)

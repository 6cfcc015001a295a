"""The fields that every engagement has, read from a row: what, when, where, with whom, how marked."""

import re
from datetime import date

from app.core.fields import time_zones
from app.exchange.cells import flag_of, fold, one_line, text_of, unaccented
from app.exchange.choices import CLASSIFICATIONS, KINDS, choose, choose_kind, read_endorsements, read_marking
from app.exchange.countries import country_name, find_country
from app.exchange.dates import Dates, coarser, read_dates, read_start_and_end
from app.exchange.partner_lists import Partners, assign_roles, read_partners
from app.exchange.record import Record

_VIRTUAL = frozenset(
    {
        "virtual",
        "online",
        "vtc",
        "remote",
        "teleconference",
        "video",
        "videoconference",
        "teams",
        "ms teams",
        "zoom",
    }
    | {"video link", "by video link", "video conference", "on line", "virtual meeting", "phone", "telephone"}
)
_AT_SEA = frozenset({"at sea", "sea", "international waters", "high seas"})
SLUG = TAG = 80
_MOST_LABELS = 50
_SEPARATORS = re.compile(r"[;,\n|]")


def read_kind(row: Record, default: str | None) -> str | None:
    """The kind of the engagement: from its column, else the one asked for, else by how its title begins."""
    text = row.text("kind")
    if not text:
        return default or _kind_from_title(row)
    found = choose_kind(text)
    if found.kind is None:
        row.refuse("kind", "unknown_kind", f"'{text[:80]}' is none of: {', '.join(KINDS)}")
        return None
    if not found.plain:
        row.warn("kind", "read_as", f"'{text[:80]}' was read as {found.kind}")
    if found.direction:
        row.payload["direction"] = found.direction
    if found.exercise_type:
        row.payload["exercise_type"] = found.exercise_type
    return found.kind


def _kind_from_title(row: Record) -> str | None:
    first = fold(row.text("title")).partition(" ")[0]
    kind = {"exercise": "exercise", "ex": "exercise", "operation": "deployment", "op": "deployment"}.get(first)
    if kind is None:
        row.refuse("kind", "kind_missing", f"It is not said which of these it is: {', '.join(KINDS)}")
    else:
        row.warn("kind", "kind_from_title", f"No kind is given: the title makes it {kind}")
    return kind


def read_title(row: Record) -> None:
    if title := row.line("title"):
        row.payload["title"] = title
    else:
        row.refuse("title", "title_missing", "There is no title")
    if summary := row.text("summary"):
        row.payload["summary"] = summary


def read_when(row: Record, kind: str | None) -> None:
    """First and last day. Only a deployment may go on without an end."""
    dates = _dates(row)
    row.take(dates.warnings, dates.errors)
    start_column = "start" if row.has("start") or not row.has("dates") else "dates"
    stated = _stated_precision(row)
    if dates.period is None:
        if not dates.errors:
            row.refuse(start_column, "date_missing", "There is no start date")
        return
    period = dates.period
    precision = coarser(period.date_precision, stated) if stated else period.date_precision
    if stated and precision != stated:
        row.warn("date_precision", "precision_coarsened", f"The dates are known to the {precision} only")
    ends_on: date | None = period.ends_on
    if not dates.ranged and not row.has("end"):
        # A start alone: a deployment has not ended, anything else ends within what the start names
        ends_on = None if kind == "deployment" and start_column == "start" else period.end_within(precision)
    if ends_on is None and kind != "deployment":
        row.refuse(
            "end" if row.text("end") else start_column,
            "end_missing",
            "Only a deployment may be without an end",
        )
    row.payload["starts_on"] = period.starts_on.isoformat()
    row.payload["ends_on"] = None if ends_on is None else ends_on.isoformat()
    row.payload["date_precision"] = precision


def read_clock(row: Record) -> None:
    """Instants and the time zone, as an export has them; what people write of hours goes to the summary."""
    for column in ("starts_at", "ends_at"):
        if moment := row.moment(column):
            row.payload[column] = moment
    name = row.text("timezone")
    if name in time_zones():
        row.payload["timezone"] = name
    elif name:
        row.add_to_summary(f"{row.name('timezone')}: {name}")
        row.warn("timezone", "moved_to_summary", "This is no time zone by its name: it was added to the summary")


def _dates(row: Record) -> Dates:
    start, end = row.cell("start"), row.cell("end")
    both = row.cell("dates") if start is None else None
    if both is not None:
        if end is None:
            return read_dates(both, row.name("dates"))
        return read_start_and_end(both, end, row.name("dates"), row.name("end"))
    return read_start_and_end(start, end, row.name("start"), row.name("end"))


def _stated_precision(row: Record) -> str | None:
    text = row.text("date_precision")
    value = choose("date_precision", text).value if text else None
    if text and value is None:
        row.refuse("date_precision", "unknown_choice", f"'{text[:80]}' is none of: day, month, quarter, year")
    return value


def read_where(row: Record) -> None:
    row.put_line("city")
    row.put_line("venue")
    if text := row.text("country"):
        _read_country(row, "country", text)
    if text := row.text("location"):
        _read_location(row, text)


def _read_country(row: Record, column: str, text: str) -> None:
    if _nowhere(row, text):
        return
    places = read_partners(text, row.name(column), {})
    row.take(places.warnings, places.errors)
    _put_countries(row, column, places)


def _read_location(row: Record, text: str) -> None:
    """A place as people say it: `Canberra, Australia`, `Singapore`, `at sea`, `Teams`."""
    if _nowhere(row, text):
        return
    places = read_partners(text, row.name("location"), {})
    ambiguous = [note for note in places.errors if note.code == "country_ambiguous"]
    row.take(places.warnings, ambiguous)
    _put_countries(row, "location", places)
    rest = row.line("location", ", ".join(name for name in places.unknown if not find_country(name).candidates))
    if not rest:
        return
    if "city" not in row.payload:
        row.payload["city"] = rest
        row.warn("location", "city_from_location", f"'{rest}' is no country: taken as the city")
    elif fold(rest) != fold(row.payload["city"]):
        row.add_to_summary(f"{row.name('location')}: {text}")
        row.warn("location", "moved_to_summary", f"'{rest}' is no country, and there is a city already")


def _nowhere(row: Record, text: str) -> bool:
    key = fold(text)
    if key not in _VIRTUAL | _AT_SEA:
        return False
    row.payload.setdefault("venue", one_line(text))
    return True


def _put_countries(row: Record, column: str, places: Partners) -> None:
    if not places.codes:
        return
    first, *others = places.codes
    if row.payload.setdefault("country", first) != first:
        row.warn(
            column,
            "country_conflict",
            f"{row.payload['country']} stands elsewhere in the row: {first} is not kept",
        )
    elif others:
        row.add_to_summary("Also in: " + ", ".join(country_name(code) for code in others))
        row.warn(column, "further_countries", f"{first} is the country; {', '.join(others)} are in the summary")


def read_who(row: Record, kind: str | None) -> None:
    """The partners and their roles. At least one, except for a deployment."""
    found = read_partners(
        row.cell("partners"), row.name("partners"), row.lookup.institutions, home=row.lookup.home_country
    )
    assign_roles(found, row.cell("partner_roles"), row.name("partner_roles"), row.lookup.institutions)
    row.take(found.warnings, found.errors)
    if row.lookup.partners:
        for code in found.codes:
            if code not in row.lookup.partners:
                row.refuse("partners", "partner_unknown", f"{code} is not a partner in the register")
    partners = [{"partner": each.code, "role": each.role} for each in found.partners]
    country = row.payload.get("country")
    if not partners and not found.errors and kind != "deployment":
        if country and country != row.lookup.home_country:
            partners = [{"partner": country, "role": "participant"}]
            row.warn("partners", "partner_from_country", f"No partner is named: {country}, where it is, was taken")
        else:
            row.refuse("partners", "partner_missing", "There is no partner")
    row.payload["partners"] = partners


def read_series(row: Record) -> None:
    if name := row.line("series"):
        if slug := row.lookup.series.get(fold(name)) or slug_of(name):
            row.payload["series"] = slug
            row.draft.series_name = name
        else:
            row.refuse("series", "series_unreadable", "The name of the series has no letters a to z")
    row.put_line("edition")


def slug_of(name: str) -> str:
    """A short name for addresses: `Shangri-La Dialogue` is `shangri-la-dialogue`."""
    plain = re.sub(r"['\u2019\u2018\u02bb\u02bc]", "", unaccented(name).casefold())
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG].strip("-")


def read_marks(row: Record) -> None:
    """The protective marking. One that is not understood refuses the row: it is never taken for less."""
    marking = read_marking(row.text("classification"))
    text = row.text("classification")
    if marking.leftover or (text and marking.classification is None):
        row.refuse("classification", "marking_unknown", f"'{text[:80]}' is not one of: {', '.join(CLASSIFICATIONS)}")
    elif marking.classification:
        row.payload["classification"] = marking.classification
    more, leftover = read_endorsements(row.text("endorsements"))
    if leftover:
        row.refuse("endorsements", "endorsement_unknown", f"'{leftover[:80]}' is not a known endorsement")
    if endorsements := sorted({*marking.endorsements, *more}):
        row.payload["endorsements"] = endorsements
    if groups := _listed(row, "need_to_know"):
        row.payload["need_to_know"] = groups
    for column, names in (
        ("classification", marking.releasable_to),
        ("releasable_to", row.text("releasable_to")),
    ):
        countries = read_partners(names, row.name(column), {})
        row.take(countries.warnings, countries.errors)
        codes = set(countries.codes)
        if column == "classification":  # a marking as it is written names us first, whoever else it names
            codes = codes - {row.lookup.home_country} or codes
        if codes:
            row.payload["releasable_to"] = sorted({*row.payload.get("releasable_to", []), *codes})


def read_report_expected(row: Record) -> None:
    """Whether a report is to follow, as an export has it."""
    if text := row.text("report_expected"):
        flag = flag_of(text)
        if flag is None:
            row.refuse("report_expected", "unknown_choice", f"'{text[:80]}' is neither yes nor no")
        else:
            row.payload["report_expected"] = flag


def read_labels(row: Record) -> None:
    """Priorities by code or title, and tags."""
    codes = []
    for name in _listed(row, "priorities"):
        if code := row.lookup.priorities.get(fold(name)):
            codes.append(code)
        else:
            row.add_to_summary(f"{row.name('priorities')}: {name}")
            row.warn("priorities", "priority_unknown", f"'{name[:80]}' is not a priority of the register")
    if codes:
        row.payload["priorities"] = list(dict.fromkeys(codes))
    if tags := [row.line("tags", tag, longest=TAG) for tag in _listed(row, "tags")]:
        row.payload["tags"] = list(dict.fromkeys(tags))


def _listed(row: Record, column: str) -> list[str]:
    items = row.items(column)
    if items is not None and all(isinstance(each, str) for each in items):
        return items
    whole = text_of(row.cell(column))
    if fold(whole) in row.lookup.priorities:  # a title may hold commas
        return [whole]
    pieces = [one_line(piece) for piece in _SEPARATORS.split(whole) if piece.strip()]
    if len(pieces) > _MOST_LABELS:
        row.refuse(column, "too_many", f"There are more than {_MOST_LABELS}")
        return []
    return pieces

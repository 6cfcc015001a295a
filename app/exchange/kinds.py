"""The fields that only one kind of engagement has, read from a row."""

import re
from collections.abc import Callable, Mapping

from app.engagements.bilateral_talks import LAST_ROUND
from app.exchange.cells import fold, one_line
from app.exchange.choices import choose
from app.exchange.common import slug_of
from app.exchange.countries import find_country
from app.exchange.dates import read_dates
from app.exchange.numbers import read_count
from app.exchange.partner_lists import read_partners
from app.exchange.record import PROSE, Record

_ITEMS = re.compile(r"[;\n]")
_VISIT_TO = re.compile(r"\b(?:visit|trip|travel) (?:to|of) (?:the )?(.+?)(?: and |,| \(|\d|$)", re.IGNORECASE)
_OFFICE_AND_NAME = re.compile(r"([^()]+?) ?\(([^()]+)\)")
_OPERATION = re.compile(r"(?:operation|op)\b\.? \w", re.IGNORECASE)
_WEB = re.compile(r"https?://[!-~]{1,1990}")
_ROUND = re.compile(r"(?:round )?#?(\d{1,4})(?:st|nd|rd|th)?(?: round)?", re.IGNORECASE | re.ASCII)

_LISTS = {
    "bilateral_talks": (("agenda", "agenda"),),
    "visit": (("itinerary", "itinerary"),),
    "dialogue": (("sessions", "sessions"),),
    "exercise": (("contribution", "contributions"),),
    "deployment": (("contribution", "contributions"),),
}
"""Of each kind: columns that may hold a list as an export writes it, and the fields that take it as it is."""


def read_kind_fields(row: Record, kind: str) -> None:
    _READERS[kind](row)
    for column, name in _LISTS[kind]:
        items = row.items(column)
        if items is not None:
            row.payload[name] = items


def _read_talks(row: Record) -> None:
    _put_round(row)
    _put_agenda(row)
    _put_hosted_by(row)
    url = row.text("joint_statement_url")
    if _WEB.fullmatch(url):
        row.payload["joint_statement_url"] = url
    elif url:
        row.add_to_summary(f"{row.name('joint_statement_url')}: {url}")
        row.warn(
            "joint_statement_url",
            "moved_to_summary",
            "This is not a web address: it was added to the summary",
        )


def _put_round(row: Record) -> None:
    text = row.text("round")
    found = _ROUND.fullmatch(text)
    if found and int(found[1]) <= LAST_ROUND:
        row.payload["round"] = int(found[1])
    elif text:
        row.add_to_summary(f"{row.name('round')}: {text}")
        row.warn("round", "moved_to_summary", f"'{text[:80]}' is not a number: it was added to the summary")


def _put_agenda(row: Record) -> None:
    if row.items("agenda") is not None:
        return
    items = [one_line(item) for item in _ITEMS.split(row.text("agenda")) if item.strip()]
    if items:
        row.payload["agenda"] = [{"title": row.line("agenda", item)} for item in items]


def _put_hosted_by(row: Record) -> None:
    """Who hosts: in the register's words, or as a country that is home, the partner, or neither."""
    text = row.text("hosted_by")
    if not text:
        return
    if value := choose("hosted_by", text).value:
        row.payload["hosted_by"] = value
        return
    found = read_partners(text, row.name("hosted_by"), row.lookup.institutions)
    row.take(found.warnings, found.errors)
    if found.codes:
        code = found.codes[0]
        partners = {each["partner"] for each in row.payload["partners"]}
        side = "home" if code == row.lookup.home_country else "partner" if code in partners else "third_country"
        row.payload["hosted_by"] = side


def _read_visit(row: Record) -> None:
    _put_direction(row)
    _put_principal(row)
    if purpose := row.text("purpose"):
        row.payload["purpose"] = purpose[:PROSE]
    _put_count(row, "personnel", "delegation_size")
    if post := row.text("post"):
        if known := row.lookup.posts.get(fold(post)):
            row.payload["post"] = known
        else:
            row.add_to_summary(f"{row.name('post')}: {post}")
            row.warn("post", "post_unknown", f"'{post[:80]}' is not a post of the register: added to the summary")
    _put_host_role(row)


def _put_principal(row: Record) -> None:
    """Whose visit it is: an office, and in brackets who holds it, if the register knows somebody of that name."""
    first, *others = [one_line(each) for each in row.text("principal").split(";") if each.strip()] or [""]
    if others:
        row.add_to_summary(f"{row.name('principal')}: {row.text('principal')}")
        row.warn("principal", "further_principals", f"'{first[:80]}' leads; all are in the summary")
    named = _OFFICE_AND_NAME.fullmatch(first)
    if named and (person := row.lookup.people.get(fold(named[2]))):
        row.payload["principal"] = person
        row.payload["principal_office"] = row.line("principal", named[1])
    elif person := row.lookup.people.get(fold(first)):
        row.payload["principal"] = person
    elif office := row.line("principal", first):
        row.payload["principal_office"] = office
    row.put_line("principal_office")


def _put_direction(row: Record) -> None:
    """Who comes to whom. Stated, or from the name of the kind, or from where it is, or from the title."""
    row.put_choice("direction")
    if "direction" in row.payload or any(note.code == "unknown_choice" for note in row.draft.errors):
        return
    if country := row.payload.get("country"):
        way = "inbound" if country == row.lookup.home_country else "outbound"
        row.payload["direction"] = way
        row.warn("direction", "direction_inferred", f"It takes place in {country}, so it is {way}")
        return
    title = row.payload.get("title", "")
    if (to := _VISIT_TO.search(title)) and (code := find_country(to[1].strip()).code):
        way = "inbound" if code == row.lookup.home_country else "outbound"
        row.payload["direction"] = way
        row.warn("direction", "direction_inferred", f"By its title it is a visit to {code}, so it is {way}")
        return
    row.refuse("direction", "direction_missing", "It is not said whether the visit is inbound or outbound")


def _read_dialogue(row: Record) -> None:
    row.put_choice("format")
    row.put_line("intervention")
    if forum := row.text("forum"):
        _put_forum(row, forum)
    _put_host_role(row)


def _put_forum(row: Record, forum: str) -> None:
    """An institution, or else a series: that of the row, if it says none."""
    if code := row.lookup.institutions.get(fold(forum)):
        row.payload["forum"] = code
        return
    slug = row.lookup.series.get(fold(forum)) or slug_of(forum)
    if slug and row.payload.get("series", slug) == slug:
        row.payload["forum"] = row.payload["series"] = slug
        row.draft.series_name = row.draft.series_name or row.line("forum")
        row.warn("forum", "forum_is_series", f"'{forum[:80]}' is not an institution: taken as the series")
    else:
        row.add_to_summary(f"{row.name('forum')}: {forum}")
        row.warn("forum", "forum_unknown", f"'{forum[:80]}' is not an institution: added to the summary")


def _read_exercise(row: Record) -> None:
    row.put_choice("exercise_type")
    _put_domains(row)
    _put_contributions(row)
    _put_count(row, "personnel", "personnel")
    if text := row.text("interoperability"):
        row.payload["interoperability"] = text[:PROSE]
    _put_host_role(row)


def _put_domains(row: Record) -> None:
    domains = []
    for name in re.split(r"[;,/&\n|]|\band\b", row.text("domains")[:500]):
        if not name.strip():
            continue
        if value := choose("domains", name).value:
            domains.append(value)
        else:
            row.refuse("domains", "unknown_choice", f"'{name.strip()[:80]}' is not a domain of an exercise")
    if domains:
        row.payload["domains"] = list(dict.fromkeys(domains))


def _read_deployment(row: Record) -> None:
    row.put_line("operation")
    series = row.draft.series_name or ""
    if "operation" not in row.payload and _OPERATION.match(series):
        row.payload["operation"] = series
        row.warn("operation", "operation_from_series", f"'{series}' is an operation by its name")
    row.put_choice("mandate")
    _put_mission(row)
    row.put_line("theatre")
    _put_count(row, "personnel_authorised", "personnel_authorised")
    _put_count(row, "personnel", "personnel_deployed")
    _put_mandate_end(row)
    _put_contributions(row)
    _put_host_role(row)


def _put_mission(row: Record) -> None:
    mission = row.text("mission")
    if not mission:
        return
    if code := row.lookup.institutions.get(fold(mission)):
        row.payload["mission"] = code
    else:
        row.add_to_summary(f"{row.name('mission')}: {mission}")
        row.warn("mission", "mission_unknown", f"'{mission[:80]}' is not an institution: added to the summary")


def _put_mandate_end(row: Record) -> None:
    cell = row.cell("mandate_expires_on")
    if cell is None:
        return
    dates = read_dates(cell, row.name("mandate_expires_on"))
    row.take(dates.warnings, dates.errors)
    if dates.period and dates.period.ends_on:
        row.payload["mandate_expires_on"] = dates.period.ends_on.isoformat()


def _put_contributions(row: Record) -> None:
    """Free text about what is sent becomes one contribution, in the writer's words."""
    if row.items("contribution") is None and (unit := row.line("contribution")):
        row.payload["contributions"] = [{"unit": unit}]


def _put_count(row: Record, column: str, name: str) -> None:
    count = read_count(row.cell(column), row.name(column))
    row.take(count.warnings, count.errors)
    if count.value is not None:
        row.payload[name] = count.value


def _put_host_role(row: Record) -> None:
    """A column "Host" names a partner whose role it is; home needs no role."""
    text = row.text("hosted_by")
    if not text or choose("hosted_by", text).value == "home":
        return
    found = read_partners(text, row.name("hosted_by"), row.lookup.institutions, home=row.lookup.home_country)
    row.take([note for note in found.warnings if note.code != "home_left_out"], found.errors)
    partners = {each["partner"]: each for each in row.payload["partners"]}
    role = "host" if len(found.partners) == 1 else "co_host"
    for each in found.partners:
        partners[each.code] = {"partner": each.code, "role": role}
    row.payload["partners"] = list(partners.values())


_READERS: Mapping[str, Callable[[Record], None]] = {
    "bilateral_talks": _read_talks,
    "visit": _read_visit,
    "dialogue": _read_dialogue,
    "exercise": _read_exercise,
    "deployment": _read_deployment,
}

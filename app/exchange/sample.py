"""The sample data: a register as it might look, made of public facts about New Zealand's engagement.

The engagements are read as an import would read them, so that importing the same file later finds them unchanged.
What is in the register already is left as it is, also if somebody has changed or withdrawn it.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from typing import Any, cast

from sqlalchemy import select

from app.access.actor import system
from app.access.register import Register
from app.access.work import Work, writing_as
from app.core.columns import Record
from app.core.ids import new_id
from app.crud import store
from app.crud.resource import Resource
from app.db import retried
from app.engagements.participants import PARTICIPANTS
from app.engagements.series import SERIES
from app.exchange.common import slug_of
from app.exchange.finding import RESOURCE_OF
from app.exchange.importing import Progress
from app.exchange.knowledge import lookup_of
from app.exchange.reference import load_countries
from app.exchange.rows import Draft, drafts
from app.exchange.sample_details import details
from app.exchange.tables import read_table
from app.followup.priorities import PRIORITIES
from app.models import Engagement, Office, Partner, Person, Post, Priority, Series
from app.partners.institutions import INSTITUTIONS
from app.partners.offices import OFFICES
from app.partners.people import PEOPLE
from app.posts.posts import POSTS

Documents = Iterator[dict[str, Any]]

FILES = ("engagements.csv", "institutions.json", "posts.csv", "priorities.csv", "SOURCES.md")
_FOLDER = files("app.exchange") / "sample_data"
_PRINCIPAL = re.compile(r"([^();]+?) \(([^()]+)\)")

# Days of accession that the sources give; of other memberships the files have no more than a year.
_SINCE = {("ASEAN", "TL"): "2025-10-26"}
_ROLES = {
    "members": "member",
    "observers": "observer",
    "associate_members": "associate_member",
    "members_to_confirm": "to_confirm",
}

# The offices that the engagements name: whose they are, of which body, and how high.
_OFFICES: dict[str, tuple[str, str | None, str | None]] = {
    "Prime Minister": ("NZ", None, "ministerial"),
    "Minister of Defence": ("NZ", None, "ministerial"),
    "Associate Minister of Defence": ("NZ", None, "ministerial"),
    "Minister of Foreign Affairs": ("NZ", None, "ministerial"),
    "Secretary of Defence": ("NZ", "Ministry of Defence", "principal"),
    "Chief of Defence Force": ("NZ", "New Zealand Defence Force", "principal"),
    "Vice Chief of Defence Force": ("NZ", "New Zealand Defence Force", "principal"),
    "Chief of Army": ("NZ", "New Zealand Army", "principal"),
    "US Secretary of Defense": ("US", "Department of Defense", "ministerial"),
    "Commander US Indo-Pacific Command": ("US", "US Indo-Pacific Command", "principal"),
    "Commander US Pacific Fleet": ("US", "US Pacific Fleet", "principal"),
    "NATO Secretary General": ("NATO", None, None),
    "Chairman of the NATO Military Committee": ("NATO", None, "principal"),
    "Chief of the General Staff of Viet Nam": ("VN", None, "principal"),
}


@retried
def load_sample(register: Register, progress: Progress | None = None) -> dict[str, int]:
    """Adds what the register has not yet of the sample data, all or nothing; tells how many records of each noun."""
    load_countries(register)
    made: dict[str, int] = {}
    with writing_as(register, system("sample data"), new_id()) as work:
        work.reason = "Sample data"
        for resource, column, documents in (
            (INSTITUTIONS, Partner.code, _institutions),
            (PRIORITIES, Priority.code, _priorities),
            (POSTS, Post.external_ref, _posts),
            (SERIES, Series.slug, _series),
            (OFFICES, Office.external_ref, _offices),
            (PEOPLE, Person.external_ref, _people),
        ):
            made[resource.plural] = _add(work, resource, column, documents())
        made |= _add_engagements(work, progress)
    register.refresh_markings()
    return made


def _add(work: Work, resource: Resource, column: Any, documents: Documents) -> int:
    known = set(work.session.scalars(select(column)))
    missing = [each for each in documents if each[column.key] not in known]
    for document in missing:
        store.create(work, resource, document)
    return len(missing)


def _text(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8")


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(_text(name), newline="")))


def _sourced(row: Mapping[str, Any]) -> str:
    return f"{row['source']} (confidence: {row['confidence']})"


def _institutions() -> Documents:
    for each in json.loads(_text("institutions.json")):
        code = each["abbreviation"].upper()
        members = [
            {"partner": partner, "role": role, "since": _SINCE.get((code, partner))}
            for column, role in _ROLES.items()
            for partner in each[column]
        ]
        named = {each["abbreviation"], *each["aliases"]} - {code, each["name"]}
        yield {
            "code": code,
            "name": each["name"],
            "aliases": sorted(named),
            "institution_kind": each["kind"],
            "founded": each["founded"],
            "active": each["active"],
            "home_status": each["nz_status"],
            "home_since": each["nz_since"],
            "members": [*members, *({"name": name} for name in each["non_country_members"])],
            "members_note": each["members_note"] or None,
            "source": _sourced(each),
        }


def _priorities() -> Documents:
    for each in _rows("priorities.csv"):
        yield {
            "code": each["id"],
            "title": each["title"],
            "description": each["description"],
            "theme": each["theme"],
            "status": "current" if each["current"] == "yes" else each["current"],
            "source_document": each["source_document"],
            "source_year": int(each["source_year"]),
            "source": _sourced(each),
        }


def _posts() -> Documents:
    for each in _rows("posts.csv"):
        diplomatic = f"{each['accredited_countries']};{each['accredited_institutions']}".split(";")
        defence = each["defence_accredited_countries"].split(";")
        yield {
            "external_ref": each["id"],
            "name": each["post_name"],
            "post_type": each["post_type"],
            "city": each["city"],
            "country": each["country"],
            "accreditations": [
                {"partner": partner, "kind": kind}
                for kind, partners in (("diplomatic", diplomatic), ("defence", defence))
                for partner in partners
                if partner
            ],
            "has_defence_staff": True if each["has_defence_staff"] == "yes" else None,
            "defence_role": each["defence_role"] or None,
            "note": each["note"] or None,
            "source": _sourced(each),
        }


def _series() -> Documents:
    """Every series that an engagement names, with the kind of its editions where they have but one."""
    kinds: dict[str, set[str]] = {}
    for each in _rows("engagements.csv"):
        if each["series"]:
            kinds.setdefault(each["series"], set()).add(each["type"])
    for name, found in sorted(kinds.items()):
        yield {"slug": slug_of(name), "name": name, "kind": found.pop() if len(found) == 1 else None}


def _offices() -> Documents:
    for title, (partner, organisation, level) in _OFFICES.items():
        yield {
            "external_ref": f"office:{slug_of(title)}",
            "title": title,
            "partner": partner,
            "organisation": organisation,
            "level": level,
        }


def _people() -> Documents:
    """Those whom the engagements name as holders of an office. Since when, no source says: no appointments follow."""
    named: dict[str, tuple[str, list[str]]] = {}
    for each in _rows("engagements.csv"):
        for office, name in principals(each["principal"]):
            named.setdefault(name, (_OFFICES[office][0], []))[1].append(each["id"])
    for name, (partner, engagements) in sorted(named.items()):
        yield {
            "external_ref": f"person:{slug_of(name)}",
            "name": name,
            "partner": partner,
            "source": f"Named as principal in {', '.join(engagements)} of the sample data",
        }


def principals(text: str) -> list[tuple[str, str]]:
    """The offices and their holders in `Minister of Defence (Judith Collins); Chief of …`; nobody without a name."""
    return [(office.strip(), name) for office, name in _PRINCIPAL.findall(text)]


def _add_engagements(work: Work, progress: Progress | None) -> dict[str, int]:
    table = read_table(_text("engagements.csv").encode(), "engagements.csv")
    rows = {each["id"]: each for each in _rows("engagements.csv")}
    missions = {each["code"] for each in _institutions() if (each["members_note"] or "").startswith("UN mission")}
    known = set(work.session.scalars(select(Engagement.external_ref)))
    lookup = lookup_of(work)
    attend = _attendance(work)
    made = {"engagements": 0, PARTICIPANTS.plural: 0}
    for draft in drafts(table, default_kind=None, lookup=lookup):
        ref = cast("str", draft.external_ref)
        if ref not in known:
            row = rows[ref]
            level = next((_OFFICES[name][2] for name in _OFFICES if row["principal"].startswith(name)), None)
            document = draft.payload | details(draft, lookup, level=level, un_missions=missions)
            record = store.create(work, _resource_of(draft), document)
            made["engagements"] += 1
            made[PARTICIPANTS.plural] += attend(record, row["principal"])
        if progress is not None:
            progress(draft.record, len(table.rows))
    return made


def _resource_of(draft: Draft) -> Resource:
    if draft.errors:
        raise AssertionError(f"{draft.external_ref}: {draft.errors}")  # pragma: no cover - a test reads every row
    return RESOURCE_OF[cast("str", draft.kind)]


def _attendance(work: Work) -> Callable[[Any, str], int]:
    """Puts down who took part, by the principal that the data name, each in the office that they name."""
    people = _ids(work, Person)
    offices = _ids(work, Office)

    def attend(engagement: Engagement, text: str) -> int:
        found = principals(text)
        for number, (title, name) in enumerate(found, start=1):
            document = {
                "external_ref": f"{engagement.external_ref}/{number}",
                "person": people[f"person:{slug_of(name)}"],
                "side": "home" if _OFFICES[title][0] == "NZ" else "partner",
                "office": offices[f"office:{slug_of(title)}"],
                "role": "principal",
            }
            store.create(work, PARTICIPANTS, document, parent=engagement)
        return len(found)

    return attend


def _ids(work: Work, model: type[Record]) -> dict[str, str]:
    rows = work.session.execute(select(model.external_ref, model.id).where(model.external_ref.is_not(None)))
    return {str(ref): str(record_id) for ref, record_id in rows}

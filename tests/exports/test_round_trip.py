"""What is exported can be imported again: nothing changes but what was changed in the file."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter
from python_calamine import load_workbook

from app.access.register import Register
from app.exchange.sample import load_sample
from support.client import Api, Apps
from support.databases import Databases
from support.documents import Documents

Rows = list[dict[str, Any]]


def read(data: bytes, name: str) -> Rows:
    if name == "jsonl":
        return [json.loads(line) for line in data.decode().split("\n")[:-1]]
    if name == "csv":
        return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    with load_workbook(io.BytesIO(data)) as workbook:
        head, *rows = workbook.get_sheet_by_index(0).to_python()
    return [dict(zip(head, row, strict=True)) for row in rows]


def write(rows: Rows, name: str) -> bytes:
    """The rows as a spreadsheet program saves them."""
    if name == "jsonl":
        return "".join(json.dumps(row) + "\n" for row in rows).encode()
    if name == "csv":
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue().encode("utf-8-sig")
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"default_date_format": "yyyy-mm-dd hh:mm", "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for place, values in enumerate([list(rows[0]), *(list(row.values()) for row in rows)]):
            for column, value in enumerate(values):
                if isinstance(value, str):
                    sheet.write_string(place, column, value)
                else:
                    sheet.write(place, column, value)
    return data.getvalue()


@pytest.fixture(params=["csv", "xlsx", "jsonl"])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def exported(api: Api, name: str) -> Callable[..., bytes]:
    def exporting(path: str = "/engagements", **params: Any) -> bytes:
        answer = api.get(f"{path}/export", params={"format": name, **params})
        assert answer.status_code == 200, answer.text
        return answer.content

    return exporting


@pytest.fixture
def take(api: Api, name: str) -> Callable[..., Any]:
    def taking(data: bytes | Rows, **fields: Any) -> Any:
        sent = data if isinstance(data, bytes) else write(data, name)
        answer = api.ask("POST", "/imports", files={"file": (f"file.{name}", sent)}, data=fields)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return taking


def counts(report: Any) -> tuple[int, ...]:
    return tuple(report[each] for each in ("created", "updated", "unchanged", "rejected"))


def everything(api: Api) -> list[Any]:
    return api.items("/engagements", limit=200, archived="any", sort="id")


def rich(documents: Documents) -> None:
    """Engagements that say all that can be said, also what an import alone could not read."""
    person, post = documents.make("people"), documents.make("posts")
    documents.visit(
        title="=1+1", summary="# Aim\n\n    indented  code\n\n\n\nend", venue="'@home", tags=["a, b", "c;d", "-"],
        partners=[{"partner": "JP", "role": "co_host"}, {"partner": "AU", "role": "observer"}, "TO"],
        principal=person["id"], principal_office="Chief of Defence Force", post=post["id"], delegation_size=7,
        starts_at="2026-12-01T09:30:00.123456+13:00", ends_at="2026-12-02T00:00:00Z", timezone="Pacific/Auckland",
        starts_on="2026-12-01", ends_on="2026-12-03", country="AU", city="Sydney", report_expected=False,
        itinerary=[{"starts_at": "2026-12-01T00:00:00Z", "place": "Sydney", "activity": "Talks; lunch"}],
        classification="RESTRICTED", releasable_to=["AU", "JP"],
    )  # fmt: skip
    documents.make("visits", title="None", venue="n/a", city="TBC", edition="2026", purpose="?", date_precision="month",
                   starts_on="2026-12-05", ends_on="2026-12-06", status="proposed")  # fmt: skip
    documents.make("bilateral-talks", agenda=[{"title": "One; two", "lead": "CDF"}, "Three"], hosted_by="third_country",
                   round=3, joint_statement_url="https://example.org/a?b=c")  # fmt: skip
    documents.make("dialogues", sessions=["Opening", {"title": "Close"}], format="track_1_5", intervention="+ Speech")
    contributions = [{"unit": "HMNZS Te Kaha", "service": "Navy", "personnel": 178}, {"platform": "P-8A"}]
    documents.make("exercises", domains=["maritime", "air"], contributions=contributions, personnel=0,
                   interoperability="Links\n- worked", exercise_type="command_post")  # fmt: skip
    documents.make("deployments", contributions=contributions, ends_on=None, partners=[], mandate="un",
                   personnel_authorised=1200, personnel_deployed=8, mandate_expires_on="2027-06-30")  # fmt: skip


def test_the_sample_comes_back_unchanged(
    api: Api, register: Register, exported: Callable[..., bytes], take: Callable[..., Any], name: str
) -> None:
    load_sample(register)
    before = everything(api)
    data = exported()
    for sent in (data, read(data, name)):
        report = take(sent)
        assert counts(report) == (0, 0, len(before), 0)
        assert [row["reference"] for row in report["rows"] if row["warnings"] or row["errors"]] == []
        assert report["warnings"] == []
    assert everything(api) == before


def test_all_that_can_be_said_comes_back_unchanged(
    api: Api, documents: Documents, exported: Callable[..., bytes], take: Callable[..., Any], name: str
) -> None:
    rich(documents)
    before = everything(api)
    data = exported()
    for sent in (data, read(data, name)):
        report = take(sent)
        assert counts(report) == (0, 0, len(before), 0), report
        assert report["warnings"] == []
        assert [row for row in report["rows"] if row["warnings"]] == []
    assert everything(api) == before


def test_only_what_was_edited_changes(
    api: Api, documents: Documents, exported: Callable[..., bytes], take: Callable[..., Any], name: str
) -> None:
    rich(documents)
    before = {each["id"]: each for each in everything(api)}
    rows = read(exported("/visits"), name)
    edited = next(row for row in rows if row["timezone"])
    edited |= {"title": "Another title", "ends_on": "2026-12-04"}
    report = take(rows)
    assert counts(report) == (0, 1, 1, 0)
    assert report["rows"][rows.index(edited)]["reference"] == edited["reference"]
    after = {each["id"]: each for each in everything(api)}
    changed = after[edited["id"]]
    different = {field for field in changed if changed[field] != before[edited["id"]][field]}
    assert different == {"title", "ends_on", "version", "updated_at", "report_due_on"} - (
        set() if changed["report_due_on"] != before[edited["id"]]["report_due_on"] else {"report_due_on"}
    )
    assert (changed["title"], changed["ends_on"]) == ("Another title", "2026-12-04")
    assert {key: each for key, each in after.items() if key != edited["id"]} == {
        key: each for key, each in before.items() if key != edited["id"]
    }


def test_lists_can_be_edited_in_their_cells(
    api: Api, documents: Documents, exported: Callable[..., bytes], take: Callable[..., Any], name: str
) -> None:
    rich(documents)
    rows = read(exported("/visits"), name)
    edited = next(row for row in rows if row["timezone"])
    if name == "jsonl":
        edited["itinerary"][0]["activity"] = "Dinner"
    else:
        edited["itinerary"] = edited["itinerary"].replace("Talks; lunch", "Dinner")
    edited["partners"] = "AU (host); FJ"
    edited["tags"] = "navy; reform"
    assert counts(take(rows)) == (0, 1, 1, 0)
    visit = api.read(f"/visits/{edited['reference']}")
    assert [each["activity"] for each in visit["itinerary"]] == ["Dinner"]
    assert [(each["partner"], each["role"]) for each in visit["partners"]] == [("AU", "host"), ("FJ", "participant")]
    assert visit["tags"] == ["navy", "reform"]
    assert visit["summary"] == "# Aim\n\n    indented  code\n\n\n\nend"


def test_an_old_file_does_not_undo_what_came_after_it(
    api: Api, documents: Documents, exported: Callable[..., bytes], take: Callable[..., Any], name: str
) -> None:
    visit = documents.visit(title="First", summary="Old", city="Nadi")
    rows = read(exported("/visits"), name)
    api.change(f"/visits/{visit['id']}", {"summary": "New", "city": "Suva"})
    rows[0] |= {"title": "Second", "city": "Labasa"}
    report = take(rows)
    assert counts(report) == (0, 1, 0, 0)
    assert [(note["column"], note["code"]) for note in report["rows"][0]["warnings"]] == [("city", "changed_meanwhile")]
    read_again = api.read(f"/visits/{visit['id']}")
    assert (read_again["title"], read_again["summary"], read_again["city"]) == ("Second", "New", "Labasa")


def test_some_columns_will_do(
    api: Api, documents: Documents, exported: Callable[..., bytes], take: Callable[..., Any], name: str
) -> None:
    visit = documents.visit(title="First", classification="RESTRICTED", endorsements=["NZEO"])
    rows = read(exported(fields="reference,level,ends_on"), name)
    more = {"csv": ["marking"], "xlsx": ["marking", "cut"], "jsonl": []}
    assert list(rows[0]) == ["reference", "level", "ends_on", *more[name]]
    assert counts(take(rows)) == (0, 0, 1, 0)
    rows[0]["level"] = "ministerial"
    assert counts(take(rows)) == (0, 1, 0, 0)
    again = api.read(f"/visits/{visit['id']}")
    assert (again["level"], again["classification"], again["endorsements"]) == ("ministerial", "RESTRICTED", ["NZEO"])


def test_what_only_the_register_says_is_not_taken(
    api: Api, documents: Documents, exported: Callable[..., bytes], take: Callable[..., Any], name: str
) -> None:
    visit = documents.visit(classification="RESTRICTED")
    rows = read(exported("/visits"), name)
    rows[0] |= {"report_due_on": "2031-01-01", "marking": "UNCLASSIFIED", "status": "cancelled"}
    report = take(rows)
    assert counts(report) == (0, 0, 1, 0)
    assert {(note["column"], note["code"]) for note in report["rows"][0]["warnings"]} == {
        ("report_due_on", "kept_as_it_is"), ("marking", "kept_as_it_is"), ("status", "status_kept"),
    }  # fmt: skip
    assert api.read(f"/visits/{visit['id']}") == visit


def test_a_hidden_record_is_not_found_by_its_reference(
    api: Api, documents: Documents, exported: Callable[..., bytes], take: Callable[..., Any], name: str
) -> None:
    """Whoever has the file and may not see the record is told no more of it than of one that never was."""
    visit = documents.visit(classification="RESTRICTED")
    rows = read(exported("/visits"), name)
    rows[0] |= {"classification": "", "marking": ""}
    low = api.as_("contributor", "UNCLASSIFIED")
    sent = {"file": (f"file.{name}", write(rows, name))}
    report = low.ask("POST", "/imports", files=sent).json()
    assert counts(report) == (1, 0, 0, 0)
    assert report["rows"][0]["reference"] != visit["reference"]
    assert api.read(f"/visits/{visit['id']}") == visit


@pytest.mark.parametrize("named", [True, False])
def test_what_another_register_calls_the_same_is_another_record(
    api: Api, documents: Documents, take: Callable[..., Any], name: str, apps: Apps, source: Databases, named: bool
) -> None:
    """Each register counts its visits, so both have a VIS-2026-0001; the id says of which register a row tells."""
    with apps.own(source) as other:
        Documents(other).visit(title="Another", external_ref="X-1" if named else None)
        rows = read(other.get("/visits/export", params={"format": name}).content, name)
    ours = documents.visit(title="Ours")
    rows[0]["reference"] = ours["reference"]
    for outcome in ("created", "unchanged"):
        (row,) = take(rows)["rows"]
        assert (row["outcome"], row["errors"]) == (outcome, [])
        assert row["reference"] != ours["reference"]
    assert api.read(f"/visits/{ours['id']}") == ours
    assert sorted(each["title"] for each in api.items("/visits")) == ["Another", "Ours"]


@pytest.mark.parametrize(
    "cells",
    [
        *({"itinerary": each} for each in (
            '["a"', "[NaN]", "[1e999]", "[" * 5_000, '["\\ud800"]', '[{"x": 1}]', "[null]", "[[]]",
            f'["{"a" * 30_000}"]', f'[{{"place": {"9" * 5_000}}}]',
        )),
        *({"starts_at": each} for each in (
            "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-13-45T00:00:00Z", "noon", "1",
        )),
        *({"version": each} for each in ("-1", "9" * 50, "1.5", "1e3", "\u0661", "none")),
        {"id": "x" * 5_000}, {"reference": "'" * 300}, {"tags": '["a", 5]'}, {"tags": '["\\u0000"]'},
        {"timezone": "../../etc/passwd"}, {"report_expected": "perhaps"}, {"need_to_know": "?;!"},
    ],
    ids=" ".join,
)  # fmt: skip
def test_no_cell_does_harm(api: Api, documents: Documents, cells: dict[str, str]) -> None:
    """What nobody would export is taken as text, or refused with its column; never is anything else changed."""
    visit = documents.visit(title="First", starts_at="2026-12-01T09:30:00Z", timezone="Pacific/Auckland")
    rows = read(api.get("/visits/export").content, "csv")
    report = api.ask("POST", "/imports", files={"file": ("file.csv", write([rows[0] | cells], "csv"))}).json()
    again = api.read(f"/visits/{visit['id']}")
    (row,) = report["rows"]
    if row["outcome"] == "rejected":
        assert row["errors"]
        assert again == visit
    touched = {*cells, "summary", "version", "updated_at"}
    assert {name: each for name, each in again.items() if name not in touched} == {
        name: each for name, each in visit.items() if name not in touched
    }

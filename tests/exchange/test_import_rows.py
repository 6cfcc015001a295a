import json
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from office_files import ods, xlsx

import app
from app.exchange.choices import KINDS
from app.exchange.headers import SYNONYMS
from app.exchange.rows import Draft, Lookup, drafts, file_warnings
from app.exchange.tables import Row, Table, read_table

LOOKUP = Lookup.of(
    institutions={"Five Power Defence Arrangements": "FPDA", "ADMM+": "ADMM-PLUS", "United Nations": "UN"},
    priorities={"Security in and for the Pacific": "PRI-04"},
    posts={"New Zealand Embassy Tokyo": "0190-post"},
)
GOOD = {"Type": "Dialogue", "Title": "A dialogue", "Start": "2024-06-03", "Partners": "SG"}


def draft(kind: str | None = None, lookup: Lookup = LOOKUP, **cells: Any) -> Draft:
    row = {name.replace("_", " "): value for name, value in cells.items()}
    table = Table(tuple(row), (Row(1, tuple(row.values())),), None)
    (only,) = drafts(table, default_kind=kind, lookup=lookup)
    json.dumps(only.payload)
    return only


def good(**cells: Any) -> Draft:
    return draft(**(GOOD | cells))


def codes(notes: list[Any]) -> list[tuple[str, str]]:
    return [(note.column, note.code) for note in notes]


def test_a_row_as_the_register_takes_it() -> None:
    found = draft(
        Ref="T-1", Type="Exercise (TTX)", Title=" Exercise  Tasman Shield ", Dates="3-5 June 2024",
        Status="Confirmed",
        Location="Darwin, Australia", Partners="Australia (host); US", Series="Tasman Shield", Edition=2024,
        Domains="Navy, Air", NZ_contribution="HMNZS Te Kaha", Pax="~250", Classification="IN CONFIDENCE",
        Priorities="security in and for the pacific", Tags="pacific; anzac", Lead="NZDF",
        Level="Working level",
        Summary="First of its kind.", Notes="Bring flags.",
    )  # fmt: skip
    assert not found.errors
    assert found.kind == "exercise"
    assert found.series_name == "Tasman Shield"
    assert found.payload == {
        "external_ref": "T-1",
        "title": "Exercise Tasman Shield",
        "summary": "First of its kind.\n\nNotes: Bring flags.",
        "starts_on": "2024-06-03",
        "ends_on": "2024-06-05",
        "date_precision": "day",
        "status": "confirmed",
        "country": "AU",
        "city": "Darwin",
        "partners": [{"partner": "AU", "role": "host"}, {"partner": "US", "role": "participant"}],
        "series": "tasman-shield",
        "edition": "2024",
        "exercise_type": "table_top",
        "domains": ["maritime", "air"],
        "contributions": [{"unit": "HMNZS Te Kaha"}],
        "personnel": 250,
        "classification": "IN-CONFIDENCE",
        "priorities": ["PRI-04"],
        "tags": ["pacific", "anzac"],
        "lead": "defence_force",
        "level": "working",
    }
    assert codes(found.warnings) == [
        ("Type", "read_as"),
        ("Location", "city_from_location"),
        ("Lead", "read_as"),
        ("Level", "read_as"),
        ("Pax", "approximate"),
        ("Notes", "moved_to_summary"),
    ]


def test_all_faults_of_a_row_are_told() -> None:
    found = draft(
        Type="lunch", Title="", Start="31/02/2024", Partners="Korea", Status="purple",
        Classification="OFFICIAL",
        Country="Congo",
    )  # fmt: skip
    assert set(codes(found.errors)) == {
        ("Type", "unknown_kind"),
        ("Title", "title_missing"),
        ("Start", "date_impossible"),
        ("Partners", "country_ambiguous"),
        ("Status", "unknown_choice"),
        ("Classification", "marking_unknown"),
        ("Country", "country_ambiguous"),
    }


@pytest.mark.parametrize(
    ("cells", "direction"),
    [
        ({"Type": "Inbound visit"}, "inbound"),
        ({"Direction": "out"}, "outbound"),
        ({"Country": "NZ"}, "inbound"),
        ({"Country": "Japan"}, "outbound"),
        ({"Title": "Visit to Fiji"}, "outbound"),
        ({"Title": "Chief's visit to New Zealand"}, "inbound"),
        ({}, None),
    ],
)
def test_the_direction_of_a_visit(cells: dict[str, str], direction: str | None) -> None:
    found = draft(**({"Type": "Visit", "Title": "A visit", "Date": "2024-06-03", "Partners": "JP"} | cells))
    assert found.payload.get("direction") == direction
    assert codes(found.errors) == ([] if direction else [("direction", "direction_missing")])
    inferred = not {"Type", "Direction"} & set(cells) and direction
    assert (("direction", "direction_inferred") in codes(found.warnings)) == bool(inferred)


def test_visit_fields() -> None:
    found = draft(
        kind="visit", Title="CDF calls", Date="2024-06-03", Partners="JP", Direction="outbound", Pax="5",
        Who="Chief of Defence Force", Post="New Zealand embassy Tokyo", Purpose="Talks",
    )  # fmt: skip
    assert not found.errors
    fields = ("principal_office", "delegation_size", "post", "purpose")
    assert [found.payload[name] for name in fields] == ["Chief of Defence Force", 5, "0190-post", "Talks"]


def test_deployment_fields() -> None:
    found = draft(
        Type="Op", Title="Operation Example", Start="June 2023", Country="EG; IL", Series="Operation Example",
        Pax=">300", Authorised=350, Mandate="United Nations", Mission="United Nations",
        Mandate_expires="30/6/2025",
        Units="x" * 300,
    )  # fmt: skip
    assert not found.errors
    payload = found.payload
    assert (payload["starts_on"], payload["ends_on"], payload["partners"]) == ("2023-06-01", None, [])
    assert (payload["personnel_deployed"], payload["personnel_authorised"]) == (300, 350)
    assert (payload["mandate"], payload["mission"], payload["operation"]) == ("un", "UN", "Operation Example")
    assert payload["mandate_expires_on"] == "2025-06-30"
    assert len(payload["contributions"][0]["unit"]) == 200
    assert "x" * 300 in payload["summary"]
    assert {
        ("Country", "further_countries"),
        ("Units", "text_cut"),
        ("operation", "operation_from_series"),
    } <= set(codes(found.warnings))


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"Start": "2024-06-03"}, ("2024-06-03", "2024-06-03", "day")),
        ({"Start": "June 2024"}, ("2024-06-01", "2024-06-30", "month")),
        ({"Start": "2024-06-01", "Date precision": "month"}, ("2024-06-01", "2024-06-30", "month")),
        ({"Start": "2024-05-01", "Date precision": "quarter"}, ("2024-05-01", "2024-06-30", "quarter")),
        (
            {"Start": "2024-06-01", "End": "2024-06-20", "Date precision": "year"},
            ("2024-06-01", "2024-06-20", "year"),
        ),
        ({"Start": "", "When": "3-5 June 2024"}, ("2024-06-03", "2024-06-05", "day")),
        ({"Start": "", "When": "3 June 2024", "End": "5 June 2024"}, ("2024-06-03", "2024-06-05", "day")),
    ],
)
def test_when_it_is(cells: dict[str, str], expected: tuple[str, str, str]) -> None:
    found = good(**cells)
    assert tuple(found.payload[name] for name in ("starts_on", "ends_on", "date_precision")) == expected
    assert not found.errors


def test_only_deployments_go_on_without_end() -> None:
    assert codes(good(End="ongoing").errors) == [("End", "end_missing")]
    assert good(Type="Deployment", End="ongoing").payload["ends_on"] is None
    assert codes(good(Start="").errors) == [("Start", "date_missing")]


def test_where_it_is() -> None:
    assert good(Location="Virtual").payload["venue"] == "Virtual"
    assert good(Location="Auckland").payload["city"] == "Auckland"
    assert good(Location="Singapore").payload["country"] == "SG"
    assert "Pentagon" in good(Location="Pentagon", City="Washington").payload["summary"]
    assert codes(good(Location="Korea").errors) == [("Location", "country_ambiguous")]
    assert codes(good(Country="Atlantis").errors) == [("Country", "partner_unknown")]


def test_who_takes_part() -> None:
    assert codes(good(Partners="").errors) == [("Partners", "partner_missing")]
    alone = good(Partners="", Country="Singapore")
    assert alone.payload["partners"] == [{"partner": "SG", "role": "participant"}]
    assert ("Partners", "partner_from_country") in codes(alone.warnings)
    hosted = good(Partners="US", Host="Singapore").payload["partners"]
    assert hosted == [{"partner": "US", "role": "participant"}, {"partner": "SG", "role": "host"}]
    talks = good(Type="Bilat", Partners="US", Host="Singapore")
    assert talks.payload["hosted_by"] == "third_country"
    known = Lookup.of(partners=frozenset({"SG"}))
    assert codes(draft(lookup=known, **(GOOD | {"Partners": "SG, US"})).errors) == [("Partners", "partner_unknown")]


def test_talks_and_dialogue_fields() -> None:
    talks = good(Type="Bilat", Round="4th", Agenda="Pacific; Space", Joint_statement="see file")
    assert talks.payload["round"] == 4
    assert talks.payload["agenda"] == [{"title": "Pacific"}, {"title": "Space"}]
    assert "see file" in talks.payload["summary"]
    for written, number in (("1000", 1000), ("Round #12", 12), ("1", 1)):
        assert good(Type="Bilat", Round=written).payload["round"] == number
    for written in ("1001", "2026", "first"):
        kept = good(Type="Bilat", Round=written)
        assert "round" not in kept.payload
        assert f"Round: {written}" in kept.payload["summary"]
    assert good(Forum="ADMM+", Format="SOM").payload["forum"] == "ADMM-PLUS"
    serial = good(Forum="Shangri-La Dialogue")
    assert serial.payload["forum"] == serial.payload["series"] == "shangri-la-dialogue"
    assert serial.series_name == "Shangri-La Dialogue"


def test_markings_are_never_taken_for_less() -> None:
    full = good(Classification="RESTRICTED//REL TO NZL, AUS", Endorsements="Policy")
    assert full.payload["classification"] == "RESTRICTED"
    assert full.payload["releasable_to"] == ["AU"], "a written marking names us first"
    assert good(Classification="RESTRICTED//REL TO NZL").payload["releasable_to"] == ["NZ"], "and nobody else"
    assert good(Classification="RESTRICTED", Releasable_to="NZ, AU").payload["releasable_to"] == ["AU", "NZ"]
    assert full.payload["endorsements"] == ["POLICY"]
    for marking in ("SECRET NOFORN", "confidental", "TBC", "SECRET//REL TO FVEY"):
        assert good(Classification=marking).errors, marking
    assert codes(good(Endorsements="EYES ONLY").errors) == [("Endorsements", "endorsement_unknown")]


def test_kind_by_default_and_by_title() -> None:
    assert draft(kind="exercise", Title="Kakadu", Date="2024", With="AU").kind == "exercise"
    assert draft(Title="Ex Kakadu", Date="2024", With="AU").kind == "exercise"
    assert codes(draft(Title="Kakadu", Date="2024", With="AU").errors) == [("kind", "kind_missing")]


def test_texts_are_text() -> None:
    assert good(Title="=HYPERLINK(1)").payload["title"] == "=HYPERLINK(1)"
    assert good(Title="'=HYPERLINK(1)").payload["title"] == "=HYPERLINK(1)"
    long = good(Title="x" * 300)
    assert len(long.payload["title"]) == 200
    assert "x" * 300 in long.payload["summary"]


@pytest.mark.parametrize("nasty", ["a," * 2000, "(" * 3000, "and " * 900, "a\n" * 15000, "aaaaaa;" * 500, " - " * 1000])
def test_a_cell_full_of_nonsense_makes_few_remarks(nasty: str) -> None:
    found = good(**dict.fromkeys(("Partners", "Role", "Location", "Tags", "Priority", "Rel to", "Host"), nasty))
    assert len(found.errors) + len(found.warnings) < 200


def test_references_are_stable() -> None:
    first = good().external_ref
    assert first is not None
    assert first.startswith("import:")
    assert len(first) == len("import:") + 16
    assert good(Title="A  DIALOGUE ", Status="done").external_ref == first
    assert good(Start="2024-06-04").external_ref != first
    assert good(ID=12.0).external_ref == "12"
    assert good(No=12).external_ref == first
    assert codes(good(ID="x" * 201).errors) == [("ID", "reference_too_long")]


def test_rows_that_are_no_records_and_repetitions() -> None:
    table = read_table(
        b"ID,Title,Date,Partners,Type\n"
        b"EXERCISES,,,,\n"
        b"1,One,2024-06-03,AU,Ex\n"
        b"ID,Title,Date,Partners,Type\n"
        b"1,One,2024-06-03,AU,Ex\n"
        b"1,Two,2024-06-03,AU,Ex\n"
        b",Three,,,\n"
    )
    found = list(drafts(table, default_kind=None, lookup=LOOKUP))
    assert [each.ignored for each in found] == [True, False, True, True, False, False]
    assert codes(found[4].errors) == [("", "repeated_reference")]
    assert {code for _, code in codes(found[5].errors)} == {"kind_missing", "date_missing", "partner_missing"}


SHEET = [
    ["Engagement list"],
    [],
    ["Activity Type", "When", "With", "Name of event", "Colour", "Host country"],
    ["Ex", "3–5 June 2024", "Australia; US, UK and FPDA", "Exercise One", "red", "Australia"],
    [],
    ["Inbound visit", date(2024, 3, 12), "Japan / Republic of Korea", "A visit", "", "Aotearoa"],
    ["Bilat", 45363, "PNG", "Talks", "", "P.N.G."],
]


@pytest.mark.parametrize("data", [xlsx({"List": SHEET}), ods(SHEET)], ids=["xlsx", "ods"])
def test_a_workbook_from_end_to_end(data: bytes) -> None:
    table = read_table(data, "list.bin")
    found = list(drafts(table, default_kind=None, lookup=LOOKUP))
    assert [each.record for each in found] == [1, 3, 4]
    assert [each.errors for each in found] == [[], [], []]
    assert [each.kind for each in found] == ["exercise", "visit", "bilateral_talks"]
    assert [each["partner"] for each in found[0].payload["partners"]] == ["AU", "US", "GB", "FPDA"]
    assert found[1].payload["starts_on"] == found[2].payload["starts_on"] == "2024-03-12"
    assert codes(file_warnings(table)) == [("Colour", "unknown_column")]


def test_the_sample_data_goes_in_whole() -> None:
    folder = next((each.parent for each in Path(app.__file__).parent.rglob("engagements.csv")), None)
    if folder is None:
        pytest.skip("the package ships no sample data yet")
    listed = json.loads((folder / "institutions.json").read_text(encoding="utf-8"))
    names = {
        name: each["abbreviation"].upper()
        for each in listed
        for name in (each["abbreviation"], each["name"], *each["aliases"])
    }
    table = read_table((folder / "engagements.csv").read_bytes(), "engagements.csv")
    found = list(drafts(table, default_kind=None, lookup=Lookup.of(institutions=names)))
    assert len(found) == 150
    assert not [each for each in found if each.errors or each.ignored]
    assert {kind: sum(each.kind == kind for each in found) for kind in KINDS} == {
        "bilateral_talks": 18,
        "visit": 33,
        "dialogue": 34,
        "exercise": 36,
        "deployment": 29,
    }


CELLS = (
    st.text(max_size=30)
    | st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats()
    | st.dates()
    | st.datetimes()
    | st.times()
    | st.timedeltas()
    | st.sampled_from(["TBC", "Fiji", "Visit", "2024", "3-5 June 2024", "host", "=1+1", "NZ", "SECRET"])
    | st.sampled_from([time(), timedelta(), float("nan"), "\ud800", "\x00", "x" * 3000, "é" * 300])
)


@given(st.dictionaries(st.sampled_from(sorted(SYNONYMS)), CELLS, max_size=25), st.sampled_from([None, *KINDS]))
def test_any_row_is_a_draft_with_what_is_wrong(row: dict[str, Any], kind: str | None) -> None:
    table = Table(tuple(row), (Row(1, tuple(row.values())),), None)
    for found in drafts(table, default_kind=kind, lookup=LOOKUP):
        json.dumps(found.payload).encode()
        if not found.errors and not found.ignored:
            assert found.kind in KINDS
            assert {"title", "starts_on", "external_ref", "partners"} <= set(found.payload)
            assert len(found.payload["title"]) <= 200
            assert all("\ud800" not in value for value in found.payload.values() if isinstance(value, str))


@given(st.lists(st.lists(st.text(max_size=10), max_size=6), max_size=6))
def test_any_headers_and_cells_yield_drafts(rows: list[list[str]]) -> None:
    headers, *body = [["Title", "Date"], *rows]
    table = Table(tuple(headers), tuple(Row(n, cells) for n, cells in enumerate(body, 1)), None)
    assert len(list(drafts(table, default_kind="visit", lookup=LOOKUP))) == len(body)

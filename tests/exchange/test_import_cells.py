import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.csvguard import neutralise, restore
from app.exchange.cells import Cell, blank, fold, text_of
from app.exchange.choices import LISTS, choose, choose_kind, read_endorsements, read_marking
from app.exchange.headers import SYNONYMS, columns_of, meaning
from app.exchange.numbers import read_count
from app.exchange.report import ImportNote, ImportReport, ImportRow


@pytest.mark.parametrize(
    ("cell", "value", "codes"),
    [
        ("250", 250, []), (250, 250, []), (250.0, 250, []), ("1,200", 1200, []), ("1 200", 1200, []),
        ("250 personnel", 250, []), ("12 NZDF pax", 12, []), ("2k", 2000, []), ("twelve", 12, []), (0, 0, []),
        ("~250", 250, ["approximate"]), ("approx. 250", 250, ["approximate"]),
        ("about 40", 40, ["approximate"]),
        ("c. 40", 40, ["approximate"]), ("c40", None, ["number_unreadable"]), (">300", 300, ["minimum"]),
        ("250+", 250, ["minimum"]), ("over 1,200", 1200, ["minimum"]), ("more than 300", 300, ["minimum"]),
        ("up to 38", 38, ["maximum"]), ("<50", 50, ["maximum"]), ("max 53", 53, ["maximum"]),
        ("200-250", 250, ["range"]), ("200 \u2013 250", 250, ["range"]),
        ("200 to 250", 250, ["range"]),
        ("TBC", None, ["to_be_confirmed"]), ("", None, []), (None, None, []),
        ("250-200", None, ["number_unreadable"]), ("-5", None, ["number_range"]),
        (-5, None, ["number_range"]),
        ("2000000", None, ["number_range"]), (12.5, None, ["number_not_whole"]),
        ("1.200", None, ["number_not_whole"]),
        ("5 officers, 3 NCOs", None, ["number_unreadable"]), ("a company", None, ["number_unreadable"]),
        (True, None, ["number_unreadable"]), (float("nan"), None, ["number_not_whole"]),
        ("9" * 5000, None, ["number_unreadable"]),
    ],
)  # fmt: skip
def test_numbers_of_people(cell: Cell, value: int | None, codes: list[str]) -> None:
    found = read_count(cell, "Pax")
    assert found.value == value
    assert [note.code for note in (*found.warnings, *found.errors)] == codes


@given(
    st.text(max_size=40) | st.floats() | st.integers(-(10**30), 10**30) | st.text("0123456789~><+-,. k", max_size=12)
)
def test_any_cell_is_a_number_or_faults(cell: Cell) -> None:
    found = read_count(cell, "Pax")
    assert found.value is None or 0 <= found.value <= 1_000_000


@pytest.mark.parametrize(
    ("text", "guarded"),
    [
        ("=1+1", "'=1+1"), ("+64 4 496", "'+64 4 496"), ("-cmd", "'-cmd"), ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"), ("\r=1", "'\r=1"), ("'=1", "''=1"), ("-5", "-5"), ("+1,200.5", "+1,200.5"),
        ("-5%", "-5%"), ("Māori", "Māori"), ("'tis", "'tis"), ("", ""),
        ("-5+cmd|' /C calc'!A0", "'-5+cmd|' /C calc'!A0"),
        ("＝1", "'＝1"),
    ],
)  # fmt: skip
def test_formula_guard(text: str, guarded: str) -> None:
    assert neutralise(text) == guarded
    assert restore(guarded) == text


@given(st.text(max_size=20) | st.text("'=+-@\t\r\n1.%", max_size=6))
def test_formula_guard_is_lossless_and_leaves_no_formula(text: str) -> None:
    guarded = neutralise(text)
    assert restore(guarded) == text
    assert not guarded.startswith(("=", "@", "\t", "\r"))


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("ID", "id"), ("Reference", "reference"), ("Reference No.", "external_ref"), (" Activity  Type ", "kind"),
        ("Type", "kind"),
        ("Date(s)", "dates"), ("DATES", "dates"), ("Start Date (dd/mm/yyyy)", "start"), ("From:", "start"),
        ("End_date", "end"), ("Host Country", "country"), ("Location", "location"),
        ("location_countries", "country"),
        ("Partner/s", "partners"), ("Partner Nations", "partners"), ("Countries", "partners"),
        ("With", "partners"),
        ("NZ contribution", "contribution"), ("nz_personnel", "personnel"), ("PAX", "personnel"),
        ("No. of personnel", "personnel"), ("Who", "principal"), ("Lead", "lead"),
        ("Lead person", "principal"),
        ("REL TO", "releasable_to"), ("Exercise Type", "exercise_type"), ("Titel", None), ("", None),
        ("x" * 500, None),
    ],
)  # fmt: skip
def test_headers(header: str, column: str | None) -> None:
    assert meaning(header) == column


def test_no_header_means_two_things() -> None:
    for column, names in SYNONYMS.items():
        for name in names:
            assert meaning(name) == column, name


def test_unknown_repeated_and_ignored_columns_are_told() -> None:
    columns = columns_of(["Title", "Event", "Source", "Favourite colour", ""])
    assert [(note.column, note.code) for note in columns.warnings] == [
        ("Event", "repeated_column"),
        ("Source", "kept_in_summary"),
        ("Favourite colour", "unknown_column"),
    ]
    assert columns.value([" ", "Talks"], "title") == "Talks"
    assert columns.value([], "title") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bilateral_talks", ("bilateral_talks", None, None)),
        ("Bilateral", ("bilateral_talks", None, None)),
        ("Bilat", ("bilateral_talks", None, None)),
        ("Visits", ("visit", None, None)),
        ("Inbound visit", ("visit", "inbound", None)),
        ("Visit (outgoing)", ("visit", "outbound", None)),
        ("Ex", ("exercise", None, None)),
        ("Exercise - TTX", ("exercise", None, "table_top")),
        ("CPX", ("exercise", None, "command_post")),
        ("Op", ("deployment", None, None)),
        ("Dialogue", ("dialogue", None, None)),
        ("lunch", (None, None, None)),
    ],
)
def test_kinds(text: str, expected: tuple[str | None, str | None, str | None]) -> None:
    found = choose_kind(text)
    assert (found.kind, found.direction, found.exercise_type) == expected


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("status", "Confirmed", "confirmed"), ("status", "done", "completed"),
        ("status", "canceled", "cancelled"),
        ("status", "ongoing_last_known", "in_progress"), ("status", "announced", "planned"),
        ("status", "TBC", "proposed"), ("status", "In Progress", "in_progress"), ("status", "purple", None),
        ("direction", "Incoming", "inbound"), ("lead", "NZDF", "defence_force"),
        ("lead", "MOD/NZDF", "joint"),
        ("level", "SOM", "senior_officials"), ("exercise_type", "Table-top", "table_top"),
        ("mandate", "UN", "un"),
        ("format", "Track 1.5", "track_1_5"), ("hosted_by", "NZ", "home"), ("domains", "Naval", "maritime"),
    ],
)  # fmt: skip
def test_choices(name: str, text: str, value: str | None) -> None:
    assert choose(name, text).value == value


def test_the_registers_own_words_are_plain() -> None:
    for name, values in LISTS.items():
        for value in values:
            assert choose(name, value) == choose(name, value.replace("_", " ").upper())
            assert choose(name, value).value == value
            assert choose(name, value).plain


@pytest.mark.parametrize(
    ("text", "classification", "endorsements", "releasable_to", "leftover"),
    [
        ("IN CONFIDENCE", "IN-CONFIDENCE", [], "", ""),
        ("in-confidence", "IN-CONFIDENCE", [], "", ""),
        ("Top Secret", "TOP SECRET", [], "", ""),
        ("STAFF IN CONFIDENCE", "IN-CONFIDENCE", ["STAFF"], "", ""),
        ("RESTRICTED//NZEO", "RESTRICTED", ["NZEO"], "", ""),
        ("SECRET//REL TO NZL, AUS", "SECRET", [], "NZL, AUS", ""),
        ("OFFICIAL", None, [], "", "official"),
        ("SECRET NOFORN", "SECRET", [], "", "noforn"),
        ("RESTRICTED or SECRET", "RESTRICTED", [], "", "or secret"),
        ("", None, [], "", ""),
    ],
)
def test_markings(
    text: str, classification: str | None, endorsements: list[str], releasable_to: str, leftover: str
) -> None:
    found = read_marking(text)
    assert found.classification == classification
    assert found.endorsements == endorsements
    assert found.releasable_to == releasable_to
    assert found.leftover == leftover


def test_endorsement_lists() -> None:
    assert read_endorsements("Legal privilege; Policy and Cabinet") == (
        ["CABINET", "LEGAL PRIVILEGE", "POLICY"],
        "",
    )
    assert read_endorsements("EYES ONLY")[1] == "eyes only"


def test_texts_of_cells() -> None:
    assert text_of(12.0) == "12"
    assert text_of(" a\u200b  b\x00\r\n c ") == "a b\nc"
    assert fold("Nuku'alofa & H\u0101\u02bbapai+") == "nukualofa and haapai plus"
    assert blank(" - ")
    assert not blank("NA")


def test_the_report_counts_its_rows() -> None:
    note = ImportNote(column="", code="encoding_assumed", detail="…")
    rows = [
        ImportRow(record=n, outcome=outcome, reference=None, warnings=[], errors=[])
        for n, outcome in enumerate(("created", "created", "rejected", "ignored"), 1)
    ]
    report = ImportReport.of(rows, [note]).model_dump()
    assert (report["created"], report["updated"], report["unchanged"], report["rejected"]) == (2, 0, 0, 1)
    assert list(report) == ["created", "updated", "unchanged", "rejected", "warnings", "rows"]

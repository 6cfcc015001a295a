"""Rows into the register: each by itself, accounted for, and no more changed than the row says."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from app.access.actor import Actor, system
from app.access.register import Register
from app.access.work import writing_as
from app.exchange.importing import import_table, says
from app.exchange.report import ImportReport
from app.exchange.tables import Row, Table
from support.client import Api
from support.recording import operating

Import = Callable[..., ImportReport]
HEADERS = ("Ref", "Type", "Title", "Start", "End", "Partners", "Status", "Series", "Direction", "Marking")
TALKS = ("T-1", "talks", "Talks with Japan", "2024-06-03", "", "JP", "planned", "", "", "")
VISIT = ("V-1", "visit", "A visit", "2024-06-03", "2024-06-05", "AU", "", "Anzac visits", "outbound", "")


def table(*rows: Sequence[Any], headers: Sequence[str] = HEADERS) -> Table:
    return Table(tuple(headers), tuple(Row(number, row) for number, row in enumerate(rows, start=1)), None)


@pytest.fixture
def take(register: Register) -> Import:
    def taking(
        *rows: Sequence[Any], actor: Actor | None = None, headers: Sequence[str] = HEADERS, **options: Any
    ) -> Any:
        register.refresh_markings()
        with writing_as(register, actor or system("test"), "test") as work:
            return import_table(work, table(*rows, headers=headers), **options)

    return taking


def outcomes(report: ImportReport) -> list[str]:
    return [row.outcome for row in report.rows]


def codes(report: ImportReport, record: int = 1) -> list[tuple[str, str]]:
    return [(note.column, note.code) for note in report.rows[record - 1].errors]


def warned(report: ImportReport, record: int = 1) -> list[tuple[str, str]]:
    return [(note.column, note.code) for note in report.rows[record - 1].warnings]


def test_the_same_file_twice_creates_nothing_new(take: Import, stored: Callable[[], dict[str, int]]) -> None:
    first = take(TALKS, VISIT)
    before = stored()
    second = take(TALKS, VISIT)
    assert (first.created, second.created, second.unchanged) == (2, 0, 2)
    assert [row.reference for row in first.rows] == [row.reference for row in second.rows]
    assert stored() == before


def test_rows_without_a_reference_are_known_again(take: Import) -> None:
    row = ("", *TALKS[1:])
    assert outcomes(take(row)) == ["created"]
    assert outcomes(take(row)) == ["unchanged"]


def test_a_dry_run_tells_the_same_and_writes_nothing(take: Import, stored: Callable[[], dict[str, int]]) -> None:
    wrong = ("V-2", "visit", "", "2024-06-03", "", "AU", "", "", "", "")
    secret = ("T-2", "talks", "Secret talks", "2024-06-03", "", "JP", "", "", "", "SECRET")
    before = stored()
    dry = take(TALKS, VISIT, wrong, secret, dry_run=True)
    assert stored() == before
    assert all(row.reference is None for row in dry.rows)
    real = take(TALKS, VISIT, wrong, secret)
    for row in real.rows:
        row.reference = None
    assert dry == real
    # What is there already has its reference in a dry run too.
    assert all(row.reference for row in take(TALKS, VISIT, dry_run=True).rows)


def test_a_changed_row_is_a_change(take: Import, api: Api) -> None:
    take(TALKS)
    report = take(("T-1", "talks", "Talks with Japan in Tokyo", *TALKS[3:]))
    assert outcomes(report) == ["updated"]
    read = api.read(f"/bilateral-talks/{report.rows[0].reference}")
    assert (read["title"], read["version"]) == ("Talks with Japan in Tokyo", 2)


def test_a_row_changes_only_what_it_says(take: Import, api: Api) -> None:
    report = take(TALKS)
    path = f"/bilateral-talks/{report.rows[0].reference}"
    kept = {
        "classification": "RESTRICTED",
        "summary": "Not in the file",
        "partners": [{"partner": "JP", "role": "host"}, {"partner": "KR", "role": "participant"}],
    }
    api.change(path, kept)
    headers = ("Ref", "Type", "Title", "Start", "Country", "Summary")
    again = take(("T-1", "talks", "Talks with Japan", "2024-06-03", "Japan", ""), headers=headers)
    assert (outcomes(again), warned(again)) == (
        ["updated"],
        [("Type", "read_as"), ("partners", "partner_from_country")],
    )
    read = api.read(path)
    assert read["country"] == "JP"
    assert {name: read[name] for name in kept} == kept


def test_an_open_end_in_the_file_leaves_an_end_in_the_register(take: Import, api: Api) -> None:
    row = ("D-1", "deployment", "Operation", "2024-06-03", "", "", "", "", "", "")
    path = f"/deployments/{take(row).rows[0].reference}"
    api.change(path, {"ends_on": "2024-12-31"})
    assert outcomes(take(row)) == ["unchanged"]
    assert api.read(path)["ends_on"] == "2024-12-31"


def test_a_status_that_exists_stays_and_the_report_says_so(take: Import, api: Api) -> None:
    take(TALKS)
    report = take((*TALKS[:6], "completed", *TALKS[7:]))
    assert (outcomes(report), warned(report)[-1]) == (["unchanged"], ("Status", "status_kept"))
    assert api.read(f"/bilateral-talks/{report.rows[0].reference}")["status"] == "planned"


def test_a_withdrawn_record_is_left_alone(take: Import, api: Api) -> None:
    reference = take(TALKS).rows[0].reference
    api.delete(f"/bilateral-talks/{reference}")
    report = take(TALKS)
    assert (outcomes(report), codes(report)) == (["rejected"], [("Ref", "withdrawn")])
    assert report.rows[0].reference == reference


def test_a_kind_never_changes(take: Import) -> None:
    take(TALKS)
    report = take(("T-1", "dialogue", *TALKS[2:]))
    assert codes(report) == [("Type", "kind_differs")]


def test_a_bad_row_takes_nothing_down_and_leaves_nothing_behind(take: Import, api: Api) -> None:
    bad = ("V-2", "visit", "A visit", "2024-06-03", "", "AU", "", "Never made", "outbound", "SECRET")
    report = take(bad, VISIT)
    assert outcomes(report) == ["rejected", "created"]
    assert codes(report) == [("Marking", "above_ceiling")]
    assert [each["slug"] for each in api.items("/series")] == ["anzac-visits"]
    assert ("Series", "series_made") in warned(report, 2)
    assert ("Series", "series_made") not in warned(report, 1)


def test_faults_of_the_register_name_the_columns_of_the_file(take: Import) -> None:
    headers = ("Ref", "Kind", "Title", "Dates", "With", "Post", "Direction", "Releasability", "Caveat")
    row = ("V-3", "visit", "A visit", "3 June 2024", "AU", "", "outbound", "", "NZEO")
    assert codes(take(row, headers=headers)) == [("Caveat", "endorsement_alone")]


def test_all_or_nothing(take: Import, stored: Callable[[], dict[str, int]], api: Api) -> None:
    take(TALKS)
    before = stored()
    bad = ("V-2", "visit", "", "2024-06-03", "", "AU", "", "", "outbound", "")
    changed = ("T-1", "talks", "Another title", *TALKS[3:])
    report = take(VISIT, bad, changed, all_or_nothing=True)
    assert (report.created, report.updated, report.rejected) == (0, 0, 3)
    assert [codes(report, number)[0][1] for number in (1, 2, 3)] == [
        "all_or_nothing",
        "title_missing",
        "all_or_nothing",
    ]
    assert [bool(row.reference) for row in report.rows] == [False, False, True]
    assert stored() == before
    assert take(VISIT, TALKS, all_or_nothing=True).created == 1


def test_a_series_is_found_by_its_name(take: Import, api: Api) -> None:
    api.make("/series", {"slug": "sld", "name": "Shangri-La Dialogue"})
    headers = ("Ref", "Type", "Title", "Start", "Partners", "Forum")
    report = take(("D-1", "dialogue", "The dialogue", "2024-06-03", "SG", "Shangri-La dialogue"), headers=headers)
    read = api.read(f"/dialogues/{report.rows[0].reference}")
    assert (read["series"], read["forum"]) == ("sld", "sld")


def test_principals_are_people_of_the_register(take: Import, api: Api) -> None:
    person = api.make("/people", {"name": "Tony Davies", "partner": "NZ"})
    for _ in range(2):
        api.make("/people", {"name": "John Smith", "partner": "AU"})
    headers = ("Ref", "Type", "Title", "Start", "Partners", "Direction", "Principal")
    visit = ("visit", "A visit", "2024-06-03", "AU", "outbound")
    report = take(
        ("V-1", *visit, "Chief of Defence Force (Tony Davies); Chief of Army"),
        ("V-2", *visit, "Chief of Navy (John Smith)"),
        headers=headers,
    )
    known, ambiguous = (api.read(f"/visits/{row.reference}") for row in report.rows)
    assert (known["principal"], known["principal_office"]) == (person["id"], "Chief of Defence Force")
    assert warned(report) == [("Principal", "further_principals")]
    assert (ambiguous["principal"], ambiguous["principal_office"]) == (None, "Chief of Navy (John Smith)")


def test_nobody_imports_over_what_they_may_not_see(take: Import, api: Api) -> None:
    """A reference that a hidden record bears is free, as far as the importer can tell."""
    reader = Actor("00000000-0000-7000-8000-000000000000", "low", "contributor", "UNCLASSIFIED", "NZ")
    hidden = take((*TALKS[:9], "RESTRICTED")).rows[0].reference
    report = take(TALKS, actor=reader)
    assert outcomes(report) == ["created"]
    assert report.rows[0].reference != hidden
    assert outcomes(take(TALKS, actor=reader)) == ["unchanged"]
    both = take(TALKS)  # who sees both is asked which is meant
    assert codes(both) == [("Ref", "reference_ambiguous")]


def test_nobody_imports_above_their_clearance(take: Import) -> None:
    reader = Actor("00000000-0000-7000-8000-000000000000", "low", "contributor", "UNCLASSIFIED", "NZ")
    assert codes(take((*TALKS[:9], "RESTRICTED"), actor=reader)) == [("Marking", "above_clearance")]


def test_a_marking_that_is_undone_is_not_taken_for_another(take: Import, api: Api) -> None:
    """A row that is undone takes its new marking with it; the next new one may get its number."""
    headers = (*HEADERS, "Post")
    bad = (*TALKS[:9], "SENSITIVE", "")
    long = ("T-9", "talks", "Talks", "1850-01-01", "", "JP", "", "", "", "SENSITIVE", "")
    good = ("T-2", "talks", "More talks", "2024-06-03", "", "JP", "", "", "", "IN-CONFIDENCE", "")
    take(bad, headers=headers, dry_run=True)
    report = take(long, good, headers=headers)
    assert api.read(f"/bilateral-talks/{report.rows[1].reference}")["classification"] == "IN-CONFIDENCE"


def test_the_ledger_says_what_was_imported(take: Import, register: Register) -> None:
    from sqlalchemy import text  # noqa: PLC0415

    take(TALKS, VISIT)
    with operating(register) as connection:
        kinds = connection.scalars(text("SELECT record_type FROM ledger ORDER BY seq DESC LIMIT 3")).all()
    assert sorted(kinds) == ["bilateral talks", "series", "visit"]


def test_progress_is_told(take: Import) -> None:
    seen: list[tuple[int, int]] = []
    take(TALKS, VISIT, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(2, 2)]


@pytest.mark.parametrize(
    ("present", "wanted", "expected"),
    [
        ({"a": 1, "b": None}, {"a": 1}, True),
        ({"a": 1}, {"b": 1}, False),
        ({"a": [{"unit": "x", "service": None}]}, {"a": [{"unit": "x"}]}, True),
        ({"a": [1, 2]}, {"a": [1]}, False),
        ({"a": "x"}, {"a": ["x"]}, False),
        ({"a": None}, {"a": {"b": 1}}, False),
    ],
)
def test_what_a_record_says_already(present: Any, wanted: Any, expected: bool) -> None:
    assert says(present, wanted) is expected

"""What an export holds, in each format, as real readers find it."""

import csv
import io
import json
import zipfile
from datetime import date, datetime
from typing import Any

from python_calamine import load_workbook

from support.client import Api
from support.documents import Documents

HOSTILE = {
    "title": "=cmd|' /C calc'!A0",
    "summary": 'One line\nanother, with "quotes"; \u202eRTL\u202c مرحبا\n\n    code _x000D_ \'=1+1',
    "venue": "'@home",
}


def table(answer: Any) -> list[dict[str, str]]:
    text = answer.content.decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


def sheet(answer: Any) -> list[dict[str, Any]]:
    with load_workbook(io.BytesIO(answer.content)) as workbook:
        head, *rows = workbook.get_sheet_by_index(0).to_python()
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_csv_is_safe_for_spreadsheets_and_says_all(api: Api, documents: Documents) -> None:
    made = documents.visit(**HOSTILE, tags=["a, b", "c"], partners=[{"partner": "AU", "role": "host"}, "JP"])
    answer = api.get("/visits/export")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="visits-')
    (row,) = table(answer)
    assert row["title"] == "'" + HOSTILE["title"]
    assert row["venue"] == "''@home"
    assert row["summary"].splitlines() == made["summary"].splitlines()
    assert (row["partners"], row["tags"]) == ("AU (host); JP", '["a, b","c"]')
    assert (row["reference"], row["id"], row["marking"]) == (made["reference"], made["id"], "UNCLASSIFIED")
    assert (row["starts_on"], row["archived"], row["report_expected"]) == (made["starts_on"], "false", "true")


def test_a_workbook_is_typed_and_marked(api: Api, documents: Documents) -> None:
    made = documents.visit(**HOSTILE, classification="RESTRICTED", endorsements=["NZEO"], delegation_size=12,
                           starts_on="2026-12-01", ends_on="2026-12-03", starts_at="2026-12-01T09:30:00+13:00")  # fmt: skip
    answer = api.get("/visits/export", params={"format": "xlsx"})
    (row,) = sheet(answer)
    assert (row["title"], row["venue"], row["summary"]) == (HOSTILE["title"], HOSTILE["venue"], made["summary"])
    assert row["starts_on"] == date(2026, 12, 1)
    assert row["starts_at"] == datetime.fromisoformat("2026-11-30T20:30")
    assert (row["delegation_size"], row["archived"], row["marking"]) == (12, False, "RESTRICTED//NZEO")
    assert row["cut"] == ""
    with zipfile.ZipFile(io.BytesIO(answer.content)) as parts:
        cells = parts.read("xl/worksheets/sheet1.xml").decode()
        properties = parts.read("docProps/core.xml").decode() + parts.read("docProps/custom.xml").decode()
    assert "<oddHeader>&amp;CRESTRICTED//NZEO</oddHeader>" in cells
    assert "<oddFooter>&amp;CRESTRICTED//NZEO&amp;RPage &amp;P of &amp;N</oddFooter>" in cells
    assert 'state="frozen"' in cells
    assert "<autoFilter ref=" in cells
    assert "<f>" not in cells
    assert properties.count("RESTRICTED//NZEO") == 3
    assert answer.headers["x-marking"] == "RESTRICTED//NZEO"


def test_lines_are_records_as_they_are_stored(api: Api, documents: Documents) -> None:
    made = [documents.visit(**HOSTILE), documents.make("exercises"), documents.make("deployments")]
    answer = api.get("/engagements/export", headers={"accept": "application/jsonl"}, params={"sort": "created_at"})
    assert [json.loads(line) for line in answer.text.split("\n")[:-1]] == made
    chosen = api.get("/engagements/export", params={"format": "jsonl", "fields": "id,title", "sort": "created_at"})
    assert [json.loads(line) for line in chosen.text.split("\n")[:-1]] == [
        {"id": each["id"], "title": each["title"]} for each in made
    ]


def test_places_are_on_the_map(api: Api, documents: Documents) -> None:
    documents.visit(country="AU", city="Sydney", title="city")
    documents.visit(country="TO", city="Nowhere", title="country")
    documents.visit(country=None, title="nowhere")
    answer = api.get("/visits/export", params={"format": "geojson", "sort": "created_at", "fields": "title"})
    assert answer.headers["content-type"] == "application/geo+json"
    collection = answer.json()
    assert (collection["type"], collection["marking"]) == ("FeatureCollection", "UNCLASSIFIED")
    places = {each["properties"]["title"]: (each["place"], each["geometry"]) for each in collection["features"]}
    assert places["nowhere"] == (None, None)
    assert places["city"] == ("city", {"type": "Point", "coordinates": [151.2073, -33.8678]})
    assert places["country"][0] == "country"
    assert api.get("/people/export", params={"format": "geojson"}).status_code == 422
    assert api.get("/visits/export?format=geojson&q=nothingatall").json()["features"] == []


def test_every_country_is_on_the_map(api: Api) -> None:
    features = api.get("/partners/export", params={"format": "geojson"}).json()["features"]
    nowhere = {each["properties"]["code"] for each in features if each["geometry"] is None}
    assert len(features) > 240
    assert nowhere == {"AQ", "BV", "HM", "UM"}  # nobody lives there, so that there is no capital


def test_text_that_no_cell_holds_is_cut_and_said_to_be(api: Api, documents: Documents) -> None:
    long = "𝕏" * 20_000
    made = documents.make("briefings", body=long, summary="short")
    (row,) = sheet(api.get("/briefings/export", params={"format": "xlsx"}))
    assert row["cut"] == "body"
    assert row["body"].endswith("… [cut: the whole is in CSV and JSON Lines]")
    assert len(row["body"].encode("utf-16-le")) // 2 <= 32_767
    (whole,) = table(api.get("/briefings/export"))
    assert whole["body"] == made["body"] == long


def test_the_same_list_makes_the_same_file(api: Api, documents: Documents) -> None:
    documents.visit()
    for name in ("csv", "xlsx", "jsonl", "geojson"):
        first, second = [api.get("/visits/export", params={"format": name}).content for _ in range(2)]
        assert first == second, name

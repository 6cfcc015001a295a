"""The copy of a request: what is withheld is in no format of it, be it in layers, metadata or packed streams."""

import csv
import io
import zipfile
from typing import Any

import pytest
from docx import Document
from pypdf import PdfReader
from releasing import SECRET, paper, passage

from support.problems import problem

WORDS = ("patrol boat", "handed over", "400,000")
FORMATS = ("json", "csv", "html", "pdf", "docx")


def everything(name: str, content: bytes) -> str:
    """All text that a file holds in whatever part of it."""
    if name == "pdf":
        reader = PdfReader(io.BytesIO(content))
        found = ["\n".join(page.extract_text() for page in reader.pages), str(reader.metadata), str(reader.outline)]
        found += [str(reader.xmp_metadata and reader.xmp_metadata.stream.get_data()), str(reader.attachments)]
        for number in range(1, len(reader.xref[0]) + len(reader.xref_objStm) + 1):
            streamed = reader.get_object(number)
            found.append(str(streamed))
            if hasattr(streamed, "get_data"):
                found.append(streamed.get_data().decode("utf-8", "replace"))
        return "\n".join(found) + content.decode("latin-1")
    if name == "docx":
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return "\n".join(f"{each}\n{parts.read(each).decode('utf-8', 'replace')}" for each in parts.namelist())
    return content.decode()


def plain(name: str, content: bytes) -> str:
    """The text that a reader sees, in one line."""
    if name == "pdf":
        text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    elif name == "docx":
        document = Document(io.BytesIO(content))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        text = "\n".join([*(each.text for each in document.paragraphs), *cells])
    else:
        text = content.decode()
    return " ".join(text.replace("\u200b", "").split())


@pytest.fixture
def withheld(release: Any) -> Any:
    release.withhold(0, passage(SECRET), passage("$400,000", "9(2)(j)", note="The price is still to be agreed."))
    return release


@pytest.mark.parametrize("decided", [False, True])
@pytest.mark.parametrize("name", FORMATS)
def test_no_format_holds_what_is_withheld(withheld: Any, name: str, decided: bool) -> None:
    assert WORDS[0] in everything("json", withheld.api.ask("GET", f"/briefings/{withheld.papers[0]['id']}").content)
    if decided:
        withheld.decide()
    content = withheld.copy(name).content
    held = everything(name, content)
    for word in WORDS:
        assert word not in held
        assert "".join(f"<{ord(each):04X}>" for each in word) not in held
    text = plain(name, content)
    for told in (
        "[withheld: s 6(b)]",
        "[withheld: s 9(2)(j)]",
        "third year of training",
        "Maritime security in the Pacific",
    ):
        assert told in text, (told, text)
    assert withheld.record["requester"] not in held
    assert "The price is still to be agreed" not in held


def test_what_a_copy_says(withheld: Any) -> None:
    copy = withheld.copy().json()
    first, second = copy["documents"]
    assert (first["number"], first["withheld"], first["grounds"]) == (1, "part", ["6(b)", "9(2)(j)"])
    assert (second["number"], second["withheld"], second["grounds"]) == (2, "nothing", [])
    texts = {each["field"]: each["text"] for each in first["texts"]}
    assert "in confidence that [withheld: s 6(b)], and\nasked for *two*" in texts["body"]
    assert (texts["title"], texts["partner"]) == ("A third year of training", "TO")
    assert not {"classification", "external_ref", "note"} & set(texts)
    assert [each["weight"] for each in copy["grounds"]] == ["conclusive", "public_interest"]
    rows = list(csv.DictReader(io.StringIO(withheld.copy("csv").text.removeprefix("\ufeff"))))
    assert {(row["number"], row["field"]) for row in rows} >= {("1", "body"), ("2", "summary")}


def test_a_record_withheld_as_a_whole_tells_neither_title_nor_text(release: Any) -> None:
    release.withhold(0, {"ground": "6(a)"})
    first = release.copy().json()["documents"][0]
    assert first == {
        "number": 1,
        "record_type": "briefing",
        "title": "Briefing",
        "withheld": "all",
        "grounds": ["6(a)"],
        "texts": [],
    }
    release.decide()
    for name in FORMATS:
        content = release.copy(name).content
        assert "third year" not in everything(name, content)
        assert "6(a)" in plain(name, content)


def test_a_title_is_withheld_in_the_schedule_too(release: Any) -> None:
    release.withhold(0, passage("third year", "6(a)", "title"), passage("third year", "6(a)"))
    assert release.copy().json()["documents"][0]["title"] == "A [withheld: s 6(a)] of training"
    release.decide()
    for name in FORMATS:
        assert "third year" not in everything(name, release.copy(name).content)


def test_what_is_withheld_here_must_not_stand_there(withheld: Any) -> None:
    beside = withheld.papers[1]["id"]
    withheld.api.change(
        f"/briefings/{beside}", {"body": "As said, THE **patrol boat** is to be\n\nhanded over in March!"}
    )
    at = f"{withheld.at}/documents"
    withheld.api.delete(f"{at}/{withheld.scope[1]['id']}")
    again = withheld.api.make(at, {"record": beside})
    before = withheld.api.read(withheld.at)
    refusal = problem(
        withheld.api.as_("approver").ask("POST", f"{withheld.at}/transitions", json={"to": "decided"}), 409
    )
    assert [(each["code"], each["pointer"]) for each in refusal["errors"]] == [
        ("withheld_elsewhere", f"/documents/{again['id']}/body")
    ]
    assert withheld.api.read(withheld.at) == before
    kept = {"field": "body", "passage": SECRET, "reason": "Tonga has announced it meanwhile."}
    withheld.api.change(f"{at}/{again['id']}", {"kept": [kept]})
    assert withheld.decide()["state"] == "decided"


def test_what_is_withheld_must_not_stand_in_the_title_of_the_request(release: Any) -> None:
    release.withhold(0, passage("third year of training", "6(a)"), passage("third year of training", "6(a)", "title"))
    release.api.change(release.at, {"title": "Is there a THIRD year of training?"})
    refusal = problem(release.api.as_("approver").ask("POST", f"{release.at}/transitions", json={"to": "decided"}), 409)
    assert [each["pointer"] for each in refusal["errors"]] == ["/title"]


def test_a_draft_bears_its_marking_and_a_release_none(release: Any) -> None:
    release.api.change(release.at, {"classification": "RESTRICTED"})
    draft = plain("pdf", release.copy("pdf").content)
    assert draft.count("RESTRICTED") >= 2
    assert "Draft of a release" in draft
    release.decide()
    answer = release.copy("pdf")
    assert answer.headers["X-Marking"] == "RESTRICTED"
    assert f'filename="release-{release.record["received_on"]}.pdf"' in answer.headers["Content-Disposition"]
    final = plain("pdf", answer.content)
    assert "RESTRICTED" not in final
    assert "Released under the Official Information Act 1982" in final
    assert "Draft" not in final


def test_markdown_makes_no_link_of_a_gap(release: Any) -> None:
    release.api.change(
        f"/briefings/{release.papers[1]['id']}",
        {"body": "See [Somebody](https://example.org/page) and\n<b>more</b>" + " and so on" * 30},
    )
    release.api.delete(f"{release.at}/documents/{release.scope[1]['id']}")
    again = release.api.make(f"{release.at}/documents", {"record": release.papers[1]["id"]})
    note = {"note": "Nobody gains by it."}
    cut = [passage("[Somebody]", "9(2)(a)", **note), passage("more", "9(2)(a)", **note)]
    release.api.change(f"{release.at}/documents/{again['id']}", {"withholdings": cut})
    page = release.copy("html").text
    assert "<a " not in page.partition("Maritime security in the Pacific</h")[2]
    assert "Somebody" not in page
    assert "[withheld: s 9(2)(a)](https://example.org/page)" in page


def test_a_copy_is_an_export_and_sent_once(withheld: Any) -> None:
    answer = withheld.copy("pdf")
    again = withheld.api.ask(
        "GET", f"{withheld.at}/copy", params={"format": "pdf"}, headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 304
    logged = withheld.api.as_("auditor").items("/access-log", event="export")
    assert [each["detail"] for each in logged] == [f"copy of request {withheld.record['id']} as pdf"]


@pytest.mark.parametrize("query", [{"format": "xlsx"}, {"format": ""}, {"fields": "title"}])
def test_formats_that_are_none(release: Any, query: dict[str, str]) -> None:
    problem(release.api.ask("GET", f"{release.at}/copy", params=query), 422)


@pytest.mark.parametrize(
    ("accept", "media"),
    [("application/pdf", "application/pdf"), ("text/csv", "text/csv; charset=utf-8"), ("*/*", "application/json")],
)
def test_the_format_may_be_asked_for_by_accept(release: Any, accept: str, media: str) -> None:
    answer = release.api.ask("GET", f"{release.at}/copy", headers={"Accept": accept})
    assert answer.headers["Content-Type"] == media


def test_records_of_every_kind_can_be_released(release: Any, documents: Any) -> None:
    made = [
        documents.make(path)
        for path in (
            "visits",
            "dialogues",
            "exercises",
            "deployments",
            "bilateral-talks",
            "partners",
            "people",
            "commitments",
            "positions",
            "posts",
        )
    ]
    for each in made:
        release.api.make(f"{release.at}/documents", {"record": each["id"]})
    copy = release.copy().json()
    assert len(copy["documents"]) == 2 + len(made)
    assert all(each["texts"] for each in copy["documents"])
    for name in FORMATS:
        release.copy(name)


def test_grounds_are_told(release: Any) -> None:
    told = release.api.read("/information-requests/grounds")["items"]
    assert (told[0]["ground"], told[0]["weight"]) == ("6(a)", "conclusive")
    assert {each["weight"] for each in told if each["ground"].startswith("9")} == {"public_interest"}


def test_a_copy_takes_the_same_statements_for_many_as_for_few(release: Any, statements: Any) -> None:
    def copied() -> int:
        with statements() as seen:
            release.copy()
        return len(seen)

    few = copied()
    for number in range(20):
        release.api.make(f"{release.at}/documents", {"record": paper(release.api, f"Paper {number}")["id"]})
    assert copied() == few

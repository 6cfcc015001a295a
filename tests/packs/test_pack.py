"""The briefing pack: what is in it, for whom, and in each format."""

import io
import re
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pypdf
import pytest

from support.client import Api
from support.problems import problem

FORMATS = ("json", "html", "pdf", "docx")
WORD = "Kererū"


def text_of(name: str, made: bytes) -> str:
    """All text of a pack, in whatever form a reader could find it."""
    if name == "pdf":
        reader = pypdf.PdfReader(io.BytesIO(made))
        return str(reader.metadata) + "\n".join(each.extract_text() for each in reader.pages)
    if name == "docx":
        with zipfile.ZipFile(io.BytesIO(made)) as parts:
            return "".join(parts.read(each).decode("utf-8", "replace") for each in parts.namelist())
    return made.decode()


def low(api: Api) -> Api:
    """Somebody cleared for less than what is hidden."""
    return api.as_("reader", "UNCLASSIFIED")


def test_a_pack_holds_all_around_an_engagement(visit: Any) -> None:
    pack = visit.pack()
    assert pack["reference"] == visit.record["reference"]
    told = pack["overview"]
    assert (told["purpose"], told["agenda"][0]["what"]) == ("To agree on **training**.", "Call on the Prime Minister")
    assert told["agenda"][0]["when"].endswith("09:00")  # by the clock of the place
    assert [each["name"] for each in told["delegation"]] == ["Person of ours"]
    assert [each["title"] for each in pack["objectives"]["items"]] == ["A third year of training"]
    (position,) = pack["positions"]["items"]
    assert position["line"] == "We will go on."
    assert [each for each in position["findings"] if "is our line until" in each]
    assert [(each["title"], each["state"]) for each in pack["papers"]["items"]] == [("What to say", "draft")]
    (met,) = pack["biographies"]["items"]
    assert (met["name"], met["biography"], met["state"]) == ("Person of theirs", "Has led *since 2021*.", None)
    (tonga,) = pack["relationship"]["items"]
    assert [each["title"] for each in tonga["last"]] == ["The last visit"]
    assert [each["code"] for each in tonga["institutions"]] == ["SPDMM"]
    assert tonga["posts"][0]["offices"][0]["holder"]["name"] == "Person at the post"
    (promise,) = pack["commitments"]["items"]
    assert (promise["title"], promise["overdue"]) == ("Two training teams", True)
    (since,) = pack["changed"]["items"]
    assert {"Two training teams", "Maritime training"} <= {each["title"] for each in since["items"]}


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_holds_it(visit: Any, name: str) -> None:
    answer = visit.api.ask("GET", f"{visit.at}/pack", params={"format": name})
    assert answer.status_code == 200
    text = text_of(name, answer.content)
    for each in ("A third year of training", "We will go on.", "What to say", "Person of theirs", "Two training teams"):
        assert each in text, each
    assert answer.headers["x-marking"] in text
    if name == "pdf":
        for page in pypdf.PdfReader(io.BytesIO(answer.content)).pages:
            assert page.extract_text().count(answer.headers["x-marking"]) >= 2


def test_a_format_can_be_asked_for_by_accept(visit: Any) -> None:
    for asked, got in (
        ("application/pdf", "application/pdf"),
        ("text/html,application/json", "text/html; charset=utf-8"),
        ("*/*", "application/json"),
        ("application/pdf;q=0, application/json", "application/json"),
    ):
        answer = visit.api.ask("GET", f"{visit.at}/pack", headers={"Accept": asked})
        assert answer.headers["content-type"] == got
    problem(visit.api.ask("GET", f"{visit.at}/pack", headers={"Accept": "image/png"}), 406)
    problem(visit.api.ask("GET", f"{visit.at}/pack", params={"format": "doc"}), 422)


def test_html_has_a_policy_that_lets_nothing_run(visit: Any) -> None:
    answer = visit.api.ask("GET", f"{visit.at}/pack", params={"format": "html"})
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["content-disposition"].startswith("inline")


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_hidden_is_in_no_format_and_changes_nothing(visit: Any, name: str) -> None:
    reader = low(visit.api)
    before = reader.ask("GET", f"{visit.at}/pack", params={"format": name})
    visit.hide()
    after = reader.ask("GET", f"{visit.at}/pack", params={"format": name})
    assert WORD not in text_of(name, after.content)
    assert "Person beyond" not in text_of(name, after.content)
    assert after.content == before.content
    assert after.headers["x-marking"] == before.headers["x-marking"] == "UNCLASSIFIED"
    whole = visit.api.ask("GET", f"{visit.at}/pack", params={"format": name})
    assert WORD in text_of(name, whole.content)
    assert whole.headers["x-marking"] == "RESTRICTED//NZEO"
    assert "RESTRICTED//NZEO" in text_of(name, whole.content)


def test_a_pack_of_what_may_not_be_seen_is_not_there(visit: Any) -> None:
    visit.api.change(visit.at, {"classification": "RESTRICTED"})
    for noun in ("visits", "engagements"):
        problem(low(visit.api).ask("GET", f"/{noun}/{visit.record['id']}/pack"), 404)
    problem(visit.api.ask("GET", f"/exercises/{visit.record['id']}/pack"), 404)


def test_a_pack_is_entered_in_the_access_log_before_it_leaves(visit: Any) -> None:
    visit.hide()
    assert visit.api.ask("GET", f"{visit.at}/pack", params={"format": "pdf"}).status_code == 200
    log = visit.api.as_("auditor").items("/access-log", event="export")
    details = [each["detail"] for each in log]
    assert f"pack of {visit.record['reference']} as pdf" in details


def test_a_pack_that_is_known_is_not_sent_again(visit: Any) -> None:
    for name in FORMATS:
        first = visit.api.ask("GET", f"{visit.at}/pack", params={"format": name})
        again = visit.api.ask(
            "GET", f"{visit.at}/pack", params={"format": name}, headers={"If-None-Match": first.headers["etag"]}
        )
        assert (again.status_code, again.content) == (304, b"")


def test_statements_do_not_grow_with_the_pack(
    visit: Any, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    with statements() as few:
        visit.pack()
    for number in range(12):
        visit.api.make(f"{visit.at}/objectives", {"title": f"Objective {number:03}"})
        visit.api.make("/commitments", {"title": f"Promise {number:03}", "partner": "TO", "owed_by": "partner"})
        paper = {"briefing_type": "brief", "body": "Text", "engagement": visit.record["id"]}
        visit.api.make("/briefings", {"title": f"Paper {number:03}", **paper})
        person = visit.documents.make("people")
        visit.api.make(f"{visit.at}/participants", {"person": person["id"], "side": "partner"})
    with statements() as many:
        assert len(visit.pack()["objectives"]["items"]) == 13
    assert len(many) == len(few) <= 30, many


def test_a_section_says_what_is_beyond_its_limit(visit: Any) -> None:
    items = [{"title": f"Promise {number:03}", "partner": "TO", "owed_by": "home"} for number in range(211)]
    assert visit.api.post("/commitments/bulk", {"items": items}).status_code == 201
    pack = visit.pack()
    assert (len(pack["commitments"]["items"]), pack["commitments"]["more"]) == (200, 12)
    page = visit.api.ask("GET", f"{visit.at}/pack", params={"format": "html"}).text
    assert re.search("And 12 more commitments", page)


@pytest.mark.parametrize("path", ["bilateral-talks", "dialogues", "exercises", "deployments", "visits"])
def test_every_kind_has_a_pack(visit: Any, path: str) -> None:
    record = visit.documents.make(path)
    for noun in (path, "engagements"):
        for name in FORMATS:
            answer = visit.api.ask("GET", f"/{noun}/{record['id']}/pack", params={"format": name})
            assert answer.status_code == 200, answer.text


def test_texts_beyond_all_measure_are_cut_and_say_so(visit: Any) -> None:
    body = "word " * 39_000
    for number in range(7):
        paper = {"briefing_type": "brief", "body": body, "engagement": visit.record["id"]}
        visit.api.make("/briefings", {"title": f"Paper {number:03}", **paper})
    papers = visit.pack()["papers"]["items"]
    assert [each["shortened"] for each in papers] == [False] * 6 + [True] * 2
    page = visit.api.ask("GET", f"{visit.at}/pack", params={"format": "html"}).text
    assert page.count("It goes on: read the paper itself.") == 2

"""Attachments: what is taken, how it comes back, who knows of it; and files that somebody made to do harm."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.access.register import Register
from app.core.blobs import Directory
from support.client import Api, Apps
from support.databases import Databases
from support.documents import Documents
from support.problems import faults, problem

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(30)
WORD = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>"}
OPEN = {"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"}


def packed(parts: dict[str, bytes], *, small: bool = False) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED if small else zipfile.ZIP_STORED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return made.getvalue()


@pytest.fixture
def place(api: Api, documents: Documents) -> str:
    return f"/briefings/{documents.make('briefings')['id']}/attachments"


def send(api: Api, place: str, name: str, data: bytes, claim: str = "application/pdf", **fields: Any) -> Any:
    return api.ask("POST", place, files={"file": (name, data, claim)}, data=fields)


def attach(api: Api, place: str, name: str = "map.pdf", data: bytes = PDF, **fields: Any) -> Any:
    answer = send(api, place, name, data, **fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_file_comes_back_as_it_was_sent(api: Api, place: str) -> None:
    made = attach(api, place, title="Map of the area", note="As agreed")
    assert (made["title"], made["file_name"], made["media_type"], made["size"]) == (
        "Map of the area",
        "map.pdf",
        "application/pdf",
        len(PDF),
    )
    answer = api.get(f"{place}/{made['id']}/content")
    assert answer.content == PDF
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'attachment; filename="map.pdf"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["etag"] == f'"{made["sha256"]}"'
    assert answer.headers["content-length"] == str(len(PDF))
    again = api.get(f"{place}/{made['id']}/content", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = api.ask("HEAD", f"{place}/{made['id']}/content")
    assert (head.status_code, head.content) == (200, b"")
    for accept in ("application/pdf", "*/*", "text/html"):
        assert api.get(f"{place}/{made['id']}/content", headers={"Accept": accept}).status_code == 200
    assert api.items(place) == [made]
    assert api.read(f"{place}/{made['id']}") == made


@pytest.mark.parametrize(
    ("name", "data", "media_type"),
    [
        ("a.pdf", PDF, "application/pdf"),
        ("plain.PDF", b"%PDF-1.4\nall of it reads as text\n%%EOF", "application/pdf"),
        ("a.png", PNG, "image/png"),
        ("a.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(30), "image/jpeg"),
        ("a.docx", packed(WORD), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.odt", packed(OPEN), "application/vnd.oasis.opendocument.text"),
        ("a.txt", "Kia ora, Tūranga".encode(), "text/plain"),
        ("a.csv", b"a;b\n1;2\n", "text/plain"),
        ("README", b"A name without an ending", "text/plain"),
    ],
)
def test_its_bytes_say_what_it_is(api: Api, place: str, name: str, data: bytes, media_type: str) -> None:
    made = send(api, place, name, data, "image/svg+xml").json()
    assert made["media_type"] == media_type
    assert api.get(f"{place}/{made['id']}/content").content == data


SHEET = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<x/>"}
SCRIPT = b"<script>alert(1)</script>"
HOSTILE: dict[str, tuple[str, bytes, str]] = {
    "an empty file": ("a.pdf", b"", "empty"),
    "a page": ("a.txt", b"<!DOCTYPE html><html></html>", "active_content"),
    "a page after a mark": ("a.txt", b"\xef\xbb\xbf\n<html></html>", "active_content"),
    "a page far down": ("a.txt", b"words " * 100_000 + SCRIPT, "active_content"),
    "a picture that acts": ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "active_content"),
    "an xml declaration": ("a.txt", b"<?xml version='1.0'?><x/>", "active_content"),
    "a shell script": ("a.txt", b"#!/bin/sh\nrm -rf /\n", "active_content"),
    "a program": ("a.pdf", b"MZ\x90\x00" + bytes(200), "file_type"),
    "an old office file": ("a.doc", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "file_type"),
    "an archive": ("a.zip", packed({"a.txt": b"x"}), "file_type"),
    "an archive named as a paper": ("a.pdf", packed({"a.txt": b"x"}), "file_type"),
    "an archive that goes up": ("a.docx", packed({"../../etc/passwd": b"x"}), "file_type"),
    "a bomb": ("a.pdf", packed({"a": bytes(30_000_000)}, small=True), "unpacks_too_large"),
    "a bomb in a paper": ("a.docx", packed({**WORD, "x": bytes(30_000_000)}, small=True), "unpacks_too_large"),
    "too many parts": ("a.docx", packed({**WORD, **{f"{n}": b"" for n in range(10_001)}}), "unpacks_too_large"),
    "a macro": ("a.docx", packed({**WORD, "word/vbaProject.bin": b"x"}), "active_content"),
    "a declared macro": (
        "a.xlsx",
        packed({**SHEET, "[Content_Types].xml": b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"}),
        "active_content",
    ),
    "a control": ("a.docx", packed({**WORD, "word/activeX/activeX1.xml": b"x"}), "active_content"),
    "an embedded object": ("a.docx", packed({**WORD, "word/embeddings/oleObject1.bin": b"x"}), "active_content"),
    "an open macro": ("a.odt", packed({**OPEN, "Basic/Standard/Module1.xml": b"x"}), "active_content"),
    "two formats at once": ("a.docx", packed({**WORD, "xl/workbook.xml": b"x"}), "file_type"),
    "a broken archive": ("a.docx", packed(WORD)[:-30], "file_type"),
    "a paper that is an archive too": ("a.pdf", PDF + packed({"a": b"x"}), "polyglot"),
    "a plain paper that is an archive too": ("a.pdf", b"%PDF-1.4\n" + b"x" * 5000 + packed({"a": b"x"}), "polyglot"),
    "a picture that is an archive too": ("a.png", PNG + packed({"a": b"x"}), "polyglot"),
    "a picture of a kind not taken": ("a.gif", b"GIF89a" + bytes(30), "file_type"),
    "bytes": ("a.txt", bytes(range(256)), "file_type"),
    "not UTF-8": ("a.txt", b"caf\xe9", "file_type"),
    "a NUL far down": ("a.txt", b"words " * 1000 + b"\x00", "file_type"),
    "a paper with another ending": ("a.exe", PDF, "file_name"),
    "a paper with two endings": ("a.pdf.exe", PDF, "file_name"),
    "an ending turned around": ("a\u202efdp.exe", PDF, "file_name"),
    "a picture named as a paper": ("a.pdf", PNG, "file_name"),
}


@pytest.mark.parametrize("made_as", HOSTILE)
def test_what_may_do_harm_is_refused(api: Api, place: str, made_as: str) -> None:
    name, data, code = HOSTILE[made_as]
    assert faults(send(api, place, name, data)) == {("/file", code)}
    assert api.items(place) == []


@pytest.mark.parametrize(
    ("name", "offered"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\temp\\map.pdf", "map.pdf"),
        ("a" * 300 + ".pdf", "a" * 150 + ".pdf"),
        ("map\u202efdp.pdf", "mapfdp.pdf"),
        ("a\u200bb\u2066.pdf", "ab.pdf"),
        ("a|b;c<d>.pdf", "a_b;c_d_.pdf"),
        ("  map .pdf", "map.pdf"),
        ("...", "attachment.pdf"),
        ("/", "attachment.pdf"),
        (".pdf", "pdf.pdf"),
        ("Tūranga kārt.pdf", "Tūranga kārt.pdf"),
    ],
)
def test_a_name_is_only_a_name(api: Api, place: str, name: str, offered: str) -> None:
    made = attach(api, place, name)
    assert made["file_name"] == offered
    header = api.get(f"{place}/{made['id']}/content").headers["content-disposition"]
    assert header.startswith('attachment; filename="')
    assert header.isascii()


def test_a_name_beyond_ascii_comes_in_both_forms(api: Api, place: str) -> None:
    made = attach(api, place, "Tūranga.pdf")
    assert api.get(f"{place}/{made['id']}/content").headers["content-disposition"] == (
        "attachment; filename=\"Turanga.pdf\"; filename*=UTF-8''T%C5%ABranga.pdf"
    )


def test_a_form_is_held_to_what_it_may_be(api: Api, place: str) -> None:
    assert faults(api.ask("POST", place, files={"x": ("a.pdf", PDF)})) == {
        ("/x", "unknown_field"),
        ("/file", "required"),
    }
    assert faults(api.ask("POST", place, files=[("file", ("a.pdf", PDF)), ("file", ("b.pdf", PDF))])) == {
        ("/file", "repeated")
    }
    assert faults(api.ask("POST", place, files={"title": ("a", b"x"), "file": ("a.pdf", PDF)})) == {("/title", "type")}
    assert faults(send(api, place, "a.pdf", PDF, state="x")) == {("/state", "unknown_field")}
    assert faults(send(api, place, "a.pdf", PDF, title="a\x00b")) == {("/title", "control_character")}
    assert faults(send(api, place, "a.pdf", PDF, classification="SECRET")) == {("/classification", "above_ceiling")}
    problem(api.post(place, {"title": "x"}), 415)
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    for body in (b"", b"--x", b"--x\r\n\r\n", b"--x--\r\n", b"\xff" * 100):
        problem(api.ask("POST", place, content=body, headers=headers), 422)
    problem(api.ask("POST", place, content=b"x", headers={"Content-Type": "multipart/form-data"}), 422)
    assert api.items(place) == []


def test_fields_of_a_marking_are_lists(api: Api, place: str) -> None:
    for given in (["POLICY", "STAFF"], "POLICY,STAFF", '["POLICY", "STAFF"]'):
        made = attach(api, place, classification="IN-CONFIDENCE", endorsements=given)
        assert sorted(made["endorsements"]) == ["POLICY", "STAFF"]


def test_roles(api: Api, place: str) -> None:
    for role in ("reader", "auditor"):
        problem(send(api.as_(role), place, "a.pdf", PDF), 403)
    problem(send(api.anonymous(), place, "a.pdf", PDF), 401)
    problem(send(api, "/briefings/0190163d-8694-739b-aea5-966c26f8ad91/attachments", "a.pdf", PDF), 404)


def test_it_is_changed_withdrawn_and_restored(api: Api, place: str) -> None:
    made = attach(api, place)
    path = f"{place}/{made['id']}"
    assert api.change(path, {"title": "Another title"})["version"] == 2
    assert api.patch(path, {"sha256": "0" * 64}).status_code == 422
    assert api.delete(path).status_code == 204
    assert api.items(place) == []
    assert api.post(f"{path}/restore").status_code == 200
    assert [each["action"] for each in api.items(f"{path}/history")] == ["restore", "withdraw", "update", "create"]
    assert api.post(f"{path}/revert", {"to_version": 1}).json()["title"] == "map.pdf"


def test_who_may_not_see_both_knows_of_neither(api: Api, documents: Documents) -> None:
    briefing = documents.make("briefings")
    place = f"/briefings/{briefing['id']}/attachments"
    before = api.read(f"/briefings/{briefing['id']}")["version"]
    hidden = attach(api, place, classification="RESTRICTED")
    assert api.read(f"/briefings/{briefing['id']}")["version"] == before
    below = api.as_("contributor", "UNCLASSIFIED")
    assert below.items(place) == []
    for path in ("", "/content", "/history"):
        problem(below.get(f"{place}/{hidden['id']}{path}"), 404)
    answer = api.get(f"{place}/{hidden['id']}/content")
    assert answer.headers["x-marking"] == "RESTRICTED"
    shown = attach(api, place, classification="UNCLASSIFIED")
    api.change(f"/briefings/{briefing['id']}", {"classification": "RESTRICTED"})
    problem(below.get(f"{place}/{shown['id']}/content"), 404)
    assert shown["id"] not in below.get("/changes?after=0&limit=200").text
    assert api.get(f"{place}/{shown['id']}/content").headers["x-marking"] == "RESTRICTED"


def test_a_download_is_entered_in_the_access_log(api: Api, place: str) -> None:
    made = attach(api, place, classification="RESTRICTED")
    api.get(f"{place}/{made['id']}/content")
    entries = api.as_("auditor").items("/access-log", event="export")
    assert entries[0]["detail"] == f"attachment {made['id']}"


def test_the_same_key_attaches_once(api: Api, place: str) -> None:
    headers = {"Idempotency-Key": "once"}
    files = {"file": ("a.pdf", PDF)}
    first = api.ask("POST", place, files=files, headers=headers)
    again = api.ask("POST", place, files=files, headers=headers)
    assert again.json() == first.json()
    assert len(api.items(place)) == 1
    assert faults(api.ask("POST", place, files={"file": ("a.pdf", PDF + b" ")}, headers=headers)) == {
        ("Idempotency-Key", "key_reused")
    }


@pytest.fixture
def small(source: Databases, apps: Apps, tmp_path: Path) -> Iterator[tuple[Api, Path, Register]]:
    """A register with a store of its own that takes files of two thousand bytes."""
    with apps.own(source, max_attachment_bytes=2000, attachment_store=str(tmp_path)) as api:
        yield api, tmp_path, api.register


def test_what_is_too_large_is_refused_whatever_it_says(small: tuple[Api, Path, Register]) -> None:
    api, store, _ = small
    place = f"/briefings/{Documents(api).make('briefings')['id']}/attachments"
    problem(send(api, place, "a.txt", b"x" * 2001), 413)
    problem(send(api, place, "a.txt", b"x" * 200_000), 413)

    def body() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        yield from [b"x" * 10_000] * 30
        yield b"\r\n--x--\r\n"

    headers = {"Content-Type": "multipart/form-data; boundary=x", "Transfer-Encoding": "chunked"}
    problem(api.ask("POST", place, content=body(), headers=headers), 413)
    assert list(store.iterdir()) == []
    attach(api, place, "a.txt", b"x" * 2000)


def test_the_same_content_is_kept_once(small: tuple[Api, Path, Register]) -> None:
    api, store, register = small
    place = f"/briefings/{Documents(api).make('briefings')['id']}/attachments"
    first, second = attach(api, place), attach(api, place, "other.pdf")
    assert first["sha256"] == second["sha256"]
    (kept,) = store.glob("*/*")
    assert kept == store / first["sha256"][:2] / first["sha256"]
    assert kept.stat().st_mode & 0o077 == 0
    assert [each.sha256 for each in register.files.all()] == [first["sha256"]]


def test_what_is_not_what_was_put_there_is_not_handed_out(small: tuple[Api, Path, Register]) -> None:
    api, store, _ = small
    place = f"/briefings/{Documents(api).make('briefings')['id']}/attachments"
    made = attach(api, place)
    path = store / made["sha256"][:2] / made["sha256"]
    path.write_bytes(PDF[:-1] + b"X")
    problem(api.failing().get(f"{place}/{made['id']}/content"), 503)
    path.unlink()
    problem(api.failing().get(f"{place}/{made['id']}/content"), 503)


def test_a_store_that_takes_nothing_leaves_no_record(
    small: tuple[Api, Path, Register], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    api, _, register = small
    place = f"/briefings/{Documents(api).make('briefings')['id']}/attachments"
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setattr(register, "files", Directory(tmp_path / "file"))
    problem(send(api.failing(), place, "a.pdf", PDF), 503)
    assert api.items(place) == []

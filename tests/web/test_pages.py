"""The pages load nothing from outside, keep to their policy, and say what the register's errors mean."""

import hashlib
import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.errors import PROBLEM_TYPES
from app.main import create_app
from app.web import pages
from support.databases import settings_for

PAGES = ["/", "/docs", "/problems", *(problem.uri for problem in PROBLEM_TYPES)]
STATIC = sorted(path for path in pages.STATIC_DIRECTORY.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def client() -> TestClient:
    """The whole application, which opens no database for a page."""
    return TestClient(create_app(settings_for("sqlite:///never-opened.db")))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole_and_stays_on_this_server(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Security-Policy"] == pages.CONTENT_SECURITY_POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.text.count("<h1") == answer.text.count("<main ") == 1
    assert '<html lang="' in answer.text
    assert not re.search(r"<script(?![^>]* src=)| on\w+=|style=|<style|https?://", answer.text)
    for address in re.findall(r'(?:href|src)="([^"#][^"]*)"', answer.text):
        assert client.get(f"{path}/../{address}").status_code == 200, address


@pytest.mark.parametrize("file", STATIC, ids=lambda file: file.name)
def test_a_static_file_has_its_type_and_a_validator(client: TestClient, file: Path) -> None:
    path = f"{pages.STATIC_PATH}/{file.relative_to(pages.STATIC_DIRECTORY).as_posix()}"
    answer = client.get(path)
    assert answer.content == file.read_bytes()
    assert answer.headers["Content-Type"].split(";")[0] == pages.MEDIA_TYPES.get(file.suffix, "text/plain")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("name", ["swagger-ui", "vendor"])
def test_the_vendored_files_are_the_published_ones(name: str) -> None:
    folder = pages.STATIC_DIRECTORY / name
    named = dict(re.findall(r"^\| `(\S+)` \| ([0-9a-f]{64}) \|$", (folder / "README.md").read_text(), re.MULTILINE))
    assert set(named) == {each.name for each in folder.iterdir() if each.suffix not in (".md", ".txt", "")}
    for file, digest in named.items():
        assert hashlib.sha256((folder / file).read_bytes()).hexdigest() == digest


def test_text_is_escaped() -> None:
    assert pages.prose("`a<b` & <script>") == "<code>a&lt;b</code> &amp; &lt;script&gt;"
    assert "<title>a &lt;b&gt; - " in bytes(pages.page("a <b>", "").body).decode()


def test_the_page_tells_nothing_before_somebody_signs_in(client: TestClient) -> None:
    """All that it shows it asks the API for, with the reader's own token; so it is the same for everybody."""
    answer = client.get("/")
    assert answer.content == client.get("/", headers={"Authorization": "Bearer det_x"}).content
    assert "Set-Cookie" not in answer.headers


def test_scripts_of_the_page_keep_to_this_server_and_make_no_markup() -> None:
    """No module names another host, and none makes HTML of text but by the browser's parser, which runs no script."""
    for file in (pages.STATIC_DIRECTORY / "desk").rglob("*.js"):
        script = file.read_text()
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", script), (
            file
        )
        assert set(re.findall(r"https?://[^\s\"'`]+", script)) <= {"http://www.w3.org/2000/svg"}, file


def test_a_page_answers_head_as_well(client: TestClient) -> None:
    answer = client.head("/docs")
    assert (answer.status_code, answer.text) == (200, "")


def test_what_is_no_problem_type_has_no_page(client: TestClient) -> None:
    answer = client.get("/problems/unheard-of")
    assert answer.status_code == 404
    assert answer.json()["type"] == "/problems/not-found"


def test_the_document_names_every_problem_type_that_it_uses(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    statuses = {
        status
        for path in document["paths"].values()
        for operation in path.values()
        for status in operation["responses"]
        if status >= "400"
    }
    assert statuses <= {str(problem.status) for problem in PROBLEM_TYPES}
    for name, answer in document["components"]["responses"].items():
        assert list(answer["content"]) == ["application/problem+json"], name


def test_who_has_the_document_does_not_load_it_again(client: TestClient) -> None:
    first = client.get("/openapi.json")
    assert first.headers["content-type"] == "application/json"
    again = client.get("/openapi.json", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert client.get("/openapi.json", headers={"If-None-Match": '"another"'}).content == first.content
    assert client.head("/openapi.json").headers["etag"] == first.headers["etag"]
    assert client.post("/openapi.json").status_code == 405

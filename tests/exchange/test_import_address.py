"""`POST /imports`: who may, what is taken, and that nothing sent is a server error."""

from collections.abc import Callable
from typing import Any

import pytest
from office_files import ods, xlsx

from support.client import Api

ROWS = [
    ["Ref", "Type", "Title", "When", "With", "Direction"],
    ["V-1", "Visit", "A visit", "3-5 June 2024", "PNG", "outbound"],
    ["V-2", "Visit", "Another", "31/02/2024", "PNG", "outbound"],
]
CSV = "\n".join(",".join(row) for row in ROWS).encode()


def send(api: Api, data: bytes = CSV, name: str = "plan.csv", **fields: str) -> Any:
    return api.ask("POST", "/imports", files={"file": (name, data)}, data=fields)


@pytest.mark.parametrize("data", [CSV, xlsx({"Plan": ROWS}), ods(ROWS)], ids=["csv", "xlsx", "ods"])
def test_each_format_is_taken(api: Api, data: bytes) -> None:
    answer = send(api, data, "plan")
    assert answer.status_code == 200, answer.text
    report = answer.json()
    assert (report["created"], report["rejected"]) == (1, 1)
    first, second = report["rows"]
    assert api.read(f"/visits/{first['reference']}")["ends_on"] == "2024-06-05"
    assert (second["reference"], second["errors"][0]["column"]) == (None, "When")


def test_options(api: Api, stored: Callable[[], dict[str, int]]) -> None:
    before = stored()
    assert send(api, dry_run="true").json()["created"] == 1
    assert send(api, all_or_nothing="True", kind="visit").json()["rejected"] == 2
    assert stored() == before


@pytest.mark.parametrize(("role", "expected"), [("reader", 403), ("auditor", 403), ("approver", 200)])
def test_who_may(api: Api, role: str, expected: int) -> None:
    assert send(api.as_(role)).status_code == expected


def test_a_stranger_learns_nothing_of_the_upload(api: Api) -> None:
    for body in (CSV, b"", b"%PDF"):
        answer = send(api.anonymous(), body, kind="nonsense")
        assert (answer.status_code, "errors" in answer.json()) == (401, False)


def test_all_faults_of_the_form_at_once(api: Api) -> None:
    answer = api.ask("POST", "/imports", files={"other/one": ("x", b"x")}, data={"kind": "war", "dry_run": "maybe"})
    assert answer.status_code == 422
    faults = {(each["pointer"], each["code"]) for each in answer.json()["errors"]}
    assert faults == {
        ("/other~1one", "unknown_field"),
        ("/file", "required"),
        ("/kind", "not_allowed"),
        ("/dry_run", "type"),
    }


def test_an_unreadable_file_is_named(api: Api) -> None:
    answer = send(api, b"%PDF-1.7", "brief.pdf")
    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["pointer"], fault["code"]) == (422, "/file", "file_type")
    assert "a PDF document" in fault["detail"]


def test_a_file_given_as_text_is_no_file(api: Api) -> None:
    answer = api.ask("POST", "/imports", files={"kind": (None, "visit"), "file": (None, "Title")})
    assert answer.json()["errors"] == [{"pointer": "/file", "detail": "Is needed, as a file", "code": "required"}]


def test_too_large(serve: Callable[..., Api]) -> None:
    api = serve(max_import_bytes=2048)
    assert send(api, CSV + b"\n" * 1500).status_code == 200
    assert send(api, CSV + b"\n" * 3000).status_code == 413
    assert send(api, CSV + b"\n" * 200_000).status_code == 413


def test_parameters_are_refused(api: Api) -> None:
    answer = api.ask("POST", "/imports?dry_run=true", files={"file": ("x", CSV)})
    assert answer.json()["errors"][0]["parameter"] == "dry_run"


@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        ("application/json", b"{}", 415),
        ("text/csv", CSV, 415),
        ("multipart/form-data", b"x", 422),
        ("multipart/form-data; boundary=x", b"", 422),
        ("multipart/form-data; boundary=x", b"nonsense", 422),
        ("multipart/form-data; boundary=x; charset=nonsense", b"--x--", 422),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n--x--", 422),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="\xff"\r\n\r\n\xff\r\n--x--',
            422,
        ),
        (
            "multipart/form-data; boundary=x; charset=utf-16",
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="\xd8"\r\n\r\na\r\n--x--',
            422,
        ),
        ("multipart/form-data; boundary=" + "x" * 300, b"--x--", 422),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="kind"\r\n\r\n' + b"a" * 999,
            422,
        ),
    ],
)
def test_nothing_sent_is_a_server_error(api: Api, content_type: str, body: bytes, expected: int) -> None:
    answer = api.ask("POST", "/imports", headers={"content-type": content_type}, content=body)
    assert answer.status_code == expected, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("name", ["\x00", "\ud800", "a\r\nb", "../../etc/passwd", "", "x" * 2000])
def test_names_of_files_are_only_words(api: Api, name: str) -> None:
    quoted = name.encode("utf-8", "surrogatepass").replace(b"\r\n", b"%0D%0A")
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="' + quoted + b'"\r\n\r\n'
    answer = api.ask(
        "POST",
        "/imports",
        headers={"content-type": "multipart/form-data; boundary=b"},
        content=head + CSV + b"\r\n--b--",
    )
    assert answer.status_code == 200, answer.text


def test_other_methods_are_not_known(api: Api) -> None:
    assert api.get("/imports").status_code == 405


def test_it_stands_in_the_document(api: Api) -> None:
    operation = api.client.get("/openapi.json").json()["paths"]["/api/v1/imports"]["post"]
    assert operation["operationId"] == "import_spreadsheet"
    schema = operation["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert all(each["description"] for each in schema["properties"].values())
    assert {"401", "403", "413", "415", "422"} <= set(operation["responses"])

"""The protocol itself: methods, media types, headers."""

from support.problems import problem
from support.subject import Subject

ALL_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")


def addresses(subject: Subject) -> dict[str, set[str]]:
    """The methods of each address of a resource."""
    reads, writes = {"GET", "HEAD"}, subject.resource.writable
    if subject.resource.path == "attachments":  # which come as files, and are changed as others are
        writes_one = {"PATCH", "DELETE"}
        return {"": {*reads, "POST"}, "/0190163d-8694-739b-aea5-966c26f8ad91": reads | writes_one}
    if subject.resource.path == "packs":  # which are made of what there is, and hidden as others are
        return {"": {*reads, "POST"}, "/0190163d-8694-739b-aea5-966c26f8ad91": {*reads, "DELETE"}}
    found = {
        "": reads | ({"POST"} if writes else set()),
        "/query": {"POST"},
        "/0190163d-8694-739b-aea5-966c26f8ad91": reads | ({"PATCH", "DELETE"} if writes else set()),
    }
    if writes:
        found |= {
            "/bulk": {"POST"},
            "/by-external-ref/E-1": {"PUT"},
            "/0190163d-8694-739b-aea5-966c26f8ad91/restore": {"POST"},
        }
    return found


def test_a_method_that_an_address_does_not_know(any_subject: Subject) -> None:
    for rest, methods in addresses(any_subject).items():
        # `/query` and `/bulk` could be keys of records: then the methods of a record are there too.
        also = {"GET", "HEAD", "PATCH", "DELETE"} if rest in ("/query", "/bulk") else set()
        for method in set(ALL_METHODS) - methods - also:
            answer = any_subject.api.ask(method, any_subject.path + rest)
            if method != "HEAD":  # which has no body
                problem(answer, 405)
            assert answer.status_code == 405
            allowed = {each.strip() for each in answer.headers["allow"].split(",")}
            assert methods <= allowed, f"{method} {rest}"
            assert method not in allowed


def test_a_body_in_another_form_is_not_taken(subject: Subject) -> None:
    record = subject.make()
    asked = [
        ("POST", ""),
        ("POST", "/query"),
        ("POST", "/bulk"),
        ("PUT", "/by-external-ref/E"),
        ("PATCH", f"/{record['id']}"),
    ]
    for method, rest in asked:
        for media_type in ("text/plain", "application/xml", "application/x-www-form-urlencoded", "json", "", None):
            headers = {} if media_type is None else {"content-type": media_type}
            answer = subject.api.ask(method, subject.path + rest, content=b"{}", headers=headers)
            problem(answer, 415)
    for method, rest in asked[:-1]:  # a merge patch is for PATCH
        headers = {"content-type": "application/merge-patch+json"}
        problem(subject.api.ask(method, subject.path + rest, content=b"{}", headers=headers), 415)
    wrong = subject.api.ask("PATCH", subject.at(record), content=b"{}", headers={"content-type": "text/plain"})
    assert wrong.headers["accept-patch"] == "application/json, application/merge-patch+json"


def test_an_answer_in_another_form_is_not_given(any_subject: Subject) -> None:
    record = any_subject.make()
    for path in (any_subject.path, any_subject.at(record)):
        for accept in ("text/html", "application/xml", "image/*, text/csv;q=0.5", "application/json;q=0"):
            problem(any_subject.api.get(path, headers={"accept": accept}), 406)
        for accept in (
            "*/*",
            "application/*",
            "application/json",
            "text/html, application/json;q=0.1",
            "APPLICATION/JSON",
        ):
            assert any_subject.api.get(path, headers={"accept": accept}).status_code == 200


def test_every_answer_is_guarded(any_subject: Subject) -> None:
    record = any_subject.make()
    for path in (any_subject.path, any_subject.at(record), f"{any_subject.path}/nothing"):
        headers = any_subject.api.get(path, headers={"x-request-id": "desk-2026-0001"}).headers
        assert headers["x-request-id"] == "desk-2026-0001"
        assert headers["x-content-type-options"] == "nosniff"
        assert "no-cache" in headers["cache-control"]
        assert "Authorization" in headers["vary"]

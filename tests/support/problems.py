"""What an error answer must be."""

from typing import Any

import httpx2 as httpx

from app.errors import PROBLEM_TYPES

TYPES = {each.status: each for each in PROBLEM_TYPES}


def problem(answer: httpx.Response, status: int) -> Any:
    """The problem document of an answer, held against RFC 9457 and our own promises."""
    assert answer.status_code == status, f"{answer.status_code}, not {status}: {answer.text}"
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    known = TYPES[status]
    assert document["type"] == known.uri
    assert document["title"] == known.title
    assert document["status"] == status
    assert document["detail"]
    assert document["request_id"] == answer.headers["x-request-id"]
    assert "instance" in document
    for fault in document.get("errors", []):
        assert fault["detail"]
        assert fault["code"]
        assert ("pointer" in fault) != ("parameter" in fault)
    return document


def faults(answer: httpx.Response, status: int = 422) -> set[tuple[str, str]]:
    """Every fault of an error answer: where it is and its code."""
    return {
        (fault.get("pointer", fault.get("parameter")), fault["code"]) for fault in problem(answer, status)["errors"]
    }

"""The same request sent again gets the first answer again, and nothing is done twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from sqlalchemy import update

from app.access.register import Register
from app.models import Answer
from support.client import Api
from support.documents import Documents
from support.recording import operating


def keyed(key: str) -> dict[str, Any]:
    return {"headers": {"Idempotency-Key": key}}


def test_the_first_answer_comes_again(api: Api, documents: Documents, stored: Any) -> None:
    body = documents.of("visits")
    first = api.post("/visits", body, **keyed("planner-7"))
    rows = stored()
    again = api.post("/visits", body, **keyed("planner-7"))
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["idempotency-replayed"] == "true"
    assert stored() == rows


def test_another_request_with_that_key_is_refused(api: Api, documents: Documents, stored: Any) -> None:
    body = documents.of("visits")
    api.post("/visits", body, **keyed("k"))
    rows = stored()
    other = [("/visits", body | {"title": "Other"}), ("/people", documents.of("people"))]
    for path, document in other:
        answer = api.post(path, document, **keyed("k"))
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["code"] == "key_reused"
    assert stored() == rows


def test_keys_belong_to_their_caller(api: Api, documents: Documents) -> None:
    body = documents.of("people")
    mine = api.post("/people", body, **keyed("k")).json()
    theirs = api.as_("approver").post("/people", body, **keyed("k")).json()
    assert mine["id"] != theirs["id"]


def test_a_refused_request_keeps_nothing(api: Api, documents: Documents) -> None:
    assert api.post("/people", {"name": " "}, **keyed("k")).status_code == 422
    assert api.post("/people", documents.of("people"), **keyed("k")).status_code == 201


def test_a_key_that_is_none(api: Api, documents: Documents) -> None:
    for key in ("", " ", "x" * 256):
        assert api.post("/people", documents.of("people"), **keyed(key)).status_code == 422


def test_who_asks_is_settled_before_the_key_is_looked_at(api: Api, documents: Documents) -> None:
    for headers in (keyed(""), {"headers": {"Change-Reason": "x" * 501}}):
        assert api.anonymous().post("/people", documents.of("people"), **headers).status_code == 401
        assert api.as_("reader").post("/people", documents.of("people"), **headers).status_code == 403


def test_two_at_the_same_instant_make_one(api: Api, documents: Documents) -> None:
    body = documents.of("people") | {"name": "Only one"}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: api.post("/people", body, **keyed("k")), range(8)))
    assert {each.status_code for each in answers} == {201}
    assert len({each.content for each in answers}) == 1
    assert len(api.items("/people", q="only one")) == 1


def test_a_day_later_the_key_is_free(api: Api, documents: Documents, register: Register) -> None:
    body = documents.of("people")
    first = api.post("/people", body, **keyed("k")).json()
    with operating(register) as connection:
        old = connection.execute(update(Answer).values(at=Answer.at).returning(Answer.at)).scalar_one()
        connection.execute(update(Answer).values(at=old - timedelta(days=1, seconds=1)))
    assert api.post("/people", body, **keyed("k")).json()["id"] != first["id"]

"""Text of any kind is data: kept as it was given, found again, and sealed in the ledger."""

from typing import Any

import pytest
from naughty import NAUGHTY
from sqlalchemy import select
from wire import Stored, unchanged

from app.access.ledger import GENESIS, entry_hash
from app.access.register import Register
from app.core.words import query_words
from app.models import LedgerEntry
from support.client import Api
from support.documents import Documents
from support.problems import faults
from support.recording import operating

SHORT = [each for each in NAUGHTY if len(each.strip()) <= 80]


def addressable(text: str) -> str | None:
    """The text, if it may be an external reference: it must be printable, for it stands in addresses."""
    return text if text.isprintable() and "\ufffd" not in text else None


def records(documents: Documents) -> dict[str, list[dict[str, Any]]]:
    """The corpus in every sort of field that takes text, by where it is recorded."""
    return {
        "visits": [
            documents.of("visits", title=text, summary=f"{text}\n\n{text}", city=text, purpose=text, external_ref=addressable(text), principal_office=text,
                         itinerary=[{"place": text, "activity": text}], tags=[text] if text in SHORT else [])
            for text in NAUGHTY
        ],
        "people": [documents.of("people", name=text, rank=text, biography=text, external_ref=addressable(text)) for text in NAUGHTY],
        "institutions": [documents.of("institutions", name=text, aliases=[text, text], members=[{"name": text}]) for text in NAUGHTY],
    }  # fmt: skip


def trimmed(value: Any) -> Any:
    """What is documented to happen to text: space around it goes."""
    if isinstance(value, str):
        return value.strip()
    return [trimmed(each) for each in value] if isinstance(value, list) else value


def test_any_text_is_kept_as_given(api: Api, documents: Documents, register: Register) -> None:
    for path, wanted in records(documents).items():
        made = []
        for document in wanted:
            record = api.make(f"/{path}", document)
            for name, value in document.items():
                if isinstance(value, str) or name in ("tags", "aliases"):
                    assert record[name] == trimmed(value), (name, value)
            assert record.get("itinerary", [{}])[0].get("place") == (
                trimmed(document["city"]) if path == "visits" else None
            )
            assert api.read(f"/{path}/{record['id']}") == record
            made.append(record)
        listed = {each["id"]: each for each in api.items(f"/{path}", limit=200, sort="-created_at")}
        assert [listed[each["id"]] for each in made] == made
        by_name = "title" if path == "visits" else "name"
        ordered = api.items(f"/{path}", limit=200, sort=by_name)
        assert {each["id"] for each in made} <= {each["id"] for each in ordered}
    chain_holds(register)


def chain_holds(register: Register) -> None:
    """What the ledger holds is what was sealed, also after the database had it."""
    with operating(register) as connection:
        rows = connection.execute(select(LedgerEntry.__table__).order_by(LedgerEntry.seq)).mappings().all()
    assert len(rows) > 3 * len(NAUGHTY) - 1
    previous = GENESIS if rows[0]["seq"] == 1 else bytes(rows[0]["previous_hash"])
    for row in rows:
        entry = dict(row) | {"hash": bytes(row["hash"]), "previous_hash": bytes(row["previous_hash"])}
        assert entry["previous_hash"] == previous
        assert entry["hash"] == entry_hash(entry), row["representation"]
        previous = entry["hash"]


def test_any_text_is_found_by_its_words_and_by_itself(api: Api, documents: Documents) -> None:
    made = {
        text: documents.visit(title=text, tags=[text] if text in SHORT else [], external_ref=addressable(text))["id"]
        for text in NAUGHTY
    }
    for text, own in made.items():
        found = [each["id"] for each in api.items("/visits", q=text, limit=200)]
        assert (own in found) == bool(query_words(text)), text
        assert own not in [each["id"] for each in api.items("/visits", q__not=text, limit=200)] or not query_words(text)
        if addressable(text) is not None and text == text.strip():
            assert [each["id"] for each in api.items("/visits", external_ref=text)] == [own], text
            if text in SHORT:
                assert own in [each["id"] for each in api.items("/visits", tag=text)], text


def test_a_reference_that_cannot_be_told_from_another_is_refused(api: Api, documents: Documents) -> None:
    unfit = [each for each in NAUGHTY if addressable(each) is None]
    assert unfit
    items = [documents.of("visits", external_ref=each) for each in unfit]
    told = faults(api.post("/visits/bulk", {"items": items}))
    assert told == {(f"/items/{place}/external_ref", "control_character") for place in range(len(unfit))}
    assert api.items("/visits") == []


def test_any_text_can_be_changed_to_any_other(api: Api, documents: Documents) -> None:
    record = documents.make("people")
    path = f"/people/{record['id']}"
    for number, text in enumerate(NAUGHTY, 2):
        changed = api.change(path, {"name": text, "biography": text}, **{"if-match": f'"{number - 1}"'})
        assert (changed["name"], changed["biography"], changed["version"]) == (text.strip(), text.strip(), number)
        for word in query_words(text)[:1]:
            assert record["id"] in [each["id"] for each in api.items("/people", q=word)]


@pytest.mark.parametrize("script", ["\U00020000", "ﷺ"])
def test_the_largest_text_can_be_searched(script: str, api: Api, documents: Documents) -> None:
    """Every field as long as it may be, in letters that take the most room: a record like others."""

    def words(length: int) -> str:
        chain = "'".join(script * 62 + chr(0x20001 + number) for number in range(400))
        return chain[:length].strip("' ")

    steps = [{"place": words(200), "activity": words(200)[1:]} for _ in range(500)]
    document = documents.of("visits", title=words(200), summary=words(20_000), purpose=words(20_000), itinerary=steps)
    made = api.make("/visits", document)
    assert [each["id"] for each in api.items("/visits", q=words(60))] == [made["id"]]


def test_what_cannot_be_kept_is_refused_in_every_text(api: Api, documents: Documents, stored: Stored) -> None:
    visit = documents.of("visits", title="Visit")
    with unchanged(stored):
        for code in (*range(9), *range(0x0B, 0x0D), *range(0x0E, 0x20), 0x7F):
            text = f"a{chr(code)}b"
            document = visit | {
                "title": text,
                "summary": text,
                "city": text,
                "external_ref": text,
                "tags": [text],
                "itinerary": [{"place": text}],
            }
            told = {where for where, kind in faults(api.post("/visits", document)) if kind == "control_character"}
            assert told == {"/title", "/summary", "/city", "/external_ref", "/tags/0", "/itinerary/0/place"}, code

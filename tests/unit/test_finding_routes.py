"""Which route an address leads to."""

from typing import Any

import pytest

from app.crud.addresses import Branch

ROUTES = (
    "visits",
    "visits/bulk",
    "visits/{id}",
    "visits/{id}/history",
    "visits/{visit}/participants/{id}",
    "visits/query/{name}",
    "calendars/{id}",
    "calendars/feed/{secret}.ics",
)


@pytest.fixture(scope="module")
def root() -> Branch:
    root = Branch()
    for each in ROUTES:
        branch = root
        for part in each.split("/"):
            branch = branch.grown(part)
        said: Any = each
        branch.routes["GET"] = said
    return root


@pytest.mark.parametrize(
    ("address", "route", "values"),
    [
        ("visits", "visits", ()),
        ("visits/bulk", "visits/bulk", ()),
        ("visits/0190", "visits/{id}", ("0190",)),
        ("visits/bulk/history", "visits/{id}/history", ("bulk",)),
        ("visits/query/mine", "visits/query/{name}", ("mine",)),
        ("visits/query/history", "visits/query/{name}", ("history",)),
        ("visits/query", "visits/{id}", ("query",)),
        ("visits/query/participants/1", "visits/{visit}/participants/{id}", ("query", "1")),
        ("visits/a\nb", "visits/{id}", ("a\nb",)),
        ("calendars/feed", "calendars/{id}", ("feed",)),
        ("calendars/feed/abc.ics", "calendars/feed/{secret}.ics", ("abc",)),
        ("calendars/feed/a.ics.ics", "calendars/feed/{secret}.ics", ("a.ics",)),
    ],
)
def test_a_word_goes_before_a_value_and_a_value_where_no_word_leads_on(
    root: Branch, address: str, route: str, values: tuple[str, ...]
) -> None:
    assert root.find(address.split("/")) == ({"GET": route}, values)


@pytest.mark.parametrize(
    "address",
    [
        "", "/", "visit", "visits/", "visits//history", "visits/1/", "visits/1/history/", "visits/1/participants",
        "calendars/feed/.ics", "calendars/feed/abc", "calendars", "/visits", "visits" + "/" * 100_000,
    ],
)  # fmt: skip
def test_what_leads_nowhere(root: Branch, address: str) -> None:
    assert root.find(address.split("/")) is None

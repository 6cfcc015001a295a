"""Filters and orders, each on tables of its own: what it finds among rows that one can look at."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import pytest
from pydantic import Field, TypeAdapter, ValidationError
from sqlalchemy import Connection, ForeignKey, String, Uuid, create_engine, insert, or_, select, true
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.core.columns import table_of
from app.core.prepared import Prepared
from app.core.query import (
    AtLeast,
    AtMost,
    Cases,
    CommaList,
    Equals,
    Linked,
    ListQuery,
    Many,
    Match,
    Order,
    Scope,
    Sort,
    Where,
    YesNo,
    as_flag,
    as_words,
    column_of,
    filter_of,
    negated,
    order_of,
    takes_many,
    with_negations,
)


class Base(DeclarativeBase):
    """The tables of these tests."""


class Ship(Base):
    """What is listed."""

    __tablename__ = "ship"

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True)
    name: Mapped[str] = mapped_column(String)
    crew: Mapped[int | None]
    launched: Mapped[date]
    sold: Mapped[date | None]


class Frigate(Base):
    """What only one kind of ship has, in a table beside it."""

    __tablename__ = "frigate"

    id: Mapped[str] = mapped_column(ForeignKey("ship.id"), primary_key=True)
    missiles: Mapped[int]


class Call(Base):
    """What ties a ship to the ports at which it has called."""

    __tablename__ = "call"

    ship: Mapped[str] = mapped_column(ForeignKey("ship.id"), primary_key=True)
    port: Mapped[str] = mapped_column(String, primary_key=True)
    launched: Mapped[date]
    hidden: Mapped[bool]


SHIPS, CALLS = table_of(Ship), table_of(Call)
KAHA, MANA, AOTEAROA, WELLINGTON = (f"00000000-0000-0000-0000-00000000000{number}" for number in range(1, 5))
NAMES = {KAHA: "Te Kaha", MANA: "Te Mana", AOTEAROA: "Aotearoa", WELLINGTON: "Wellington"}
ROWS: Mapping[type[Base], list[tuple[Any, ...]]] = {
    Ship: [
        (KAHA, "Te Kaha", 178, date(1995, 7, 22), None),
        (MANA, "Te Mana", 178, date(1997, 5, 10), None),
        (AOTEAROA, "Aotearoa", 98, date(2019, 4, 24), None),
        (WELLINGTON, "Wellington", None, date(1982, 1, 1), date(2000, 5, 5)),
    ],
    Frigate: [(KAHA, 20), (MANA, 20), (WELLINGTON, 0)],
    Call: [
        (KAHA, "Suva", date(1995, 7, 22), False),
        (KAHA, "Apia", date(1995, 7, 22), False),
        (MANA, "Suva", date(1997, 5, 10), True),
        (MANA, "Nuku'alofa", date(1997, 5, 10), False),
    ],
}


@pytest.fixture(scope="module")
def connection() -> Any:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with engine.connect() as made:
        for model, rows in ROWS.items():
            table = table_of(model)
            made.execute(insert(table), [dict(zip(table.c.keys(), row, strict=True)) for row in rows])
        yield made
    engine.dispose()


def scope(**words: tuple[str, ...]) -> Scope:
    return Scope(SHIPS, lambda links: links.c.hidden.is_(False), sqlite=True, words=words)


def found(connection: Connection, where: Where, value: Any = None, *, but: bool = False, **words: Any) -> set[str]:
    """The names of the ships that a filter finds, or leaves."""
    condition = where.criterion(scope(**words), Match("asked", many=isinstance(value, list)))
    statement = select(SHIPS.c.id).where(negated(condition) if but else condition)
    cursor: Any = connection.connection.cursor()
    rows = Prepared(statement, connection.dialect).run(cursor, {} if value is None else {"asked": value})
    return {NAMES[str(UUID(row[0]))] for row in rows}


def test_a_value_or_one_of_several(connection: Connection) -> None:
    assert found(connection, Equals(Ship.name), "Te Kaha") == {"Te Kaha"}
    assert found(connection, Equals(Ship.name), ["Te Kaha", "Aotearoa", "none"]) == {"Te Kaha", "Aotearoa"}
    assert found(connection, Equals(Ship.name), "none") == set()
    assert found(connection, Equals(Ship.crew), [178]) == {"Te Kaha", "Te Mana"}


@pytest.mark.parametrize("common", [False, True])
def test_a_column_of_the_kind_beside_it(connection: Connection, common: bool) -> None:
    filtering = Equals(Frigate.missiles, common=common)
    assert found(connection, filtering, 20) == {"Te Kaha", "Te Mana"}
    assert found(connection, filtering, [0, 20]) == {"Te Kaha", "Te Mana", "Wellington"}
    assert found(connection, filtering, 20, but=True) == {"Aotearoa", "Wellington"}


def test_how_a_column_beside_it_is_asked_for() -> None:
    """Of what has many records each is looked at in turn; of what has few, those are fetched."""
    asked = [
        each.criterion(scope(), Match("asked", many=False))
        for each in (Equals(Frigate.missiles), Equals(Frigate.missiles, common=True))
    ]
    assert "ship.id IN (SELECT frigate.id" in str(asked[0])
    assert "ship.id IN (SELECT frigate.id" in str(
        AtMost(Frigate.missiles).criterion(scope(), Match("asked", many=False))
    )
    assert "EXISTS (SELECT frigate.id" in str(asked[1])
    assert "frigate" not in str(Equals(Ship.name, common=True).criterion(scope(), Match("asked", many=False)))


def test_from_a_day_on_and_up_to_it(connection: Connection) -> None:
    day = date(1997, 5, 10)
    assert found(connection, AtLeast(Ship.launched), day) == {"Te Mana", "Aotearoa"}
    assert found(connection, AtMost(Ship.launched), day) == {"Te Kaha", "Te Mana", "Wellington"}
    assert found(connection, AtLeast(Frigate.missiles), 1) == {"Te Kaha", "Te Mana"}
    assert found(connection, AtMost(Frigate.missiles), 1) == {"Wellington"}


def test_what_has_no_end_goes_on_only_where_that_is_said(connection: Connection) -> None:
    day = date(2001, 1, 1)
    assert found(connection, AtLeast(Ship.sold), day) == set()
    assert found(connection, AtLeast(Ship.sold, open_ended=True), day) == {"Te Kaha", "Te Mana", "Aotearoa"}
    assert found(connection, AtMost(Ship.sold), day) == {"Wellington"}
    before = date(2000, 5, 5)
    assert found(connection, AtLeast(Ship.sold), before) == {"Wellington"}
    assert found(connection, AtLeast(Ship.sold, open_ended=True), before) == set(NAMES.values())


def test_what_is_not_known_is_not_so(connection: Connection) -> None:
    assert found(connection, Equals(Ship.crew), 178, but=True) == {"Aotearoa", "Wellington"}
    assert found(connection, AtMost(Ship.sold), date(2001, 1, 1), but=True) == {"Te Kaha", "Te Mana", "Aotearoa"}


def test_each_word_has_a_condition_of_its_own(connection: Connection) -> None:
    cases = Cases({"old": lambda on: on.table.c.crew.is_(None), "small": lambda on: on.table.c.crew < 100})
    assert found(connection, cases, asked=("old",)) == {"Wellington"}
    assert found(connection, cases, asked=("old", "small")) == {"Wellington", "Aotearoa"}


def test_what_is_tied_to_a_value_by_a_row_that_one_may_see(connection: Connection) -> None:
    calls = Linked(Call.port, Call.ship, {"launched": Call.launched})
    assert found(connection, calls, "Suva") == {"Te Kaha"}, "the other call is hidden"
    assert found(connection, calls, ["Apia", "Suva"]) == {"Te Kaha"}
    assert found(connection, calls, "Lautoka") == set()
    assert found(connection, calls, "Suva", but=True) == {"Te Mana", "Aotearoa", "Wellington"}
    assert (calls.value.key, calls.owner.key, calls.order) == ("port", "ship", {"launched": CALLS.c.launched})
    assert Linked(Call.port, Call.ship).order == Linked(Call.port, Call.ship).mirrors == {}
    beside = Linked(Call.port, Call.ship, {"launched": Call.launched}, {"hidden": Call.hidden})
    assert beside.order == {"launched": CALLS.c.launched}
    assert beside.mirrors == {"launched": CALLS.c.launched, "hidden": CALLS.c.hidden}


def test_links_can_be_walked_and_asked_for_at_once(connection: Connection) -> None:
    walked = CALLS.join(SHIPS, SHIPS.c.id == CALLS.c.ship)
    called = Linked(Call.port, Call.ship).criterion(scope(), Match("asked", many=False))
    statement = select(CALLS.c.port).select_from(walked).where(SHIPS.c.name == "Te Kaha", called).order_by(CALLS.c.port)
    cursor: Any = connection.connection.cursor()
    assert Prepared(statement, connection.dialect).run(cursor, {"asked": "Apia"}) == [("Apia",), ("Suva",)]


def test_a_value_bears_the_type_of_its_column() -> None:
    value = Match("asked", many=False).value(column_of(Ship.launched))
    assert (value.key, value.required, value.type.python_type) == ("asked", True, date)
    many = Match("asked", many=True)(column_of(Ship.name))
    assert (many.column.key, many.values.key, many.values.required) == ("name", "asked", True)  # type: ignore[attr-defined]


def test_a_column_is_that_of_its_table() -> None:
    assert column_of(Ship.crew) is SHIPS.c.crew


# How lists are asked for.


class ShipQuery(ListQuery):
    """What a list of ships can be asked."""

    name: Annotated[Many[str], Equals(Ship.name)] = []
    """What it is called."""

    crewed: Annotated[int | None, Field(ge=0), AtLeast(Ship.crew)] = None
    """How many sail in it."""

    dry: Annotated[YesNo | None, Field()] = None
    """Whether it is in dock; no filter of its own."""


def test_each_filter_has_its_opposite_and_what_is_none_has_not() -> None:
    with_negations.cache_clear()
    both = with_negations(ShipQuery)
    assert both is with_negations(ShipQuery)
    assert (both.__name__, both.__doc__) == ("ShipQuery", ShipQuery.__doc__)
    assert set(both.model_fields) - set(ShipQuery.model_fields) == {"name__not", "crewed__not"}
    schema = both.model_json_schema()["properties"]
    described = {name: schema[name]["description"] for name in ("name", "name__not", "crewed__not", "dry")}
    assert described == {
        "name": "What it is called.",
        "name__not": "Leaves out what `name` would find.",
        "crewed__not": "Leaves out what `crewed` would find.",
        "dry": "Whether it is in dock; no filter of its own.",
    }
    plain = both()
    assert (plain.name, plain.name__not, plain.crewed, plain.crewed__not) == ((), (), None, None)  # type: ignore[attr-defined]
    asked = both.model_validate({"name__not": "Te Kaha", "crewed__not": 5})
    assert (asked.name__not, asked.crewed__not) == (["Te Kaha"], 5)  # type: ignore[attr-defined]
    for wrong in ({"crewed__not": -1}, {"colour": "red"}, {"dry__not": True}, {"name": []}, {"name": ["x"] * 101}):
        with pytest.raises(ValidationError):
            both.model_validate(wrong)
    assert not [name for name in ("name", "name__not", "crewed", "crewed__not") if "default" in schema[name]]


def test_what_a_parameter_stands_for() -> None:
    fields = with_negations(ShipQuery).model_fields
    assert isinstance(filter_of(fields["name"]), Equals)
    assert isinstance(filter_of(fields["crewed__not"]), AtLeast)
    assert filter_of(fields["limit"]) is filter_of(fields["dry"]) is None
    assert [takes_many(fields[name]) for name in ("name", "name__not", "crewed")] == [True, True, False]


@pytest.mark.parametrize(
    ("given", "words", "flag"),
    [
        (True, "true", True), (False, "false", False), ("true", "true", True), ("false", "false", False),
        ("any", "any", "any"), (None, None, None), (1, 1, 1), (0, 0, 0), ("True", "True", "True"), ([], [], []),
    ],
)  # fmt: skip
def test_yes_and_no_in_a_body_and_in_an_address(given: Any, words: Any, flag: Any) -> None:
    assert (as_words(given), type(as_words(given))) == (words, type(words))
    assert (as_flag(given), type(as_flag(given))) == (flag, type(flag))


def test_yes_or_no_is_nothing_else() -> None:
    yes_or_no = TypeAdapter(YesNo)
    assert [yes_or_no.validate_python(each) for each in ("true", "false", True, False)] == [True, False] * 2
    for wrong in ("yes", "TRUE", 1, 0, None, ""):
        with pytest.raises(ValidationError):
            yes_or_no.validate_python(wrong)


def test_a_list_with_commas() -> None:
    commas = TypeAdapter(CommaList)
    assert commas.validate_python(" title, -starts_on,, ") == ("title", "-starts_on")
    assert commas.validate_python(["a", "b"]) == ("a", "b")
    assert commas.validate_python("") == ()
    assert commas.json_schema() == {"type": "string", "maxLength": 2000}
    for wrong in (5, None, ",".join("x" * 61)):
        with pytest.raises(ValidationError):
            commas.validate_python(wrong)


def test_one_value_may_stand_alone() -> None:
    many = TypeAdapter(Many[int])
    assert (many.validate_python(5), many.validate_python([5, 6])) == ([5], [5, 6])


# Orders.


@pytest.fixture
def sorts() -> dict[str, Sort]:
    return {name: Sort.by(SHIPS.c[name]) for name in ("id", "name", "crew", "launched", "sold")}


def test_empty_dates_and_numbers_come_last(connection: Connection, sorts: dict[str, Sort]) -> None:
    assert {name: (each.kind, each.absent) for name, each in sorts.items()} == {
        "id": (UUID, None), "name": (str, None), "crew": (int, "2147483647"), "launched": (date, None),
        "sold": (date, "'9999-12-31'"),
    }  # fmt: skip
    for name, expected in {"crew": ["Aotearoa", "Te Kaha", "Te Mana", "Wellington"], "sold": ["Wellington"]}.items():
        ordered = select(SHIPS.c.name).order_by(sorts[name].expression(), SHIPS.c.id)
        assert connection.scalars(ordered).all()[: len(expected)] == expected
    assert sorts["name"].expression() is SHIPS.c.name
    assert sorts["launched"].expression(CALLS.c.launched) is CALLS.c.launched
    assert str(sorts["sold"].expression(CALLS.c.launched)) == "coalesce(call.launched, '9999-12-31')"


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ((), "-launched,-id"),
        (("name",), "name,id"),
        (("-name",), "-name,-id"),
        (("-name", "crew"), "-name,crew,id"),
        (("name", "-name", "crew"), "name,crew,id"),
        (("-id", "name"), "-id,name"),
    ],
)
def test_an_order_is_total_and_ends_in_the_direction_of_its_last_term(
    sorts: dict[str, Sort], asked: tuple[str, ...], text: str
) -> None:
    assert order_of(asked, sorts, "-launched").text == text
    assert order_of((), sorts, "name,-crew").terms == (("name", False), ("crew", True), ("id", True))
    assert Order((("name", True),)).text == "-name"


@pytest.mark.parametrize("asked", ["colour", "--name", "", "Name"])
def test_an_order_by_what_is_no_field_names_those_that_are(sorts: dict[str, Sort], asked: str) -> None:
    with pytest.raises(
        ValueError, match="cannot be sorted by; one can sort by crew, id, launched, name, sold"
    ) as refused:
        order_of([asked], sorts, "name")
    assert str(refused.value).startswith(repr(asked.removeprefix("-")))


def test_a_filter_of_its_own_is_built_from_scope_and_match(connection: Connection) -> None:
    either = Where(lambda on, match: or_(match(on.table.c.name), on.table.c.crew.is_(None)))
    assert found(connection, either, "Aotearoa") == {"Aotearoa", "Wellington"}
    assert found(connection, Where(lambda *_: true())) == set(NAMES.values())

"""What stands below the fields of models comes into their schemas, and of models made of them into theirs."""

from typing import Annotated

from pydantic import Field

from app.core.derive import made
from app.core.docstrings import docstrings
from app.core.fields import Document, Representation


class Ship(Document):
    """A ship."""

    name: str
    """What it is called,
    in full."""

    crew: Annotated[int, Field(description="How many sail in it.")]
    port: str = ""
    """Where it belongs."""

    built: int = 0


class Frigate(Ship):
    """A frigate."""

    name: str
    """The name of the frigate."""

    built: int
    """The year."""


class Known(Representation):
    """What is known of a ship."""

    since: Annotated[int, Field(serialization_alias="from")]
    """The first year."""


def said(model: type, mode: str = "validation") -> dict[str, str | None]:
    schema = model.model_json_schema(mode=mode)  # type: ignore[attr-defined]
    return {name: each.get("description") for name, each in schema["properties"].items()}


def test_what_stands_below_a_field_tells_of_it_and_what_is_said_of_it_goes_first() -> None:
    assert said(Ship) == {
        "name": "What it is called,\nin full.",
        "crew": "How many sail in it.",
        "port": "Where it belongs.",
        "built": None,
    }


def test_what_a_model_says_itself_goes_before_what_it_inherits() -> None:
    assert said(Frigate) == said(Ship) | {"name": "The name of the frigate.", "built": "The year."}


def test_a_field_has_its_words_under_the_name_that_it_goes_out_by() -> None:
    assert said(Known, "serialization") == {"from": "The first year."}


def test_a_model_that_stands_in_no_file_says_what_those_do_that_it_is_made_of() -> None:
    both = made("Both", Document, None, {"name": (str, ...), "port": (str, ""), "sunk": (int, 0)}, Ship, Frigate)
    assert said(both) == {"name": "The name of the frigate.", "port": "Where it belongs.", "sunk": None}
    above = made("Above", Document, None, {"port": (str, Field(description="Its own."))}, both)
    assert said(above) == {"port": "Its own."}
    assert docstrings(above)["name"] == "The name of the frigate."


def test_a_model_whose_source_is_nowhere_says_nothing() -> None:
    known: dict[str, type] = {}
    exec(
        'class Raft(Document):\n    logs: int\n    """How many."""\n', {"Document": Document, "__name__": "sys"}, known
    )
    assert said(known["Raft"]) == {"logs": None}

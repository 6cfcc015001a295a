"""Keeping in step, as the page tells it: every command is run against a served demonstration."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from reading_docs import code, table
from running_docs import Demo, answers_of, assert_shows, served, shown_of

from app.feeds.deliveries import State
from app.feeds.webhooks import WebhookFields

PAGE = "docs/feeds.md"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("feeds")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demonstration whose webhooks may lead to this machine."""
    place = tmp_path_factory.mktemp("demo")
    (place / ".env").write_text("TRACKER_WEBHOOK_ALLOWED=127.0.0.1/32\n")
    with served(place / "demo.db") as demonstration:
        yield demonstration


@pytest.fixture(scope="module")
def blocks(demo: Demo, folder: Path) -> list[list[Any]]:
    """What each block of the page's commands has printed."""
    return answers_of(PAGE, demo, folder, TOKEN="administrator")


def test_from_polling_to_webhooks(blocks: list[list[Any]], folder: Path) -> None:
    asked, feed, _, _, told, deliveries, replayed, _ = blocks
    assert asked == [304]
    assert (folder / "nothing.json").exists() is False or (folder / "nothing.json").read_bytes() == b""
    assert len(feed[0]["items"]) == 2
    assert told[0]["data"]["record"]["title"] == "Secretary to Honiara"
    (delivery,) = deliveries[0]["items"]
    assert (delivery["state"], delivery["status"]) == ("delivered", 204)
    assert (replayed[0]["id"], replayed[0]["state"]) == (delivery["id"], "pending")


def test_what_the_page_shows_is_what_is_told(blocks: list[list[Any]]) -> None:
    for number, shown in shown_of(PAGE):
        assert_shows(shown, blocks[number][-1])


def test_every_field_of_a_webhook() -> None:
    rows = table(PAGE, "field", "meaning")
    assert [code(row[0])[0] for row in rows] == list(WebhookFields.model_fields)


def test_every_state_of_a_delivery() -> None:
    rows = table(PAGE, "`state`", "meaning")
    assert [code(row[0])[0] for row in rows] == list(get_args(State))

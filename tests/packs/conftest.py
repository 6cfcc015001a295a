"""A visit to Tonga with all that its pack should hold."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from support.client import Api
from support.days import AT_HOME as TODAY
from support.days import one_day  # noqa: F401 - a fixture
from support.documents import Documents

HIDDEN = {"classification": "RESTRICTED", "endorsements": ["NZEO"]}
"""How what the low reader must not see is marked."""

SECRET_WORD = "Kererū"


@dataclass
class Visit:
    """The visit, and the records around it by name."""

    api: Api
    documents: Documents
    record: Any
    around: dict[str, Any] = field(default_factory=dict)

    @property
    def at(self) -> str:
        return f"/visits/{self.record['id']}"

    def pack(self, api: Api | None = None) -> Any:
        return (api or self.api).read(f"{self.at}/pack")

    def hide(self) -> None:
        """Records of each sort beyond a reader who is cleared for less, all with one word in them."""
        make, word = self.api.make, SECRET_WORD
        make(f"{self.at}/objectives", {"title": word, **HIDDEN})
        line = {"subject": word, "line": word, "valid_from": "2026-01-01", "partner": "TO", **HIDDEN}
        position = make("/positions", line)
        make(f"{self.at}/positions", {"position": position["id"], **HIDDEN})
        paper = {"title": word, "briefing_type": "talking_points", "body": word, "engagement": self.record["id"]}
        make("/briefings", {**paper, **HIDDEN})
        biography = {"title": word, "briefing_type": "biography", "body": word, "person": self.around["minister"]}
        make("/briefings", {**biography, **HIDDEN})
        make("/commitments", {"title": word, "partner": "TO", "owed_by": "home", **HIDDEN})
        person = self.documents.make("people", name="Person beyond", partner="AU")
        make(f"{self.at}/participants", {"person": person["id"], "side": "partner", "role": word, **HIDDEN})
        before = str(TODAY - timedelta(days=10))
        self.documents.visit(title=word, status="completed", starts_on=before, ends_on=before, **HIDDEN)


@pytest.fixture
def visit(api: Api, documents: Documents) -> Visit:
    return arranged(api, documents)


def arranged(api: Api, documents: Documents) -> Visit:
    make = api.make
    before, later = str(TODAY - timedelta(days=100)), str(TODAY + timedelta(days=20))
    api.make("/institutions", {"code": "SPDMM", "name": "South Pacific Defence Ministers' Meeting",
                               "members": [{"partner": "NZ"}, {"partner": "TO"}]})  # fmt: skip
    post = documents.make(
        "posts", name="High Commission Nuku\u02bbalofa", accreditations=[{"partner": "TO", "kind": "defence"}]
    )
    attache = documents.make("offices", title="Defence Adviser Nuku\u02bbalofa", post=post["id"])
    holder, minister, ours = (
        documents.make("people", name=name, **more)
        for name, more in (
            ("Person at the post", {}),
            ("Person of theirs", {"partner": "TO", "biography": "Has led *since 2021*."}),
            ("Person of ours", {}),
        )
    )
    documents.make("appointments", person=holder["id"], office=attache["id"], starts_on="2024-01-01", ends_on=None)
    last = documents.visit(title="The last visit", status="completed", starts_on=before, ends_on=before)
    record = documents.visit(
        title="Minister to Nuku\u02bbalofa", status="planned", starts_on=later, ends_on=later, direction="outbound",
        purpose="To agree on **training**.", timezone="Pacific/Tongatapu", summary=None,
        itinerary=[{"starts_at": f"{later}T20:00:00Z", "activity": "Call on the Prime Minister", "place": "Palace Office"}],
    )  # fmt: skip
    at = f"/visits/{record['id']}"
    objective = make(f"{at}/objectives", {"title": "A third year of training", "measure": "Both sides sign"})
    line = {"subject": "Maritime training", "line": "We will go on.", "valid_from": "2026-01-01", "partner": "TO"}
    position = make("/positions", {**line, "valid_until": str(TODAY + timedelta(days=1))})
    make(f"{at}/positions", {"position": position["id"], "note": "Early"})
    paper = {"briefing_type": "talking_points", "body": "- We are *glad*", "engagement": record["id"]}
    briefing = make("/briefings", {"title": "What to say", **paper})
    make(f"{at}/participants", {"person": minister["id"], "side": "partner", "role": "host"})
    make(f"{at}/participants", {"person": ours["id"], "side": "home", "role": "head of delegation"})
    due = str(TODAY - timedelta(days=1))
    promise = make("/commitments", {"title": "Two training teams", "partner": "TO", "owed_by": "home", "due_on": due})
    around = {
        "objective": objective, "position": position, "briefing": briefing, "promise": promise, "last": last,
        "minister": minister["id"],
    }  # fmt: skip
    return Visit(api, documents, api.read(at), around)

"""Valid documents of every resource, no two alike, with the records that they refer to."""

from collections.abc import Callable
from itertools import count
from typing import Any

from app.api import api_routes as api_routes  # noqa: PLC0414 - declares every resource
from app.crud.resource import RESOURCES, Resource
from support.client import Api

KINDS = ("bilateral-talks", "visits", "dialogues", "exercises", "deployments")


class Documents:
    """Makes documents for one register, through its API."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self._numbers = count(1)
        self._records: dict[str, Any] = {}
        self._unique: dict[str, Callable[[int], dict[str, Any]]] = {
            "partners": lambda number: {"code": f"P{number:03}", "name": f"Partner {number:03}"},
            "institutions": lambda number: {"code": f"I{number:03}", "name": f"Institution {number:03}"},
            "people": lambda number: {"name": f"Person {number:03}"},
            "offices": lambda number: {"title": f"Office {number:03}"},
            "posts": lambda number: {"name": f"Post {number:03}"},
            "series": lambda number: {"slug": f"series-{number:03}", "name": f"Series {number:03}"},
            "priorities": lambda number: {"code": f"PRI-{number:03}", "title": f"Priority {number:03}"},
            "retention-classes": lambda number: {"slug": f"class-{number:03}", "title": f"Class {number:03}"},
            "appointments": lambda _: {"person": self.person(), "office": self.make("offices")["id"]},
            "objectives": lambda number: {"title": f"Objective {number:03}", "priorities": [self.priority()]},
            "positions": lambda number: {"subject": f"Subject {number:03}"},
            "advocacy": lambda _: {"position": self.make("positions")["id"]},
            "interoperability": lambda _: {"exercise": self.exercise()},
            "participants": lambda _: {"person": self.make("people")["id"]},
            "commitments": lambda number: {"title": f"Commitment {number:03}"},
            "briefings": lambda number: {"title": f"Briefing {number:03}"},
            "blackouts": lambda number: {"title": f"Blackout {number:03}"},
            "information-requests": lambda number: {"title": f"Request {number:03}"},
            "scope-documents": lambda _: {
                "record": self.make("offices")["id"],
                "withholdings": [],
                "note": "Asked for",
            },
            "approval-routes": lambda number: {"title": f"Route {number:03}", "active": False, "steps": [self.step()]},
            "delegations": lambda _: {"person": self.person(), "office": self.step()["office"]},
            "deployments": lambda _: {"mission": self.mission(), "partners": [self.mission()]},
        }

    def of(self, path: str, **changes: Any) -> dict[str, Any]:
        """A valid document for a collection, such as `visits`; `None` in `changes` is null, `...` leaves out."""
        resource: Resource = RESOURCES[path]
        unique = self._unique.get(path, lambda _: {})(next(self._numbers))
        document = {**resource.example, **unique, **changes}
        return {name: value for name, value in document.items() if value is not ...}

    def make(self, path: str, **changes: Any) -> Any:
        """A record of a collection, as the register answers it."""
        if path == "approvals":
            return self.approval(**changes)
        if path == "packs":
            return self.pack(**changes)
        if path == "attachments":
            return self.attachment(**changes)
        api = self.api.as_("administrator") if RESOURCES[path].in_person or RESOURCES[path].administered else self.api
        return api.make(f"/{path}", self.of(path, **changes))

    def visit(self, **changes: Any) -> Any:
        return self.make("visits", **changes)

    def step(self) -> dict[str, str]:
        """A step of an approval, with an office that is there for others to refer to."""
        return {"office": self._once("office", "offices")["id"], "title": "Clearance"}

    def approval(self, **changes: Any) -> Any:
        """An approval that is asked for, of an engagement of its own that goes a route of its own."""
        like = {"level": "senior_officials", "lead": "joint", "kind": "dialogue"}
        self._once("route", "approval-routes", active=True, **like)
        about = self.make("dialogues", level=like["level"], lead=like["lead"], status="proposed", **changes)
        return self.api.make(f"/dialogues/{about['id']}/approvals", self.of("approvals"))

    def pack(self, **changes: Any) -> Any:
        """A pack that is kept, of the engagement that is there for others to refer to."""
        return self.api.make(f"/visits/{self.engagement()}/packs", self.of("packs", **changes))

    def attachment(self, **changes: Any) -> Any:
        """A file that is attached to the briefing that is there for others to refer to."""
        number = next(self._numbers)
        fields = {**RESOURCES["attachments"].example, "title": f"Attachment {number:03}", **changes}
        given = {name: value for name, value in fields.items() if value is not None and value is not ...}
        file = ("map.txt", f"Map {number:03}".encode(), "text/plain")
        place = f"/briefings/{self.owner(RESOURCES['attachments'])}/attachments"
        answer = self.api.ask("POST", place, files={"file": file}, data=given)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def owner(self, resource: Resource) -> str:
        """The id of a record that those of a sub-resource stand under."""
        assert resource.parent is not None
        above = resource.parent.resource.path
        return self.engagement() if above == "engagements" else self._once(above, above)["id"]  # type: ignore[no-any-return]

    def person(self) -> str:
        """The id of a person who is there for others to refer to."""
        return self._once("person", "people")["id"]  # type: ignore[no-any-return]

    def mission(self) -> str:
        """The code of an institution that deployments serve under."""
        return self._once("mission", "institutions", code="UNMISS")["code"]  # type: ignore[no-any-return]

    def engagement(self) -> str:
        """The id of an engagement that others take part in."""
        return self._once("engagement", "visits")["id"]  # type: ignore[no-any-return]

    def priority(self) -> str:
        """The code of a priority that others serve."""
        return self._once("priority", "priorities")["code"]  # type: ignore[no-any-return]

    def exercise(self) -> str:
        """The id of an exercise that is over."""
        found = self._once("exercise", "exercises", starts_on="2026-07-01", ends_on="2026-07-31", status="completed")
        return found["id"]  # type: ignore[no-any-return]

    def _once(self, name: str, path: str, **changes: Any) -> Any:
        if name not in self._records:
            self._records[name] = self.make(path, **changes)
        return self._records[name]

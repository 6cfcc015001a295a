"""A register with records in sight and records to hide."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from app.crud.resource import RESOURCES, Resource
from app.models import Engagement
from app.models.marked import Marked
from support.client import Api
from support.documents import KINDS, Documents
from support.subject import NOTES

MARKED = [each for each in RESOURCES if issubclass(each.model, Marked) and each.writable and each.parent is None]
"""Resources whose records bear markings."""

BELOW = [
    each for each in RESOURCES.below(Engagement) if each.parent is not None and not each.is_single and not each.by_acts
]
"""What stands under engagements: marked too."""

SINGLE = [each for each in RESOURCES.below(Engagement) if each.is_single]
"""What an engagement has one of, as far as any one caller can know."""


@dataclass
class Scene:
    """What there is to see, what will be hidden, and from whom."""

    api: Api
    hider: Api
    """Who may see all, and makes what the caller is not to see."""

    documents: Documents
    caller_is: tuple[str, str, str | None]
    """Role, clearance and nationality of the caller."""

    caller: Api
    marking: dict[str, Any]
    keys: dict[str, list[str]] = field(default_factory=dict)
    seen: dict[str, Any] = field(default_factory=dict)
    guests: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By sub-resource: a document of what will be hidden below engagements in sight and out of it."""

    def alike(self, path: str, number: int, **changes: Any) -> dict[str, Any]:
        """A document that shares with others all that can be shared."""
        shared: dict[str, Any] = {"partners": ["AU", "TO"], "tags": ["kereru"], "priorities": [self.seen["priorities"]["code"]],
                  "series": self.seen["series"]["slug"], "country": "AU", "lead": "joint"}  # fmt: skip
        if issubclass(RESOURCES[path].model, Engagement):
            shared["level"] = "working"
        if KINDS[0] in self.seen:
            shared["engagement"] = self.seen[KINDS[0]]["id"]
        fields = RESOURCES[path].fields.model_fields
        title = {RESOURCES[path].titles[0]: f"Kererū {number}"}
        return self.documents.of(path, **({n: v for n, v in shared.items() if n in fields}), **title, **changes)

    def show(self) -> None:
        """Records that the caller may see, one of each resource at least."""
        for resource in RESOURCES:
            if resource.read_only or resource.administrative or resource.parent is not None or resource in MARKED:
                continue
            # A post speaks to those with whom there is something to hide.
            more = {"accreditations": [{"partner": "AU"}, {"partner": "TO"}]} if resource.path == "posts" else {}
            self.seen[resource.path] = self.documents.make(resource.path, **more)
        first = {each.path: self.documents.of(each.path) for each in BELOW}
        self.guests = {each.path: self.documents.of(each.path) for each in BELOW}
        for resource in MARKED:
            made = [self.api.make(f"/{resource.path}", self.alike(resource.path, number)) for number in range(3)]
            self.seen[resource.path] = made[0]
            for path, at in self.below(resource, made[0]):
                self.keys.setdefault(path, []).append(self.api.make(at, first[path])["id"])
            for at in self.singles(resource, made[1]):
                assert self.api.put(at, self.documents.of(at.rpartition("/")[2])).status_code == 201
            self.api.change(f"/{resource.path}/{made[1]['id']}", {resource.titles[0]: "Kererū again"})
            self.api.delete(f"/{resource.path}/{made[2]['id']}")
        # What may be in it is hidden only afterwards, so that its staleness is worth asking.
        self.keys["packs"] = [self.api.make(f"/{KINDS[0]}/{self.seen[KINDS[0]]['id']}/packs", {"note": "Kererū"})["id"]]
        self.keys["attachments"] = [self.attach(self.api, self.seen["briefings"])]
        self.keys["documents"] = [self.ask_for(self.api, self.seen["information-requests"], self.seen["briefings"])]
        self.keys["revisions"] = ["1", "2"]
        # As much in sight of it as of the caller, and no more: that of one who may see all.
        self.keys["feed"] = [self.hider.make("/calendars", {"title": "Kererū"})["address"].rpartition("/")[2][:-4]]
        self.seen["saved-filters"] = self.api.make("/saved-filters", self.filter("kereru"))
        for path, record in self.seen.items():
            readable = record.get(RESOURCES[path].key.key) if RESOURCES[path].key is not None else None
            self.keys[path] = [record["id"], *([readable] if readable else [])]
        self.keys["engagements"] = [self.seen[KINDS[0]]["id"]]

    def hide(self) -> dict[str, Any]:
        """Records beyond the caller, alike to those in sight in everything but their marking; and changes of them.

        Gives one of each resource.
        """
        hidden = {}
        for resource in MARKED:
            path = resource.path
            first, second, third = [
                self.hider.make(f"/{path}", self.alike(path, number, external_ref=f"{path}-{number}", **self.marking))
                for number in range(3)
            ]
            for below, at in self.below(resource, first):
                self.hider.make(at, self.guests[below])
            self.hider.change(f"/{path}/{second['id']}", {resource.titles[0]: "Kererū changed"})
            self.hider.delete(f"/{path}/{third['id']}")
            for below, at in self.below(resource, self.seen[path]):
                title = RESOURCES[below].titles[0]
                beside = self.hider.make(at, {**self.guests[below], title: "Kererū", **self.marking})
                note = next(each for each in NOTES if each in RESOURCES[below].fields.model_fields)
                self.hider.change(f"{at}/{beside['id']}", {note: "Kererū"})
            for at in (*self.singles(resource, first), *self.singles(resource, self.seen[path])):
                assert self.hider.put(at, self.documents.of(at.rpartition("/")[2], **self.marking)).status_code == 201
            hidden[path] = first
        for briefing in (hidden["briefings"], self.seen["briefings"]):
            self.attach(self.hider, briefing, **self.marking)
        for about in (hidden[KINDS[0]], self.seen[KINDS[0]]):
            self.hider.make(f"/{KINDS[0]}/{about['id']}/packs", {"note": "Kererū"})
        for about in (self.seen["briefings"], hidden["briefings"]):
            self.ask_for(self.hider, hidden["information-requests"], about)
        hidden["approvals"] = self._hide_approval()
        hidden["saved-filters"] = self.hider.make("/saved-filters", self.filter("another", **self.marking))
        return hidden

    @staticmethod
    def filter(slug: str, **changes: Any) -> dict[str, Any]:
        """A filter that is saved for all."""
        asked = {"resource": "visits", "query": {"q": "kereru"}, "shared": True}
        return {"slug": slug, "title": "Kererū", **asked, **changes}

    def _hide_approval(self) -> Any:
        """An approval of an engagement beyond the caller, of which one step is decided by nobody yet."""
        like = {"level": "senior_officials", "lead": "joint", "status": "proposed"}
        about = self.hider.make("/dialogues", self.documents.of("dialogues", **like, **self.marking))
        approval = self.hider.make(f"/dialogues/{about['id']}/approvals", {"note": "Kererū"})
        self.hider.change(f"/dialogues/{about['id']}", {"title": "Kererū by another name"})
        return approval

    @staticmethod
    def ask_for(api: Api, request: Any, record: Any) -> str:
        """Puts a record into the scope of a request for information; gives the id of that."""
        return str(api.make(f"/information-requests/{request['id']}/documents", {"record": record["id"]})["id"])

    @staticmethod
    def attach(api: Api, briefing: Any, **fields: Any) -> str:
        """A file of a briefing; gives its id."""
        place = f"/briefings/{briefing['id']}/attachments"
        answer = api.ask("POST", place, files={"file": ("kereru.txt", b"Kereru")}, data={"title": "Kererū", **fields})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    @staticmethod
    def below(resource: Resource, record: Any) -> Iterator[tuple[str, str]]:
        """Of an engagement: each sub-resource, and where its list is."""
        if issubclass(resource.model, Engagement):
            yield from ((each.path, f"/{resource.path}/{record['id']}/{each.address}") for each in BELOW)

    @staticmethod
    def singles(resource: Resource, record: Any) -> Iterator[str]:
        """Of an engagement: the addresses of what it has one of."""
        if issubclass(resource.model, Engagement):
            yield from (f"/{resource.path}/{record['id']}/{each.path}" for each in SINGLE)


CALLERS: dict[str, tuple[tuple[str, str, str | None], dict[str, Any]]] = {
    "below": (("auditor", "UNCLASSIFIED", "NZ"), {"classification": "IN-CONFIDENCE"}),
    "foreign": (("auditor", "RESTRICTED", "AU"), {"classification": "RESTRICTED", "endorsements": ["NZEO"]}),
    "outside": (("auditor", "RESTRICTED", "NZ"), {"classification": "IN-CONFIDENCE", "need_to_know": ["polar"]}),
    "elsewhere": (("auditor", "RESTRICTED", "AU"), {"classification": "IN-CONFIDENCE", "releasable_to": ["TO"]}),
}
"""Who is not to see, and what they are not to see. An auditor may ask more than anybody else."""

"""A register with records in sight and records to hide."""

from dataclasses import dataclass, field
from typing import Any

from app.crud.resource import RESOURCES
from app.models.marked import Marked
from support.client import Api
from support.documents import KINDS, Documents

MARKED = [each for each in RESOURCES if issubclass(each.model, Marked) and not each.read_only and each.parent is None]
"""Resources whose records bear markings."""


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
    guest: str = ""

    def alike(self, path: str, number: int, **changes: Any) -> dict[str, Any]:
        """A document that shares with others all that can be shared."""
        shared: dict[str, Any] = {"partners": ["AU", "TO"], "tags": ["kereru"], "priorities": [self.seen["priorities"]["code"]],
                  "series": self.seen["series"]["slug"], "country": "AU", "level": "working", "lead": "joint"}  # fmt: skip
        fields = RESOURCES[path].fields.model_fields
        return self.documents.of(
            path, **({n: v for n, v in shared.items() if n in fields}), title=f"Kererū {number}", **changes
        )

    def show(self) -> None:
        """Records that the caller may see, one of each resource at least."""
        for resource in RESOURCES:
            if resource.read_only or resource.administrative or resource.parent is not None or resource in MARKED:
                continue
            self.seen[resource.path] = self.documents.make(resource.path)
        self.guest = self.documents.make("people")["id"]
        for resource in MARKED:
            made = [self.api.make(f"/{resource.path}", self.alike(resource.path, number)) for number in range(3)]
            self.seen[resource.path] = made[0]
            self.api.make(f"/{resource.path}/{made[0]['id']}/participants", {"person": self.seen["people"]["id"]})
            self.api.change(f"/{resource.path}/{made[1]['id']}", {"title": "Kererū again"})
            self.api.delete(f"/{resource.path}/{made[2]['id']}")
        for path, record in self.seen.items():
            readable = record.get(RESOURCES[path].key.key) if RESOURCES[path].key is not None else None
            self.keys[path] = [record["id"], *([readable] if readable else [])]
        self.keys["engagements"] = [self.seen[KINDS[0]]["id"]]
        for path in KINDS:
            participants = self.api.items(f"/{path}/{self.seen[path]['id']}/participants")
            self.keys["participants"] = [*self.keys.get("participants", []), participants[0]["id"]]

    def hide(self) -> list[Any]:
        """Records beyond the caller, alike to those in sight in everything but their marking; and changes of them."""
        hidden = []
        for resource in MARKED:
            for number in range(3):
                document = self.alike(resource.path, number, external_ref=f"{resource.path}-{number}", **self.marking)
                hidden.append(self.hider.make(f"/{resource.path}", document))
            first, second, third = hidden[-3:]
            self.hider.make(f"/{resource.path}/{first['id']}/participants", {"person": self.guest})
            self.hider.change(f"/{resource.path}/{second['id']}", {"title": "Kererū changed"})
            self.hider.delete(f"/{resource.path}/{third['id']}")
            at = f"/{resource.path}/{self.seen[resource.path]['id']}/participants"
            beside = self.hider.make(at, {"person": self.guest, "role": "Kererū", **self.marking})
            self.hider.change(f"{at}/{beside['id']}", {"note": "Kererū"})
        return hidden


CALLERS: dict[str, tuple[tuple[str, str, str | None], dict[str, Any]]] = {
    "below": (("auditor", "UNCLASSIFIED", "NZ"), {"classification": "IN-CONFIDENCE"}),
    "foreign": (("auditor", "RESTRICTED", "AU"), {"classification": "RESTRICTED", "endorsements": ["NZEO"]}),
    "outside": (("auditor", "RESTRICTED", "NZ"), {"classification": "IN-CONFIDENCE", "need_to_know": ["polar"]}),
    "elsewhere": (("auditor", "RESTRICTED", "AU"), {"classification": "IN-CONFIDENCE", "releasable_to": ["TO"]}),
}
"""Who is not to see, and what they are not to see. An auditor may ask more than anybody else."""

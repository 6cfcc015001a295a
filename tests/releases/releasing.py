"""A request for official information on two papers, one of which tells what another government said in confidence."""

from dataclasses import dataclass
from typing import Any

from support.client import Api

SECRET = "the patrol boat is to be handed over in March"
BODY = f"""## Purpose

To agree on a third year of training. Tonga told us in confidence that {SECRET}, and
asked for *two* instructors more.

| item | cost |
|---|---|
| training | $400,000 |
"""


@dataclass
class Release:
    """The request, and the papers in its scope."""

    api: Api
    record: Any
    papers: list[Any]
    scope: list[Any]

    @property
    def at(self) -> str:
        return f"/information-requests/{self.record['id']}"

    def withhold(self, place: int, *withholdings: dict[str, Any], **more: Any) -> Any:
        """Says what is withheld of a paper."""
        at = f"{self.at}/documents/{self.scope[place]['id']}"
        return self.api.change(at, {"withholdings": list(withholdings), **more})

    def decide(self, to: str = "decided", **more: Any) -> Any:
        """Moves the request, as somebody else than put papers into its scope."""
        return self.move(self.api.as_("approver"), to, **more)

    def move(self, api: Api, to: str, **more: Any) -> Any:
        answer = api.post(f"{self.at}/transitions", {"to": to, **more})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def select(self, resource: str, **query: Any) -> Any:
        answer = self.api.post(f"{self.at}/documents/select", {"resource": resource, "query": query})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def copy(self, name: str = "json", api: Api | None = None) -> Any:
        answer = (api or self.api).ask("GET", f"{self.at}/copy", params={"format": name})
        assert answer.status_code == 200, answer.text
        return answer


def passage(text: str, ground: str = "6(b)", field: str = "body", **more: Any) -> dict[str, Any]:
    return {"field": field, "passage": text, "ground": ground, **more}


def paper(api: Api, title: str, **fields: Any) -> Any:
    return api.make("/briefings", {"title": title, "briefing_type": "advice", "partner": "TO", **fields})

"""Fields of the sample engagements that follow from what the data say, and that a plain import leaves open."""

from collections.abc import Iterable
from typing import Any

from app.exchange.cells import fold
from app.exchange.record import Draft, Lookup


def details(draft: Draft, lookup: Lookup, *, level: str | None, un_missions: Iterable[str]) -> dict[str, Any]:
    """The forum of a dialogue, the mission of a deployment, the host of talks, and the level of all but those sent."""
    if draft.kind == "deployment":
        return _deployment(draft, lookup, set(un_missions))
    found: dict[str, Any] = {} if level is None or draft.kind == "exercise" else {"level": level}
    if draft.kind == "dialogue":
        found |= _dialogue(draft, lookup)
    if draft.kind == "bilateral_talks" and (host := _host(draft, lookup)):
        found["hosted_by"] = host
    return found


def _dialogue(draft: Draft, lookup: Lookup) -> dict[str, Any]:
    """An institution that the series is named after is the forum, else the series itself."""
    name = draft.series_name or ""
    institution = named_institution(name, lookup)
    found: dict[str, Any] = {"forum": institution or draft.payload.get("series")}
    text = f" {fold(draft.payload['title'])} {fold(name)} "
    # Both are meetings of defence ministers by their full names; the titles of their editions need not say so
    if institution in {"ADMM-PLUS", "SPDMM"} or " ministers " in text or " ministerial " in text:
        found |= {"format": "ministerial", "level": "ministerial"}
    return found


def named_institution(text: str, lookup: Lookup) -> str | None:
    """The institution whose name or abbreviation a text begins with; the longest if several do."""
    words = f"{fold(text)} "
    names = sorted((each for each in lookup.institutions if words.startswith(f"{each} ")), key=len)
    return lookup.institutions[names[-1]] if names else None


def _deployment(draft: Draft, lookup: Lookup, un_missions: set[str]) -> dict[str, Any]:
    """The one institution among the partners, apart from the United Nations, which is behind many."""
    codes = {each["partner"] for each in draft.payload["partners"]}
    found = sorted(codes & set(lookup.institutions.values()) - {"UN"})
    if len(found) != 1:
        return {}
    return {"mission": found[0]} | ({"mandate": "un"} if found[0] in un_missions else {})


def _host(draft: Draft, lookup: Lookup) -> str | None:
    country = draft.payload.get("country")
    if country is None:
        return None
    if country == lookup.home_country:
        return "home"
    return "partner" if country in {each["partner"] for each in draft.payload["partners"]} else "third_country"

"""What an administrator gives with a token or to a user: never more than they have."""

from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from app.access.markings import RANK
from app.access.work import Work
from app.core.fields import Country, Moment, RecordId, References, Representation, Slug
from app.errors import Fault
from app.models import Partner


def _network(text: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError:
        raise PydanticCustomError(
            "network", "Must be an address or a network without host bits, such as 10.1.0.0/16"
        ) from None


def _each_once(groups: list[str]) -> list[str]:
    return sorted(set(groups))


Network = Annotated[str, AfterValidator(_network), Field(max_length=50)]
"""An IP address or network."""

Groups = Annotated[list[Slug], AfterValidator(_each_once), Field(max_length=100)]
"""Need-to-know groups, each once, in alphabetical order."""

Nationality = Annotated[Country, References(Partner.code)]
"""ISO 3166-1 alpha-2 of a country that the register knows."""


class AccountRead(Representation):
    """What the register itself says of every token and user."""

    id: RecordId
    """UUIDv7, given by the register."""

    version: int
    """Rises by one with each change; also the `ETag`."""

    created_at: Moment
    """When it was made."""

    updated_at: Moment
    """When it last changed. That it was used is no change."""


def grant_faults(work: Work, values: Mapping[str, Any]) -> Iterator[Fault]:
    """What is given beyond what the caller has. The operator, at the command line, has all."""
    actor, home = work.actor, work.register.settings.home_country
    if actor.id is None:
        return
    clearance = values.get("clearance")
    if clearance is not None and RANK[clearance] > RANK[actor.clearance]:
        yield _beyond("The clearance is beyond the caller's own", "/clearance")
    nationality = values.get("nationality")
    if nationality is not None and actor.nationality not in (home, nationality):
        yield _beyond("Only who has this nationality, or the home country's, can give it", "/nationality")
    for index, group in enumerate(values.get("groups") or ()):
        if group not in actor.groups:
            yield _beyond(f"The caller does not belong to {group}", f"/groups/{index}")


def _beyond(detail: str, pointer: str) -> Fault:
    return Fault(detail, "above_clearance", pointer=pointer)

"""What statistics can be asked: every filter of engagements, what is measured, and by what it is grouped."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from app.core.derive import Later, made, without_default
from app.core.likeness import PAGING, as_list_query, parameters_like
from app.core.query import Asked, ListQuery
from app.engagements.engagements import ENGAGEMENTS
from app.overview.statistics.dimensions import Group
from app.overview.statistics.measures import Measure


def _apart(value: Any) -> Any:
    """Several words in one, as other parameters of the API take them too."""
    values = value if isinstance(value, list) else [value]
    return [part for each in values for part in (_words(each) if isinstance(each, str) else [each])]


def _words(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]


def _different(groups: list[Group]) -> list[Group]:
    if len(set(groups)) < len(groups):
        raise PydanticCustomError("repeated", "Names the same twice")
    return groups


class Grouping(Asked):
    """What is measured, by what it is grouped, and how it is told."""

    measure: Measure = "count"
    """What is counted or summed up: `count` of engagements, `days`, `personnel` of exercises and deployments,
    `person_days`, or `delegates` of visits."""

    group_by: Annotated[
        list[Group],
        BeforeValidator(_apart),
        AfterValidator(_different),
        Field(max_length=2, min_length=1, json_schema_extra=without_default),
    ] = []
    """By what it is grouped: one or two, also as one word with a comma. One number for all if not given."""

    format: Literal["json", "csv"] | None = Field(default=None, json_schema_extra=without_default)
    """How it is answered; what the caller accepts if not given."""


StatisticsQuery = Later(
    lambda: made(
        "StatisticsQuery",
        Grouping,
        "What statistics can be asked: every filter of engagements, what is measured, and by what it is grouped.",
        parameters_like(ENGAGEMENTS.list_query, lambda name: name not in PAGING),
        ENGAGEMENTS.list_query,
    )
)


def engagements_of(query: Grouping) -> ListQuery:
    """The list of the engagements that are counted."""
    return as_list_query(ENGAGEMENTS.list_query, query, Grouping.model_fields)

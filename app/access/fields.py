"""The fields that mark a record."""

from typing import Annotated

from pydantic import Field

from app.core.fields import Country, RecordFields, RecordRead, References, Slug
from app.models import Partner
from app.models.choices import Classification, Endorsement


class MarkedFields(RecordFields):
    """What every marked record carries."""

    classification: Annotated[Classification, Field(examples=["UNCLASSIFIED"])] = "UNCLASSIFIED"
    """Of the New Zealand Government Security Classification System."""

    endorsements: Annotated[list[Endorsement], Field(max_length=12)] = []
    """Endorsements; none stands on UNCLASSIFIED."""

    releasable_to: Annotated[
        list[Annotated[Country, References(Partner.code, follows=False)]], Field(max_length=60)
    ] = []
    """Countries whose nationals may see it too; none with NZEO."""

    need_to_know: Annotated[list[Slug], Field(max_length=12)] = []
    """Groups that need to know: only who belongs to every one may see it."""


class MarkedRead(RecordRead):
    """What only the register says of a marked record."""

    marking: str
    """The marking as a banner: `POLICY IN-CONFIDENCE`, `RESTRICTED//REL TO NZL, AUS`."""

"""Every table of the register."""

from app.core.columns import Base
from app.models.access import AccessEntry, Answer, Token, User
from app.models.approvals import Approval, ApprovalRoute, ApprovalStep, Delegation
from app.models.belongings import Advocacy, InteroperabilityClaim, Objective, ObjectivePriority, Participant, Report
from app.models.calendars import Calendar
from app.models.engagements import (
    BilateralTalks,
    Deployment,
    Dialogue,
    Engagement,
    EngagementPartner,
    EngagementPriority,
    EngagementTag,
    Exercise,
    ExerciseDomain,
    Series,
    Visit,
)
from app.models.feeds import SavedFilter, Subscription, Webhook, WebhookDelivery, WebhookPlace
from app.models.followup import Commitment, Position, Priority, PriorityTarget
from app.models.ledger import LedgerEntry, LedgerHead
from app.models.markings import Marking
from app.models.packs import Pack, PackAcknowledgement, PackSource
from app.models.papers import Attachment, Briefing
from app.models.partners import CountryPartner, Institution, Membership, Partner
from app.models.people import Appointment, Office, Person
from app.models.planning import Blackout
from app.models.posts import Accreditation, Post
from app.models.records import Disposal, DisposalRecord, LegalHold, RetentionClass
from app.models.releases import InformationRequest, ScopeDocument
from app.models.search import SearchEntry

__all__ = [
    "AccessEntry",
    "Accreditation",
    "Advocacy",
    "Answer",
    "Appointment",
    "Approval",
    "ApprovalRoute",
    "ApprovalStep",
    "Attachment",
    "Base",
    "BilateralTalks",
    "Blackout",
    "Briefing",
    "Calendar",
    "Commitment",
    "CountryPartner",
    "Delegation",
    "Deployment",
    "Dialogue",
    "Disposal",
    "DisposalRecord",
    "Engagement",
    "EngagementPartner",
    "EngagementPriority",
    "EngagementTag",
    "Exercise",
    "ExerciseDomain",
    "InformationRequest",
    "Institution",
    "InteroperabilityClaim",
    "LedgerEntry",
    "LedgerHead",
    "LegalHold",
    "Marking",
    "Membership",
    "Objective",
    "ObjectivePriority",
    "Office",
    "Pack",
    "PackAcknowledgement",
    "PackSource",
    "Participant",
    "Partner",
    "Person",
    "Position",
    "Post",
    "Priority",
    "PriorityTarget",
    "Report",
    "RetentionClass",
    "SavedFilter",
    "ScopeDocument",
    "SearchEntry",
    "Series",
    "Subscription",
    "Token",
    "User",
    "Visit",
    "Webhook",
    "WebhookDelivery",
    "WebhookPlace",
]

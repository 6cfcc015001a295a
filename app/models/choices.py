"""Every enumeration of the register, stored as text: a member that goes out of use never blocks a migration."""

from typing import Literal

from app.signin import Classification as Classification  # noqa: PLC0414 - re-exported with its kin
from app.signin import Role as Role  # noqa: PLC0414 - likewise

Kind = Literal["bilateral_talks", "visit", "dialogue", "exercise", "deployment"]
Status = Literal["proposed", "planned", "confirmed", "in_progress", "completed", "postponed", "cancelled"]
ReasonCode = Literal[
    "partner_request",
    "host_request",
    "our_decision",
    "higher_priority",
    "resources",
    "travel",
    "health",
    "weather_or_disaster",
    "security",
    "diplomatic",
    "duplicate",
    "other",
]
ApprovalState = Literal["open", "granted", "returned", "declined", "withdrawn"]
Decision = Literal["approve", "return", "decline"]
DatePrecision = Literal["day", "month", "quarter", "year"]
Lead = Literal["ministry", "defence_force", "joint"]
Level = Literal["ministerial", "principal", "senior_officials", "working"]
PartnerRole = Literal["host", "co_host", "participant", "observer"]  # the greater part first
PartnerType = Literal["country", "institution"]
HostedBy = Literal["home", "partner", "third_country"]
Direction = Literal["inbound", "outbound"]
Format = Literal["plenary", "ministerial", "senior_officials", "working_group", "track_1_5"]
ExerciseType = Literal["live", "field", "command_post", "table_top", "humanitarian"]
Domain = Literal["maritime", "land", "air", "space", "cyber", "joint"]
Mandate = Literal["un", "coalition", "bilateral", "regional", "other"]
Side = Literal["home", "partner"]
Assessment = Literal["achieved", "partly_achieved", "not_achieved", "too_early"]
PositionUse = Literal["planned", "advocated", "not_raised"]
Reaction = Literal["supportive", "sympathetic", "noncommittal", "opposed", "none"]
Proof = Literal["demonstrated", "partly", "not"]
Cadence = Literal["on_track", "due", "overdue", "none"]
InstitutionKind = Literal["multilateral", "regional", "minilateral", "alliance"]
MembershipRole = Literal["member", "observer", "associate_member", "to_confirm"]
PostType = Literal["embassy", "high_commission", "consulate_general", "permanent_mission"]
AccreditationKind = Literal["diplomatic", "defence"]
PriorityStatus = Literal["current", "being_updated", "superseded"]
BriefingType = Literal["brief", "advice", "analysis", "talking_points", "biography", "itinerary"]
BriefingState = Literal["draft", "submitted", "cleared"]
PackState = Literal["draft", "cleared"]
ReportState = Literal["draft", "submitted"]
Tone = Literal["warm", "cordial", "neutral", "cool", "tense"]
CommitmentStatus = Literal["open", "kept", "broken", "withdrawn", "superseded"]
ClashSeverity = Literal["clash", "warning", "note"]  # the gravest first
BlackoutSeverity = Literal["warning", "clash"]
Service = Literal["navy", "army", "air_force", "joint", "civilian"]
RequestState = Literal["open", "decided", "released", "closed"]
Ground = Literal[
    "6(a)",
    "6(b)",
    "6(c)",
    "6(d)",
    "6(e)",
    "9(2)(a)",
    "9(2)(b)(i)",
    "9(2)(b)(ii)",
    "9(2)(ba)(i)",
    "9(2)(ba)(ii)",
    "9(2)(c)",
    "9(2)(d)",
    "9(2)(e)",
    "9(2)(f)(i)",
    "9(2)(f)(ii)",
    "9(2)(f)(iii)",
    "9(2)(f)(iv)",
    "9(2)(g)(i)",
    "9(2)(g)(ii)",
    "9(2)(h)",
    "9(2)(i)",
    "9(2)(j)",
    "9(2)(k)",
    "out_of_scope",
]
CountedFrom = Literal["ends_on", "created_at", "closed"]
DisposalAction = Literal["destroy", "transfer"]
DisposalState = Literal["proposed", "approved", "rejected", "done"]
Endorsement = Literal[
    "NZEO",
    "APPOINTMENTS",
    "BUDGET",
    "CABINET",
    "COMMERCIAL",
    "EVALUATIVE",
    "HONOURS",
    "LEGAL PRIVILEGE",
    "MEDICAL",
    "POLICY",
    "STAFF",
]

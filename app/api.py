"""The API: every resource."""

from functools import cache

from fastapi import APIRouter

from app.accounts.me import add_me
from app.accounts.tokens import add_tokens
from app.accounts.users import USERS
from app.crud.route import RegisterRoute
from app.crud.router import add_resource
from app.engagements.advocacy import ADVOCACY
from app.engagements.approval_routes import APPROVAL_ROUTES
from app.engagements.approvals import APPROVALS
from app.engagements.approving import add_approval_acts, add_approvals
from app.engagements.blackouts import BLACKOUTS
from app.engagements.delegations import DELEGATIONS
from app.engagements.engagements import ENGAGEMENTS, KINDS
from app.engagements.interoperability import INTEROPERABILITY
from app.engagements.matrix import add_matrix
from app.engagements.objectives import OBJECTIVES
from app.engagements.participants import PARTICIPANTS
from app.engagements.report import REPORT
from app.engagements.series import SERIES
from app.engagements.submitting import add_submission
from app.engagements.transitions import add_transitions
from app.engagements.working_days import add_working_days
from app.exchange.briefing_register import add_briefing_register
from app.exchange.diary import add_diary
from app.exchange.exports.operations import add_exports
from app.exchange.icalendar.schedule import add_calendar_file
from app.exchange.icalendar.subscribing import add_calendars
from app.exchange.imports import add_imports
from app.feeds.deliveries import add_deliveries
from app.feeds.following import add_subscriptions
from app.feeds.saved_filters import SAVED_FILTERS
from app.feeds.webhooks import add_webhooks
from app.followup.clearance import add_clearance
from app.followup.commitments import COMMITMENTS
from app.followup.keeping import add_commitment_transitions
from app.followup.positions import POSITIONS
from app.followup.priorities import PRIORITIES
from app.network.attaches import add_attaches
from app.network.handover import add_handover
from app.network.holidays import add_holidays
from app.network.itinerary import add_itinerary
from app.overview.access_log import add_access_log
from app.overview.audit import add_audit
from app.overview.cadence.load import add_load
from app.overview.cadence.partners import add_cadence
from app.overview.cadence.priorities import add_priority_coverage
from app.overview.cadence.timeliness import add_timeliness
from app.overview.changes import add_changes
from app.overview.clashes.asking import add_clashes
from app.overview.position_findings import add_position_findings
from app.overview.position_uses import add_position_uses
from app.overview.progress import add_progress
from app.overview.schedule import add_schedule
from app.overview.search import add_search
from app.overview.statistics.answering import add_statistics
from app.overview.stream import add_stream
from app.packs.keeping import add_packs
from app.packs.pack import add_pack
from app.papers.attachments import add_attachments
from app.papers.briefings import BRIEFINGS
from app.papers.clearing import add_briefing_transitions
from app.papers.revisions import add_revisions
from app.partners.appointments import APPOINTMENTS
from app.partners.institutions import INSTITUTIONS
from app.partners.offices import OFFICES
from app.partners.partners import PARTNERS
from app.partners.people import PEOPLE
from app.posts.posts import POSTS
from app.records.disposals import add_disposals
from app.records.holds import add_holds
from app.records.retention import RETENTION_CLASSES
from app.releases.operations import add_requests

PREFIX = "/api/v1"


@cache
def api_routes() -> list[RegisterRoute]:
    """Every route below the prefix, the same for every register that this process serves."""
    router = APIRouter(prefix=PREFIX)
    for add in (_engagements, _with_whom, _papers, _approvals, _overview, _feeds, _keeping, _callers, _exchange):
        add(router)
    return [each for each in router.routes if isinstance(each, RegisterRoute)]


def _engagements(router: APIRouter) -> None:
    for resource in (ENGAGEMENTS, *KINDS):
        add_resource(router, resource)
        add_transitions(router, resource)
        add_approvals(router, resource)
        for belonging in (PARTICIPANTS, OBJECTIVES, ADVOCACY, REPORT):
            add_resource(router, belonging, under=resource)
        add_submission(router, resource)
        add_working_days(router, resource)
        add_pack(router, resource)
        add_packs(router, resource)
    add_itinerary(router)


def _with_whom(router: APIRouter) -> None:
    for resource in (PARTNERS, INSTITUTIONS, PEOPLE, OFFICES, APPOINTMENTS, POSTS, SERIES, PRIORITIES, BLACKOUTS):
        add_resource(router, resource)
    for add in (add_holidays, add_attaches, add_handover):
        add(router)


def _papers(router: APIRouter) -> None:
    for resource in (POSITIONS, INTEROPERABILITY, COMMITMENTS, BRIEFINGS):
        add_resource(router, resource)
    for add in (add_clearance, add_commitment_transitions, add_briefing_transitions, add_revisions, add_attachments):
        add(router)


def _approvals(router: APIRouter) -> None:
    for resource in (APPROVALS, APPROVAL_ROUTES, DELEGATIONS):
        add_resource(router, resource)
    add_approval_acts(router)


def _overview(router: APIRouter) -> None:
    for add in (
        add_clashes, add_position_findings, add_position_uses, add_matrix, add_progress, add_cadence,
        add_priority_coverage, add_load, add_timeliness, add_schedule, add_search, add_statistics,
    ):  # fmt: skip
        add(router)


def _feeds(router: APIRouter) -> None:
    add_resource(router, SAVED_FILTERS)
    for add in (add_subscriptions, add_changes, add_stream, add_webhooks, add_deliveries):
        add(router)


def _keeping(router: APIRouter) -> None:
    add_resource(router, RETENTION_CLASSES)
    for add in (add_holds, add_disposals, add_requests, add_audit, add_access_log):
        add(router)


def _callers(router: APIRouter) -> None:
    add_resource(router, USERS)
    for add in (add_me, add_tokens):
        add(router)


def _exchange(router: APIRouter) -> None:
    for add in (add_imports, add_exports, add_calendar_file, add_calendars, add_briefing_register, add_diary):
        add(router)

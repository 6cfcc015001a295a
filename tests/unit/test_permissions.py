"""Permissions: one table, every endpoint in it, and roles that grow one out of the other."""

from itertools import pairwise
from typing import Any, get_args

import pytest
from starlette.routing import BaseRoute

from app.access.actor import Actor
from app.access.permissions import PERMISSIONS, Action, require
from app.api import PREFIX, api_routes
from app.crud.addresses import Addresses
from app.crud.route import RegisterRoute
from app.errors import Forbidden
from app.main import create_app
from app.models.choices import Role
from support.databases import settings_for

LADDER: tuple[Role, ...] = ("reader", "contributor", "approver", "administrator")
ROLES: tuple[Role, ...] = get_args(Role)
READS = {Action.READ, Action.AUDIT, Action.EXPORT}

ROUTES = api_routes()


def actor(role: Role) -> Actor:
    return Actor("0190163d-8694-739b-aea5-966c26f8ad91", role, role, "RESTRICTED", "NZ")


def allowed(role: Role) -> set[Action]:
    return {action for action, roles in PERMISSIONS.items() if role in roles}


def test_every_action_has_its_line() -> None:
    assert set(PERMISSIONS) == set(Action)
    assert all(roles and roles <= set(ROLES) for roles in PERMISSIONS.values())


@pytest.mark.parametrize(("lower", "higher"), list(pairwise(LADDER)))
def test_each_role_may_do_all_that_the_one_below_may(lower: Role, higher: Role) -> None:
    assert allowed(lower) <= allowed(higher)


def test_a_reader_reads_and_says_so_keeps_what_is_their_own_and_nothing_else() -> None:
    assert allowed("reader") == {Action.READ, Action.ACKNOWLEDGE, Action.KEEP}


def test_an_auditor_reads_and_writes_nothing() -> None:
    assert Action.READ in allowed("auditor")
    assert allowed("auditor") <= READS


def test_every_role_is_good_for_something() -> None:
    assert all(allowed(role) for role in ROLES)


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("role", ROLES)
def test_what_the_table_does_not_allow_is_forbidden_and_says_to_whom_it_is_open(role: Role, action: Action) -> None:
    if role in PERMISSIONS[action]:
        require(actor(role), action)
        return
    with pytest.raises(Forbidden, match=", ".join(sorted(PERMISSIONS[action]))):
        require(actor(role), action)


@pytest.mark.parametrize("role", ROLES)
def test_what_no_line_allows_is_forbidden(role: Role, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(PERMISSIONS, Action.READ)
    with pytest.raises(Forbidden):
        require(actor(role), Action.READ)


def name_of(route: RegisterRoute) -> str:
    return f"{route.method} {route.path}"


def test_every_endpoint_declares_its_action() -> None:
    undeclared = [name_of(route) for route in ROUTES if not isinstance(getattr(route.endpoint, "action", None), Action)]
    assert undeclared == []


ASKED_IN_THE_BODY = ("/query", "/clashes/check", "/export")
"""Where a POST keeps nothing: what is asked does not go into an address."""


def test_what_is_safe_reads_and_what_is_not_safe_does_not() -> None:
    for route in ROUTES:
        action: Any = getattr(route.endpoint, "action", None)
        reads = route.method == "GET" or route.path.endswith(ASKED_IN_THE_BODY)
        assert getattr(route.endpoint, "writes", not reads) is not reads, name_of(route)
        assert (action in READS) is reads or action is Action.ADMINISTER, name_of(route)


ACCESS = ("tokens", "users", "webhooks")
KEEPING = ("retention-classes", "legal-holds", "disposals", "approval-routes")


def test_tokens_users_and_webhooks_are_for_administrators_alone() -> None:
    for route in ROUTES:
        administers = getattr(route.endpoint, "action", None) is Action.ADMINISTER
        noun = route.path.split("/")[3]
        assert administers or noun not in ACCESS, name_of(route)
        assert not administers or noun in (*ACCESS, *KEEPING), name_of(route)


def under_the_prefix(routes: list[BaseRoute]) -> list[str]:
    return [route.path for route in routes if getattr(route, "path", "").startswith(PREFIX)]


def test_the_application_serves_no_other_endpoint_of_the_api() -> None:
    app = create_app(settings_for("sqlite:///never-opened.db"))
    (below,) = [route for route in app.routes if isinstance(route, Addresses)]
    assert {name_of(route) for route in below.routes} == {name_of(route) for route in ROUTES}
    assert under_the_prefix([route for route in app.routes if route is not below]) == []


def test_no_two_endpoints_have_one_address_and_method() -> None:
    assert len({name_of(route) for route in ROUTES}) == len(ROUTES)

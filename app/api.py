"""The API: every resource, found by the noun in its address."""

from collections.abc import Sequence

from fastapi import APIRouter
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from app.crud.route import RegisterRoute
from app.crud.router import add_resource
from app.engagements.engagements import ENGAGEMENTS, KINDS
from app.engagements.participants import PARTICIPANTS
from app.engagements.series import SERIES
from app.engagements.transitions import add_transitions
from app.errors import MethodNotAllowed, NotFound
from app.followup.priorities import PRIORITIES
from app.partners.appointments import APPOINTMENTS
from app.partners.institutions import INSTITUTIONS
from app.partners.offices import OFFICES
from app.partners.partners import PARTNERS
from app.partners.people import PEOPLE
from app.posts.posts import POSTS

PREFIX = "/api/v1"


def api_routes() -> list[BaseRoute]:
    """Every route below the prefix, those that are asked most first."""
    router = APIRouter(prefix=PREFIX, route_class=RegisterRoute)
    for resource in (ENGAGEMENTS, *KINDS):
        add_resource(router, resource)
        add_transitions(router, resource)
        add_resource(router, PARTICIPANTS, under=resource)
    for resource in (PARTNERS, INSTITUTIONS, PEOPLE, OFFICES, APPOINTMENTS, POSTS, SERIES, PRIORITIES):
        add_resource(router, resource)
    return list(router.routes)


class Nouns(BaseRoute):
    """Routes grouped by the first noun after the prefix, so that finding one does not cost with their number."""

    def __init__(self, prefix: str, routes: Sequence[BaseRoute]) -> None:
        self.prefix = prefix + "/"
        self.routes = list(routes)
        self._by_noun: dict[str, list[BaseRoute]] = {}
        for route in routes:
            self._by_noun.setdefault(self._noun(route.path), []).append(route)  # type: ignore[attr-defined]

    def _noun(self, path: str) -> str:
        return path[len(self.prefix) :].partition("/")[0]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] == "http" and scope["path"].startswith(self.prefix):
            return Match.FULL, {}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        methods: set[str] = set()
        for route in self._by_noun.get(self._noun(scope["path"]), ()):
            match, found = route.matches(scope)
            if match is Match.FULL:
                scope.update(found)
                await route.handle(scope, receive, send)
                return
            if match is Match.PARTIAL:
                methods |= route.methods  # type: ignore[attr-defined]
        if methods:
            raise MethodNotAllowed(headers={"Allow": ", ".join(sorted(methods | {"OPTIONS"}))})
        raise NotFound("There is no such address.")

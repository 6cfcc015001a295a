"""Where addresses lead: a tree of all that can stands in them, so that finding a route does not cost with their number.

The address decides first, then the method; a word goes before whatever may stand in its place: `/visits/bulk` is never
taken for a visit of that name.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from app.crud.route import RegisterRoute
from app.errors import MethodNotAllowed, NotFound


class Found(NamedTuple):
    """An address that there is."""

    routes: dict[str, RegisterRoute]
    """What can be done there, by method."""

    values: tuple[str, ...]
    """What stands in the places of its parameters."""


class Branch:
    """What may follow after the beginning of an address."""

    def __init__(self) -> None:
        self.routes: dict[str, RegisterRoute] = {}
        self.words: dict[str, Branch] = {}
        self.values: dict[str, Branch] = {}
        """Of any value, by what it must end with: mostly nothing, `.ics` of a calendar."""

    def grown(self, part: str) -> "Branch":
        """The branch after a part of an address, as routes have it: a word, or `{id}`."""
        if part.startswith("{"):
            return self.values.setdefault(part.partition("}")[2], Branch())
        return self.words.setdefault(part, Branch())

    def find(self, parts: Sequence[str], values: tuple[str, ...] = ()) -> Found | None:
        """Where the rest of an address leads, if anywhere."""
        if not parts:
            return Found(self.routes, values) if self.routes else None
        first, rest = parts[0], parts[1:]
        word = self.words.get(first)
        if word is not None and (found := word.find(rest, values)):
            return found
        for ending, branch in self.values.items():
            if len(first) > len(ending) and first.endswith(ending):
                value = first[: len(first) - len(ending)]
                if found := branch.find(rest, (*values, value)):
                    return found
        return None


class Addresses(BaseRoute):
    """All routes below a prefix."""

    def __init__(self, prefix: str, routes: Iterable[RegisterRoute]) -> None:
        self.prefix = prefix + "/"
        self.routes = list(routes)
        self._root = Branch()
        for route in self.routes:
            branch = self._root
            for part in route.path.removeprefix(self.prefix).split("/"):
                branch = branch.grown(part)
            branch.routes[route.method] = route

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] == "http" and scope["path"].startswith(self.prefix):
            return Match.FULL, {}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._root.find(scope["path"].removeprefix(self.prefix).split("/"))
        if found is None:
            raise NotFound("There is no such address.")
        route = found.routes.get(scope["method"])
        if route is None:
            raise MethodNotAllowed(headers={"Allow": ", ".join(sorted(_allowed(found.routes)))})
        scope["path_params"] = dict(zip(route.parameters, found.values, strict=True))
        scope["endpoint"] = route.endpoint
        scope["route"] = route
        await route.app(scope, receive, send)


def _allowed(methods: Iterable[str]) -> set[str]:
    return {*methods, "HEAD"} if "GET" in methods else set(methods)

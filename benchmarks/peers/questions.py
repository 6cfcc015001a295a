"""The requests that are measured, once the register and all its peers have answered the same to them."""

import json
from random import Random
from urllib.request import Request as HttpRequest
from urllib.request import urlopen

from pages import WAYS, Answer, Asked, Way, record
from peers import Peer
from run import Target
from scenarios import VARIANTS, Request, busy, late_day
from servers import Server

NO_FILTER, PARTNER = "page, no filter", "page, partner and day, by date"
DEPTH = 20
"""How many pages of the whole list are asked for: Directus skips what comes before, so deeper ones cost it more."""

COMPARED = 20
"""How many of the pages with a partner are compared."""

PATIENCE = 180.0

Questions = dict[str, dict[str, list[Request]]]
"""By page and server."""


def questions(target: Target) -> Questions:
    """What the servers of a database are asked. Ends the run where a peer answers something else than the register."""
    random = Random(1)
    asked = [Asked(target.markings, busy(target.facts, random), late_day(random)) for _ in range(VARIANTS)]
    walks = {name: _walk(server, target, WAYS[name]) for name, server in target.servers.items()}
    filtered = {name: [WAYS[name].first(each) for each in asked] for name in target.servers}
    some = {
        name: [_answer(server, target, each) for each in filtered[name][:COMPARED]]
        for name, server in target.servers.items()
    }
    _compare(NO_FILTER, {name: [answer for _, answer in walk] for name, walk in walks.items()})
    _compare(PARTNER, some)
    return {NO_FILTER: {name: [request for request, _ in walk] for name, walk in walks.items()}, PARTNER: filtered}


def headers(server: Server, target: Target) -> dict[str, str]:
    return server.headers if isinstance(server, Peer) else target.headers


def _walk(server: Server, target: Target, way: Way) -> list[tuple[Request, Answer]]:
    """The first pages of the list, one after the other."""
    request = way.first(Asked(target.markings))
    found = [(request, _answer(server, target, request))]
    while len(found) < DEPTH:
        request = way.following(*found[-1])
        found.append((request, _answer(server, target, request)))
    return found


def _answer(server: Server, target: Target, request: Request) -> Answer:
    method, path, body = request
    whole = HttpRequest(
        f"http://127.0.0.1:{server.port}{path}",
        data=None if body is None else body.encode(),
        headers=headers(server, target) | {"content-type": "application/json"},
        method=method,
    )
    with urlopen(whole, timeout=PATIENCE) as response:
        return Answer(json.load(response))


def _compare(page: str, answers: dict[str, list[Answer]]) -> None:
    for number, ours in enumerate(answers["ours"]):
        expected = [record(each) for each in WAYS["ours"].items(ours)]
        for name, given in answers.items():
            found = [record(each) for each in WAYS[name].items(given[number])]
            if [each["id"] for each in found] != [each["id"] for each in expected]:
                raise SystemExit(f"{name} answers other engagements, or in another order: {page}, number {number + 1}")
            for own, other in zip(expected, found, strict=True):
                different = [field for field in own if own[field] != other[field]]
                if different:
                    raise SystemExit(f"{name} tells other {', '.join(different)} of {own['id']}: {page}")

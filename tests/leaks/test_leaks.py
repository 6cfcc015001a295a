"""Whether hidden records exist or not, an answer is the same to the byte: held for every GET of the OpenAPI document."""

from functools import cache
from typing import Any

from probing import OF_EXPORTS, addresses, filled, gets, told, values_of
from scene import MARKED, Scene

from app.core.ids import new_id
from app.main import create_app
from support.databases import settings_for
from support.documents import KINDS


@cache
def document() -> Any:
    return create_app(settings_for("sqlite:///never-opened.db")).openapi()


OTHERS = {
    *(f"/api/v1/{each}/{{id}}" for each in ("disposals", "tokens", "users", "webhooks")),
    "/api/v1/webhooks/{id}/deliveries",
    *(f"/api/v1/subscriptions/{{id}}{each}" for each in ("", "/changes")),
    "/api/v1/calendars/{id}",
}
"""What no caller of these tests may ask, whatever its key: what is for administrators, and what is somebody's own."""


def test_answers_are_the_same_whether_hidden_records_exist_or_not(scene: Scene) -> None:
    asked = list(addresses(document(), scene.keys, values_of(list(scene.seen.values()))))
    assert {path for path, _ in gets(document()) if next(filled(path, scene.keys), None) is None} == OTHERS
    assert len(asked) > 20 * len([path for path, parameters in gets(document()) if len(parameters) > len(OF_EXPORTS)])
    before = {address: told(scene.caller, address) for address in asked}
    scene.hide()
    leaks = [address for address in asked if told(scene.caller, address) != before[address]]
    assert leaks == []


def test_the_comparison_would_notice(scene: Scene) -> None:
    """For somebody who may see what is hidden from others, much changes."""
    asked = [
        f"/{path}{query}" for path in (*KINDS, "engagements") for query in ("", "?q=kereru", "?limit=1&count=exact")
    ]
    before = {address: told(scene.hider, address) for address in asked}
    scene.hide()
    assert [address for address in asked if told(scene.hider, address) == before[address]] == []


def test_what_is_hidden_is_as_what_never_was(scene: Scene) -> None:
    """By its id or its readable key, the one answer differs from the other in the key alone."""
    hidden = scene.hide()
    hidden["engagements"] = hidden[KINDS[0]]
    for path, _ in gets(document()):
        noun = path.split("/")[3] if path.count("/") > 2 else ""
        record = hidden.get(noun, hidden["engagements"])
        pairs = [(record["id"], new_id())]
        pairs += [(record["reference"], "VIS-1999-0001")] if "reference" in record else []
        for key, other in pairs:
            asked = zip(*(filled(path, {**scene.keys, noun: [each]}) for each in (key, other)), strict=True)
            for there, nowhere in asked if "{" in path else ():
                assert masked(scene, there, key) == masked(scene, nowhere, other), there


def masked(scene: Scene, address: str, key: str) -> Any:
    return [
        (status, body.replace(key.encode(), b"KEY"), headers) for status, body, headers in told(scene.caller, address)
    ]


def test_what_is_hidden_stands_in_nobodys_way(scene: Scene) -> None:
    """What a caller writes is taken or refused alike, whether a hidden record has the same already or not."""
    writer = scene.api.as_("contributor", *(scene.caller_is[1:]))
    scene.hide()
    for resource in MARKED:
        outcomes = []
        for ref in (f"{resource.path}-0", f"{resource.path}-new"):
            made = writer.post(f"/{resource.path}", scene.alike(resource.path, 9, external_ref=ref))
            again = writer.post(f"/{resource.path}", scene.alike(resource.path, 9, external_ref=ref))
            upserted = writer.put(f"/{resource.path}/by-external-ref/{ref}", scene.alike(resource.path, 10))
            outcomes.append([made.status_code, again.status_code, upserted.status_code, upserted.json()["version"]])
            for below, at in scene.below(resource, made.json()):
                guest = scene.guests[below] | {"classification": "UNCLASSIFIED"}
                outcomes[-1].append(writer.post(at, guest).status_code)
        assert outcomes[0] == outcomes[1], resource.path
        assert outcomes[0] == [201, 409, 200, 2, *(201 for _ in scene.below(resource, made.json()))]


def test_a_guest_who_is_hidden_stands_in_nobodys_way(scene: Scene) -> None:
    """Somebody who takes part beyond what a caller may see can be entered by them, once."""
    writer = scene.api.as_("contributor", *(scene.caller_is[1:]))
    scene.hide()
    at = f"/{KINDS[0]}/{scene.seen[KINDS[0]]['id']}/participants"
    guest = scene.guests["participants"] | {"classification": "UNCLASSIFIED"}
    assert [writer.post(at, guest).status_code for _ in range(2)] == [201, 422]

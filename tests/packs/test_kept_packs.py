"""Packs that are kept: as they were made, cleared by others, acknowledged, and told when they are stale."""

import hashlib
import json
from typing import Any

import pytest

from support.client import Api
from support.problems import problem

FORMATS = ("json", "html", "pdf", "docx")


def keep(visit: Any, api: Api | None = None) -> Any:
    return (api or visit.api).make(f"{visit.at}/packs", {"note": "For the minister"})


def low(api: Api) -> Api:
    return api.as_("reader", "UNCLASSIFIED")


def changes(visit: Any, pack: Any, api: Api | None = None) -> set[tuple[str, str]]:
    """What has changed since a pack was made, less the engagement's own version."""
    told = (api or visit.api).read(f"{visit.at}/packs/{pack['id']}/staleness")
    assert told["stale"] == bool(told["items"])
    return {(each["change"], each["title"]) for each in told["items"] if each["record_type"] != "engagement"}


def test_a_pack_is_kept_as_it_was(visit: Any) -> None:
    live = visit.api.ask("GET", f"{visit.at}/pack").content
    pack = keep(visit)
    assert (pack["state"], pack["note"], pack["made_by"].split()[0]) == ("draft", "For the minister", "contributor")
    at = f"{visit.at}/packs/{pack['id']}"
    content = visit.api.ask("GET", f"{at}/content").content
    assert content == live
    assert hashlib.sha256(content).hexdigest() == pack["sha256"]
    before = {name: visit.api.ask("GET", f"{at}/content", params={"format": name}).content for name in FORMATS}
    visit.api.change(f"{visit.at}/objectives/{visit.around['objective']['id']}", {"title": "Something else"})
    for name in FORMATS:
        assert visit.api.ask("GET", f"{at}/content", params={"format": name}).content == before[name]
    assert "Something else" not in json.dumps(visit.api.read(f"{at}/content"))
    assert [each["id"] for each in visit.api.items(f"{visit.at}/packs")] == [pack["id"]]
    assert visit.api.items(f"{visit.at}/packs", state="cleared") == []


def test_a_pack_knows_when_it_is_stale(visit: Any) -> None:
    pack = keep(visit)
    assert visit.api.read(f"{visit.at}/packs/{pack['id']}/staleness")["stale"] is False
    visit.api.change(f"{visit.at}/objectives/{visit.around['objective']['id']}", {"title": "Something else"})
    visit.api.make("/commitments", {"title": "A new promise", "partner": "TO", "owed_by": "partner"})
    visit.api.delete(f"/briefings/{visit.around['briefing']['id']}")
    visit.api.post(f"/commitments/{visit.around['promise']['id']}/transitions", {"to": "kept"})
    assert changes(visit, pack) == {
        ("changed", "Something else"), ("appeared", "A new promise"), ("gone", "What to say"), ("gone", "Two training teams"),
    }  # fmt: skip


def test_staleness_tells_of_nothing_that_is_hidden(visit: Any) -> None:
    pack = keep(visit, visit.api.as_("contributor", "UNCLASSIFIED"))
    assert pack["classification"] == "UNCLASSIFIED"
    before = low(visit.api).ask("GET", f"{visit.at}/packs/{pack['id']}/staleness").content
    visit.hide()
    assert low(visit.api).ask("GET", f"{visit.at}/packs/{pack['id']}/staleness").content == before
    assert changes(visit, pack) == set(), "what is marked above the pack cannot be in it"


def test_a_pack_is_marked_with_the_highest_and_seen_by_those_only(visit: Any) -> None:
    visit.hide()
    pack = keep(visit)
    assert pack["marking"] == "RESTRICTED//NZEO"
    at = f"{visit.at}/packs/{pack['id']}"
    for path in (at, f"{at}/content", f"{at}/staleness", f"{at}/history"):
        problem(low(visit.api).ask("GET", path), 404)
    problem(low(visit.api).post(f"{at}/acknowledgements"), 404)
    assert low(visit.api).items(f"{visit.at}/packs") == []
    page = visit.api.ask("GET", f"{at}/content", params={"format": "html"})
    assert "RESTRICTED//NZEO" in page.text


def test_what_is_marked_higher_takes_its_packs_along(visit: Any) -> None:
    pack = keep(visit, visit.api.as_("contributor", "UNCLASSIFIED"))
    at = f"{visit.at}/packs/{pack['id']}"
    assert low(visit.api).ask("GET", at).status_code == 200
    visit.api.change(f"/commitments/{visit.around['promise']['id']}", {"classification": "RESTRICTED"})
    problem(low(visit.api).ask("GET", f"{at}/content"), 404)
    problem(low(visit.api).ask("GET", at), 404)
    raised = visit.api.read(at)
    assert (raised["classification"], raised["version"]) == ("RESTRICTED", 2)
    content = visit.api.ask("GET", f"{at}/content", params={"format": "html"})
    assert content.headers["x-marking"] == "RESTRICTED"
    assert '<div class="marking top">RESTRICTED</div>' in content.text
    assert visit.api.read(f"{at}/content")["marking"] == "RESTRICTED"


def test_the_engagement_marked_higher_takes_its_packs_along(visit: Any) -> None:
    pack = keep(visit, visit.api.as_("contributor", "UNCLASSIFIED"))
    visit.api.change(visit.at, {"classification": "RESTRICTED"})
    assert visit.api.read(f"{visit.at}/packs/{pack['id']}")["classification"] == "RESTRICTED"


def test_a_pack_is_cleared_by_somebody_else(visit: Any) -> None:
    maker = visit.api.as_("approver")
    pack = keep(visit, maker)
    at = f"{visit.at}/packs/{pack['id']}"
    problem(visit.api.post(f"{at}/clearance"), 403)
    problem(maker.post(f"{at}/clearance"), 403)
    cleared = visit.api.as_("administrator").post(f"{at}/clearance")
    assert (cleared.status_code, cleared.json()["state"], cleared.json()["cleared_by"].split()[0]) == (
        200,
        "cleared",
        "administrator",
    )
    problem(visit.api.as_("administrator").post(f"{at}/clearance"), 409)
    assert [each["action"] for each in visit.api.items(f"{at}/history")] == ["clear", "create"]
    assert "cleared" in visit.api.ask("GET", f"{at}/content", params={"format": "html"}).text
    problem(visit.api.as_("administrator").post(f"{at}/clearance", headers={"If-Match": '"1"'}), 412)


def test_readers_say_once_that_they_have_read_it(visit: Any) -> None:
    pack = keep(visit)
    at = f"{visit.at}/packs/{pack['id']}"
    version = visit.api.read(visit.at)["version"]
    reader = visit.api.as_("reader")
    first = reader.post(f"{at}/acknowledgements")
    assert first.status_code == 200, first.text
    assert reader.post(f"{at}/acknowledgements").json() == first.json()
    both = visit.api.as_("approver").post(f"{at}/acknowledgements").json()
    assert [each["by"].split()[0] for each in both["acknowledgements"]] == ["reader", "approver"]
    assert all(each["at"].endswith("Z") for each in both["acknowledgements"])
    problem(visit.api.as_("auditor").post(f"{at}/acknowledgements"), 403)
    assert visit.api.read(visit.at)["version"] == version
    assert [each["action"] for each in visit.api.items(f"{at}/history")] == ["acknowledge", "acknowledge", "create"]


def test_a_pack_is_withdrawn_and_taken_back(visit: Any) -> None:
    pack = keep(visit)
    at = f"{visit.at}/packs/{pack['id']}"
    assert visit.api.delete(at).status_code == 204
    assert visit.api.items(f"{visit.at}/packs") == []
    problem(visit.api.post(f"{at}/acknowledgements"), 409)
    assert visit.api.post(f"{at}/restore").status_code == 200


def test_what_is_wrong_with_a_request_is_told(visit: Any) -> None:
    problem(visit.api.post(f"{visit.at}/packs", {"note": 1, "state": "cleared"}), 422)
    problem(visit.api.as_("reader").post(f"{visit.at}/packs"), 403)
    pack = keep(visit)
    other = visit.documents.visit()
    problem(visit.api.ask("GET", f"/visits/{other['id']}/packs/{pack['id']}"), 404)
    problem(visit.api.ask("GET", f"/visits/{other['id']}/packs/{pack['id']}/content"), 404)
    problem(visit.api.ask("GET", f"{visit.at}/packs/1/content"), 404)


@pytest.mark.parametrize("name", FORMATS)
def test_content_is_entered_in_the_access_log(visit: Any, name: str) -> None:
    pack = keep(visit)
    assert visit.api.ask("GET", f"{visit.at}/packs/{pack['id']}/content", params={"format": name}).status_code == 200
    details = [each["detail"] for each in visit.api.as_("auditor").items("/access-log", event="export")]
    assert details == [f"pack of {visit.record['reference']} as {name}"]

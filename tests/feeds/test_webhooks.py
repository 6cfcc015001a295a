"""Webhooks: who is told what, signed how, and what follows when nobody listens."""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hooking import LOCAL, register_of
from sqlalchemy import select
from standardwebhooks import WebhookVerificationError

from app.access.actor import system
from app.access.work import writing_as
from app.feeds import courier as courier_module
from app.feeds.courier import Courier
from app.feeds.delivering import lease
from app.feeds.spreading import DELIVERIES, PLACES
from app.feeds.webhooks import WEBHOOKS
from support.client import Api
from support.documents import Documents
from support.problems import faults, problem
from support.receiver import Receiver
from support.recording import recorded

Hook = Callable[..., Any]


@pytest.fixture
def around(hooked: Api) -> Documents:
    """Documents for the register that tells."""
    return Documents(hooked)


def states(api: Api, hook: Any, **asked: Any) -> list[tuple[str, int]]:
    items = api.as_("administrator").items(f"/webhooks/{hook['id']}/deliveries", **asked)
    return [(each["state"], each["attempts"]) for each in items]


def until_idle(courier: Courier) -> None:
    """Lets a courier work until nothing is left that is due, or soon will be."""
    idle = 0
    while idle < 3:
        idle = 0 if courier.round() else idle + 1
        time.sleep(0.03)


def test_a_change_is_told_and_signed(
    hooked: Api, hook: Hook, courier: Courier, receiver: Receiver, around: Documents
) -> None:
    mine = hook()
    visit = around.visit(title="Kererū", classification="IN-CONFIDENCE")
    assert courier.round()
    (came,) = receiver.received
    said = came.verified(mine["secret"])
    assert said["type"] == "visit.create"
    assert datetime.fromisoformat(said["timestamp"]) <= datetime.now(UTC)
    assert said["data"] == {
        "record_type": "visit",
        "record_id": visit["id"],
        "version": 1,
        "action": "create",
        "after": f"{visit['id']}.1",
        "marking": "IN-CONFIDENCE",
        "record": visit,
    }
    assert came.path == "/hook?by=register"
    assert came.headers["content-type"] == "application/json"
    assert abs(int(came.headers["webhook-timestamp"]) - time.time()) < 60
    (delivery,) = hooked.as_("administrator").items(f"/webhooks/{mine['id']}/deliveries")
    assert (delivery["id"], delivery["state"], delivery["status"]) == (came.id, "delivered", 204)
    assert (delivery["record_id"], delivery["version"], delivery["attempts"]) == (visit["id"], 1, 1)
    assert not courier.round(), "nothing is left to do"
    with pytest.raises(WebhookVerificationError):
        came.verified(hook(title="Another")["secret"])


def test_changes_are_told_in_the_order_of_their_commits(
    hook: Hook, courier: Courier, receiver: Receiver, around: Documents
) -> None:
    around.visit()
    hook()
    first, second = around.visit(), around.visit()
    around.api.change(f"/visits/{first['id']}", {"title": "Otherwise"})
    until_idle(courier)
    assert receiver.told() == [(first["id"], 1), (second["id"], 1), (first["id"], 2)], "and not what was before it"
    assert len(set(receiver.ids)) == 3


def test_a_hook_is_told_of_what_it_asked_for(
    hook: Hook, courier: Courier, receiver: Receiver, around: Documents
) -> None:
    hook(record_types=["visit"], actions=["update"], content="reference")
    visit = around.visit()
    around.make("people")
    around.api.change(f"/visits/{visit['id']}", {"title": "Otherwise"})
    until_idle(courier)
    (came,) = receiver.received
    assert came.document["type"] == "visit.update"
    assert "record" not in came.document["data"]
    assert b"Otherwise" not in came.body


def test_what_the_receiver_may_not_see_is_never_told(
    hooked: Api, hook: Hook, courier: Courier, receiver: Receiver, around: Documents
) -> None:
    hook(clearance="IN-CONFIDENCE")
    hook(clearance="RESTRICTED", nationality="AU", title="Abroad")
    hidden = around.visit(title="Hidden", classification="RESTRICTED", endorsements=["NZEO"])
    around.api.change(f"/visits/{hidden['id']}", {"title": "Hidden still"})
    shown = around.visit()
    until_idle(courier)
    assert receiver.told() == [(shown["id"], 1)] * 2
    assert hidden["id"].encode() not in b"".join(each.body for each in receiver.received)


def test_what_is_hidden_before_it_is_sent_is_withheld(
    hooked: Api, hook: Hook, courier: Courier, receiver: Receiver, around: Documents
) -> None:
    mine = hook(clearance="IN-CONFIDENCE")
    receiver.status = 503
    visit = around.visit()
    courier.round()
    around.api.change(f"/visits/{visit['id']}", {"classification": "RESTRICTED"})
    receiver.status, receiver.received[:] = 204, []
    until_idle(courier)
    assert receiver.received == []
    assert states(hooked, mine) == [("withheld", 1)]


def test_a_receiver_that_fails_is_told_again_then_given_up_then_replayed(
    hooked: Api, hook: Hook, courier: Courier, receiver: Receiver, around: Documents
) -> None:
    admin, mine = hooked.as_("administrator"), hook()
    receiver.status = 500
    visit = around.visit()
    until_idle(courier)
    assert receiver.told() == [(visit["id"], 1)] * LOCAL["webhook_attempts"]
    assert len(set(receiver.ids)) == 1, "the same id, so that the receiver knows it again"
    at = f"/webhooks/{mine['id']}/deliveries"
    (dead,) = admin.items(at, state="dead")
    assert (dead["attempts"], dead["status"], dead["error"]) == (3, 500, None)
    assert admin.items(at, state="delivered") == []
    receiver.status = 204
    until_idle(courier)
    assert len(receiver.received) == 3
    again = admin.post(f"{at}/{dead['id']}/replay")
    assert (again.status_code, again.json()["state"], again.json()["attempts"]) == (200, "pending", 0)
    until_idle(courier)
    assert receiver.ids == [dead["id"]] * 4
    receiver.received[-1].verified(mine["secret"])
    assert states(hooked, mine) == [("delivered", 1)]
    assert admin.items("/audit", record=mine["id"])[0]["action"] == "replay"


def test_one_that_fails_does_not_hold_up_the_others(
    hooked: Api, hook: Hook, courier: Courier, receiver: Receiver, around: Documents
) -> None:
    hook()
    first, second = around.visit(), around.visit()
    receiver.answer = lambda each: 500 if each.document["data"]["record_id"] == first["id"] else 200
    until_idle(courier)
    assert (second["id"], 1) in receiver.told()
    assert receiver.told().count((first["id"], 1)) == 3


def test_one_that_fails_is_let_be_whatever_waits_for_it(
    serve: Callable[..., Api], receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each attempt may take as long as a receiver has to answer, and the others wait meanwhile."""
    now = 1000.0
    monkeypatch.setattr(courier_module, "time", SimpleNamespace(monotonic=lambda: now))
    api = serve(**LOCAL | {"webhook_retry_seconds": 20, "webhook_attempts": 9})
    admin, around = api.as_("administrator"), Documents(api)
    mine = admin.make("/webhooks", {"title": "Mine", "url": receiver.url})
    for _ in range(8):
        around.visit()
    receiver.status = 500
    courier = Courier(register_of(api))
    tried = []
    for seconds in (0, 5, 16, 41, 61, 61):
        now += seconds
        courier.round()
        tried.append(len(receiver.received))
    assert tried == [1, 1, 2, 3, 4, 5], "each time for longer, but not beyond a minute"
    receiver.status = 204
    now += 61
    courier.round()
    assert sorted(states(api, mine)) == [("delivered", 1)] * 3 + [("pending", 1)] * 5, "told of all that is due"


def test_who_wants_no_more_is_told_no_more_of_it(
    hooked: Api, hook: Hook, courier: Courier, receiver: Receiver, around: Documents
) -> None:
    mine = hook()
    receiver.status = 410
    around.visit()
    until_idle(courier)
    assert states(hooked, mine) == [("dead", 1)]


def test_one_who_does_not_answer_is_not_waited_for(serve: Callable[..., Api], receiver: Receiver) -> None:
    api = serve(**LOCAL | {"webhook_timeout_seconds": 0.3, "webhook_attempts": 1})
    admin = api.as_("administrator")
    mine = admin.make("/webhooks", {"title": "Slow", "url": receiver.url})
    receiver.seconds = 1.5
    Documents(api).visit()
    started = time.monotonic()
    Courier(register_of(api)).round()
    assert time.monotonic() - started < 1.2
    (dead,) = admin.items(f"/webhooks/{mine['id']}/deliveries")
    assert (dead["state"], dead["status"], dead["error"]) == ("dead", None, "no answer within 0.3 seconds")


def test_no_redirect_is_followed(
    hooked: Api, hook: Hook, courier: Courier, receiver: Receiver, around: Documents
) -> None:
    mine = hook()
    receiver.status, receiver.headers = 307, {"Location": receiver.url}
    around.visit()
    courier.round()
    assert len(receiver.received) == 1
    assert states(hooked, mine) == [("pending", 1)]


def test_a_hook_leads_nowhere_that_is_not_allowed(serve: Callable[..., Api], receiver: Receiver) -> None:
    api = serve(webhook_attempts=1)
    admin = api.as_("administrator")
    for url in (
        receiver.url,
        "http://169.254.169.254/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://10.0.0.1/",
    ):
        assert faults(admin.post("/webhooks", {"title": "x", "url": url})) == {("/url", "not_allowed")}, url
    for url in ("http://user:secret@example.org/", "ftp://example.org", "http://example.org/#x", "file:///etc/passwd"):
        assert faults(admin.post("/webhooks", {"title": "x", "url": url})) == {("/url", "pattern")}, url
    port = receiver.url.partition("127.0.0.1:")[2]
    mine = admin.make("/webhooks", {"title": "By name", "url": f"http://localhost:{port}"})
    Documents(api).visit()
    Courier(register_of(api)).round()
    assert receiver.received == []
    (dead,) = admin.items(f"/webhooks/{mine['id']}/deliveries", state="dead")
    assert dead["error"] == "the host's address is not public, and TRACKER_WEBHOOK_ALLOWED does not name it"


def test_a_host_can_be_allowed_by_its_name(serve: Callable[..., Api], receiver: Receiver) -> None:
    api = serve(webhook_allowed=("localhost",))
    port = receiver.url.partition("127.0.0.1:")[2]
    api.as_("administrator").make("/webhooks", {"title": "By name", "url": f"http://localhost:{port}"})
    Documents(api).visit()
    Courier(register_of(api)).round()
    assert len(receiver.received) == 1
    assert receiver.received[0].headers["host"].startswith("localhost:")


def test_a_new_secret_signs_beside_the_old_one(
    hooked: Api, hook: Hook, courier: Courier, receiver: Receiver, around: Documents
) -> None:
    admin, mine = hooked.as_("administrator"), hook()
    answer = admin.post(f"/webhooks/{mine['id']}/rotate", {"overlap_minutes": 60})
    assert answer.headers["cache-control"] == "no-store"
    renewed = answer.json()
    assert renewed["secret"] != mine["secret"]
    around.visit()
    courier.round()
    for secret in (mine["secret"], renewed["secret"]):
        receiver.received[-1].verified(secret)
    at_once = admin.post(f"/webhooks/{mine['id']}/rotate", {"overlap_minutes": 0}).json()
    assert at_once["old_until"] is None
    around.visit()
    courier.round()
    receiver.received[-1].verified(at_once["secret"])
    with pytest.raises(WebhookVerificationError):
        receiver.received[-1].verified(renewed["secret"])


def test_a_secret_is_told_once_and_never_logged(
    hooked: Api, hook: Hook, courier: Courier, receiver: Receiver, around: Documents, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    admin, mine = hooked.as_("administrator"), hook()
    receiver.status = 500
    around.visit()
    courier.round()
    shown = [admin.get("/webhooks").text, admin.get(f"/webhooks/{mine['id']}").text, admin.get("/audit").text]
    shown += [admin.patch(f"/webhooks/{mine['id']}", {"title": "Board"}).text]
    assert mine["secret"] not in "".join(shown) + caplog.text
    assert "was not told: 500" in caplog.text


def test_one_that_is_not_active_is_told_later_what_happened_meanwhile(
    hooked: Api, hook: Hook, courier: Courier, receiver: Receiver, around: Documents
) -> None:
    admin, mine = hooked.as_("administrator"), hook()
    at = f"/webhooks/{mine['id']}"
    admin.change(at, {"active": False})
    first = around.visit()
    assert not courier.round()
    admin.change(at, {"active": True})
    until_idle(courier)
    assert receiver.told() == [(first["id"], 1)]
    assert admin.delete(at).status_code == 204
    second = around.visit()
    assert not courier.round()
    assert admin.post(f"{at}/restore").status_code == 200
    until_idle(courier)
    assert receiver.told() == [(first["id"], 1), (second["id"], 1)]


def test_nobody_gives_a_hook_more_than_they_have(hooked: Api, hook: Hook) -> None:
    below = hooked.as_("administrator", "IN-CONFIDENCE", "AU")
    wrong = {
        "title": "x",
        "url": "https://example.org/",
        "clearance": "RESTRICTED",
        "nationality": "NZ",
        "groups": ["polar"],
    }
    assert faults(below.post("/webhooks", wrong)) == {
        ("/clearance", "above_clearance"), ("/nationality", "above_clearance"), ("/groups/0", "above_clearance"),
    }  # fmt: skip
    mine = hook()
    assert faults(below.patch(f"/webhooks/{mine['id']}", {"url": "https://example.org/"})) == {
        ("/clearance", "above_clearance"), ("/nationality", "above_clearance"),
    }, "nor leads what others gave to where they like"  # fmt: skip
    for role in ("reader", "contributor", "approver", "auditor"):
        caller = hooked.as_(role)
        for answer in (
            caller.get("/webhooks"), caller.post("/webhooks", {}), caller.get(f"/webhooks/{mine['id']}/deliveries"),
            caller.post(f"/webhooks/{mine['id']}/rotate"), caller.delete(f"/webhooks/{mine['id']}"),
        ):  # fmt: skip
            problem(answer, 403)


def test_deliveries_of_what_an_administrator_may_not_see_do_not_exist_for_them(
    hooked: Api, hook: Hook, courier: Courier, around: Documents
) -> None:
    mine = hook()
    around.visit(classification="RESTRICTED")
    until_idle(courier)
    at = f"/webhooks/{mine['id']}/deliveries"
    (delivery,) = hooked.as_("administrator").items(at)
    below = hooked.as_("administrator", "UNCLASSIFIED")
    assert below.items(at) == []
    problem(below.post(f"{at}/{delivery['id']}/replay"), 404)
    problem(below.post(f"{at}/never/replay"), 404)


def test_deliveries_come_in_pages(hooked: Api, hook: Hook, courier: Courier, around: Documents) -> None:
    mine = hook()
    made = [around.visit()["id"] for _ in range(5)]
    until_idle(courier)
    admin, found = hooked.as_("administrator"), []
    following: Any = f"/webhooks/{mine['id']}/deliveries?limit=2"
    while following:
        page = admin.get(following).json()
        found += [each["record_id"] for each in page["items"]]
        following = page["next"]
    assert found == made[::-1]
    assert faults(admin.get(f"/webhooks/{mine['id']}/deliveries?state=x&cursor=y")) == {("state", "not_allowed")}
    assert faults(admin.get(f"/webhooks/{mine['id']}/deliveries?cursor=y")) == {("cursor", "cursor")}


def test_what_is_classified_high_is_entered_in_the_access_log(
    hooked: Api, hook: Hook, courier: Courier, around: Documents
) -> None:
    hook()
    visit = around.visit(classification="RESTRICTED")
    courier.round()
    found = hooked.as_("auditor").items("/access-log", event="export")
    assert [(each["actor"], each["record_ids"]) for each in found] == [("Planning board", [visit["id"]])]


def test_two_processes_tell_each_change_once(
    hooked: Api, serve: Callable[..., Api], hook: Hook, receiver: Receiver, around: Documents
) -> None:
    hook()
    couriers = [Courier(register_of(hooked)), Courier(register_of(serve(**LOCAL)))]
    for each in couriers:
        each.start()
    try:
        made = [(around.visit()["id"], 1) for _ in range(12)]
        receiver.wait_for(12)
        time.sleep(0.3)
    finally:
        for each in couriers:
            each.close()
    assert sorted(receiver.told()) == sorted(made)


def test_whoever_has_no_lease_tells_nothing(
    hooked: Api, hook: Hook, courier: Courier, receiver: Receiver, around: Documents
) -> None:
    mine = hook()
    around.visit()
    register = register_of(hooked)
    with register.database.write() as connection:
        soon = datetime.now(UTC) + lease(register)
        connection.execute(PLACES.update().values(lease_by=mine["id"], lease_until=soon))
    assert not courier.round()
    with register.database.write() as connection:
        connection.execute(PLACES.update().values(lease_until=datetime(2020, 1, 1, tzinfo=UTC)))
    assert courier.round()
    assert len(receiver.received) == 1
    with register.database.reader.connect() as connection:
        assert connection.execute(select(PLACES.c.lease_by)).scalar() is None


def test_what_was_put_off_while_the_clock_was_ahead_is_told_when_it_is_right_again(
    hooked: Api, hook: Hook, courier: Courier, receiver: Receiver, around: Documents
) -> None:
    mine = hook()
    receiver.status = 503
    around.visit()
    courier.round()
    then = datetime.now(UTC) + timedelta(days=300)
    with register_of(hooked).database.write() as connection:
        connection.execute(DELIVERIES.update().values(due_at=then))
        connection.execute(PLACES.update().values(lease_by=mine["id"], lease_until=then))
    receiver.status = 200
    until_idle(courier)
    assert states(hooked, mine) == [("delivered", 2)]


def test_what_was_delivered_long_ago_is_forgotten_and_what_was_given_up_is_not(
    hooked: Api, hook: Hook, courier: Courier, receiver: Receiver, around: Documents
) -> None:
    mine = hook()
    around.visit()
    courier.round()
    receiver.status = 410
    around.visit()
    courier.round()
    with writing_as(register_of(hooked), system("time"), "test") as work:
        work.session.execute(DELIVERIES.update().values(settled_at=datetime(2020, 1, 1, tzinfo=UTC)))
    around.visit()
    Courier(register_of(hooked)).round()
    assert states(hooked, mine) == [("dead", 1), ("dead", 1)]


def test_a_look_costs_one_statement_while_nothing_happens(
    hooked: Api, hook: Hook, courier: Courier, around: Documents
) -> None:
    hook()
    around.visit()
    until_idle(courier)
    with recorded(register_of(hooked)) as said:
        assert not courier.round()
    assert len(said) == 1, said


def test_what_is_no_webhook_is_refused(hooked: Api) -> None:
    admin = hooked.as_("administrator")
    assert faults(admin.post("/webhooks", {})) == {("/title", "required"), ("/url", "required")}
    wrong = {"title": "x", "url": "https://example.org/", "record_types": ["colour"], "actions": ["Ö"], "content": "x"}
    assert faults(admin.post("/webhooks", wrong)) == {
        ("/record_types/0", "not_allowed"), ("/actions/0", "pattern"), ("/content", "not_allowed"),
    }  # fmt: skip
    assert admin.post("/webhooks", dict(WEBHOOKS.example)).status_code == 201
    key = {"idempotency-key": "k"}
    assert faults(admin.post("/webhooks", dict(WEBHOOKS.example), headers=key)) == {("Idempotency-Key", "not_allowed")}


def test_a_hook_is_in_no_feed_or_search(hooked: Api, hook: Hook, courier: Courier, receiver: Receiver) -> None:
    mine = hook()
    assert not courier.round() or receiver.received == []
    assert mine["id"] not in hooked.get("/changes", params={"limit": 200}).text
    assert hooked.items("/search", q="Planning board") == []

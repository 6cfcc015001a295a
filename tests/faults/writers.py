"""Writers over HTTP who remember what they were told: what was acknowledged, and what was left without an answer."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import uuid4

import httpx2 as httpx

from support.problems import problem

API = "/api/v1"
PAUSE = 0.25
"""Seconds until a writer who got no answer goes on with something else."""

PARTNERS = ("AU", "US", "JP", "FJ", "TO", "PG", "WS")
KINDS: dict[str, dict[str, Any]] = {
    "visits": {"direction": "inbound"},
    "dialogues": {"format": "working_group"},
    "exercises": {"exercise_type": "live", "domains": ["maritime", "air"]},
    "bilateral-talks": {"agenda": [{"title": "Maritime security", "lead": None}]},
}


class Unanswered(Exception):  # noqa: N818 - no fault of the writer's
    """Nobody said whether the write was kept: the connection broke, or the register was not available."""


@dataclass
class Record:
    """A record as its writer knows it, and the one change of it that was left without an answer, if any."""

    path: str
    read: Any
    withdrawn: bool = False
    doubt: tuple[str, Any] | None = None
    """The method, and the patch."""

    @property
    def may_change(self) -> bool:
        return "reference" in self.read and not self.withdrawn and self.doubt is None


@dataclass
class Creation:
    """Records that were sent, all or nothing, under one key; they bear a tag of their own."""

    path: str
    document: Any
    key: str
    tag: str
    number: int


@dataclass
class Memory:
    """What the writers were told in a round."""

    records: list[Record] = field(default_factory=list)
    doubtful: list[Creation] = field(default_factory=list)
    acknowledged: int = 0
    unanswered: int = 0
    refused: int = 0
    """Answers of 503, each of them whole and with `Retry-After`."""

    without_room: int = 0
    """Answers of 507."""

    wrong: list[str] = field(default_factory=list)
    """Answers that should never have been given."""


class Caller:
    """One connection to the register."""

    def __init__(self, root: str, secret: str) -> None:
        self.client = httpx.Client(base_url=root + API, timeout=30, headers={"authorization": f"Bearer {secret}"})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def get(self, path: str, **params: Any) -> Any:
        answer = self.client.get(path, params=params)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def tagged(self, tag: str) -> list[Any]:
        """Every engagement with a tag."""
        items: list[Any] = self.get("/engagements", tag=tag, archived="any", limit=200)["items"]
        return items


class Writer(threading.Thread):
    """Writes at random, one thing after another, until it is told to stop; only to records of its own."""

    def __init__(self, root: str, secret: str, seed: int) -> None:
        super().__init__(daemon=True)
        self.caller = Caller(root, secret)
        self.draw = random.Random(seed)
        self.memory = Memory()
        self.enough = threading.Event()
        self.died: BaseException | None = None
        self._host: str | None = None

    def run(self) -> None:
        acts: list[Callable[[], None]] = [self.create, self.create, self.change, self.change, self.withdraw]
        acts += [self.create_many, self.invite]
        try:
            while not self.enough.is_set():
                try:
                    self.draw.choice(acts)()
                except Unanswered:
                    self.memory.unanswered += 1
                    self.enough.wait(PAUSE)
        except BaseException as error:
            self.died = error
            raise
        finally:
            self.caller.client.close()

    def create(self) -> None:
        kind = self.draw.choice(list(KINDS))
        creation = self._creation(f"/{kind}", lambda tag: self._document(kind, tag), 1)
        answer = self._sent(creation)
        self.memory.records.append(Record(f"/{kind}/{answer['id']}", answer))

    def create_many(self) -> None:
        kind, number = self.draw.choice(list(KINDS)), self.draw.randint(2, 5)
        creation = self._creation(
            f"/{kind}/bulk", lambda tag: {"items": [self._document(kind, tag) for _ in range(number)]}, number
        )
        for each in self._sent(creation)["items"]:
            self.memory.records.append(Record(f"/{kind}/{each['id']}", each))

    def invite(self) -> None:
        """A person, and their part in an engagement: its version rises with that, so it is compared by its list."""
        if self._host is None:
            kind = self.draw.choice(list(KINDS))
            self._host = self._sent(self._creation(f"/{kind}", lambda tag: self._document(kind, tag), 1))["id"]
        person = self._ask("POST", "/people", {"name": f"Person {uuid4()}"}, key=str(uuid4()))
        self.memory.records.append(Record(f"/people/{person['id']}", person))
        at = f"/engagements/{self._host}/participants"
        made = self._ask("POST", at, {"person": person["id"]}, key=str(uuid4()))
        self.memory.records.append(Record(f"{at}/{made['id']}", made))

    def change(self) -> None:
        if record := self._own():
            self._write(record, "PATCH", {"summary": f"Changed to {uuid4()}", "partners": self._partners()})

    def withdraw(self) -> None:
        if (record := self._own()) and self.draw.random() < 0.5:
            self._write(record, "DELETE", None)

    def _own(self) -> Record | None:
        able = [each for each in self.memory.records if each.may_change]
        return self.draw.choice(able) if able else None

    def _write(self, record: Record, method: str, patch: Any) -> None:
        try:
            answer = self._ask(method, record.path, patch, version=record.read["version"])
        except Unanswered:
            record.doubt = (method, patch)
            raise
        if method == "DELETE":
            record.withdrawn = True
        else:
            record.read = answer

    def _creation(self, path: str, made: Callable[[str], Any], number: int) -> Creation:
        tag = str(uuid4())
        return Creation(path, made(tag), str(uuid4()), tag, number)

    def _sent(self, creation: Creation) -> Any:
        try:
            return self._ask("POST", creation.path, creation.document, key=creation.key)
        except Unanswered:
            self.memory.doubtful.append(creation)
            raise

    def _partners(self) -> list[Any]:
        return [{"partner": code, "role": "participant"} for code in self.draw.sample(PARTNERS, 3)]

    def _document(self, kind: str, tag: str) -> dict[str, Any]:
        day = f"20{self.draw.randint(20, 35)}-{self.draw.randint(1, 12):02}-{self.draw.randint(1, 28):02}"
        usual = {"title": f"Written under fire {uuid4()}", "starts_on": day, "partners": self._partners()}
        return usual | {"tags": [tag, "fault"], "summary": "Talanoa " * self.draw.randint(1, 300)} | KINDS[kind]

    def _ask(self, method: str, path: str, body: Any, *, key: str | None = None, version: int | None = None) -> Any:
        """The answer, or None if it has no content. Raises Unanswered."""
        headers = {} if key is None else {"idempotency-key": key}
        headers |= {} if version is None else {"if-match": f'"{version}"'}
        try:
            answer = self.caller.client.request(method, path, json=body, headers=headers)
        except httpx.TransportError as error:
            raise Unanswered from error
        if answer.status_code in {503, 507}:
            self._refused(answer)
            raise Unanswered
        if not answer.is_success:
            self.memory.wrong.append(f"{method} {path}: {answer.status_code} {answer.text}")
            raise Unanswered
        self.memory.acknowledged += 1
        return answer.json() if answer.content else None

    def _refused(self, answer: httpx.Response) -> None:
        full = answer.status_code == httpx.codes.INSUFFICIENT_STORAGE
        try:
            problem(answer, answer.status_code)
            assert full or int(answer.headers["retry-after"]) > 0
        except (AssertionError, KeyError) as error:
            self.memory.wrong.append(f"{answer.status_code} that is none: {error!r} {answer.headers} {answer.text}")
        self.memory.without_room += full
        self.memory.refused += not full


class Crew:
    """Writers who begin and stop together."""

    def __init__(self, root: str, secret: str, *, number: int, seed: int) -> None:
        self.writers = [Writer(root, secret, seed * 1000 + each) for each in range(number)]
        for each in self.writers:
            each.start()

    def stop(self) -> list[Memory]:
        for each in self.writers:
            each.enough.set()
        for each in self.writers:
            each.join(60)
            assert not each.is_alive()
            if each.died is not None:
                raise each.died
        return [each.memory for each in self.writers]

    def acknowledged(self) -> int:
        return sum(each.memory.acknowledged for each in self.writers)

    def without_room(self) -> int:
        return sum(each.memory.without_room for each in self.writers)

    def until_acknowledged(self, more: int) -> None:
        """Waits until so many more writes were acknowledged."""
        self._until_more(self.acknowledged, more)

    def until_without_room(self, more: int) -> None:
        """Waits until so many more writes were refused since there is no room."""
        self._until_more(self.without_room, more)

    def _until_more(self, counted: Callable[[], int], more: int) -> None:
        goal, deadline = counted() + more, time.monotonic() + 60
        while counted() < goal:
            assert time.monotonic() < deadline, f"{counted.__name__}: there are no more."
            assert all(each.is_alive() for each in self.writers)
            time.sleep(0.01)

"""The sample data: all of it, nothing invented, and never twice."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from app.access.actor import system
from app.access.register import Register
from app.access.work import writing_as
from app.config import Settings
from app.exchange.importing import import_table
from app.exchange.sample import FILES, load_sample, principals
from app.exchange.tables import read_table
from support.client import Api
from support.databases import Databases, settings_for


@dataclass(frozen=True)
class Loaded:
    """A database with the sample data, and what loading it said."""

    url: str
    made: dict[str, int]


@pytest.fixture(scope="module")
def loaded(source: Databases) -> Iterator[Loaded]:
    with source.copy() as url:
        register = Register(settings_for(url))
        made = load_sample(register)
        register.close()
        yield Loaded(url, made)


@pytest.fixture
def settings(loaded: Loaded) -> Settings:
    """The settings of the register with the sample data; these tests share it, and leave it as it was."""
    return settings_for(loaded.url)


def found(api: Api, path: str, **params: object) -> list[str]:
    return [each["external_ref"] for each in api.items(path, limit=200, **params)]


def test_all_of_it_is_there(loaded: Loaded, api: Api) -> None:
    assert {name: loaded.made[name] for name in ("engagements", "institutions", "posts", "priorities")} == {
        "engagements": 150,
        "institutions": 31,
        "posts": 38,
        "priorities": 15,
    }
    kinds = Counter(each["kind"] for each in api.items("/engagements", limit=200))
    assert kinds == {"bilateral_talks": 18, "visit": 33, "dialogue": 34, "exercise": 36, "deployment": 29}


def test_a_second_time_nothing_happens(register: Register, stored: Callable[[], dict[str, int]]) -> None:
    before = stored()
    assert not any(load_sample(register).values())
    assert stored() == before


def test_what_somebody_changed_stays_changed(register: Register, api: Api) -> None:
    (visit,) = api.items("/visits", external_ref="ENG-005")
    (other,) = api.items("/visits", external_ref="ENG-007")
    api.change(f"/visits/{visit['id']}", {"title": "Another title"})
    assert api.delete(f"/visits/{other['id']}").status_code == 204
    load_sample(register)
    assert api.read(f"/visits/{visit['id']}")["title"] == "Another title"
    assert api.read(f"/visits/{other['id']}")["archived"] is True
    api.change(f"/visits/{visit['id']}", {"title": visit["title"]})
    assert api.post(f"/visits/{other['id']}/restore").status_code == 200


def test_deployments_without_an_end_go_on(api: Api) -> None:
    (untso,) = api.items("/deployments", external_ref="ENG-001")
    assert (untso["ends_on"], untso["status"]) == (None, "in_progress")
    assert (untso["mission"], untso["mandate"], untso["personnel_deployed"]) == ("UNTSO", "un", 8)
    assert untso["summary"].endswith("Source: Inside Government NZ, 2024; UrduPoint/Sputnik, 3 August 2020")
    (patrols,) = api.items("/deployments", external_ref="ENG-044")
    assert patrols["mission"] is None  # supports UN sanctions; no mission of the United Nations


def test_what_is_announced_is_planned(api: Api) -> None:
    (kakadu,) = api.items("/exercises", external_ref="ENG-149")
    assert (kakadu["status"], kakadu["date_precision"]) == ("planned", "year")


def test_exercises_with_australia_in_2024(api: Api) -> None:
    refs = found(api, "/exercises", partner="AU", during_from="2024-01-01", during_to="2024-12-31")
    assert sorted(refs) == ["ENG-111", "ENG-120"]


def test_forums_are_institutions_or_series(api: Api) -> None:
    assert "ENG-014" in found(api, "/dialogues", forum="ADMM-PLUS")
    assert "ENG-019" in found(api, "/dialogues", forum="shangri-la-dialogue")
    assert "ENG-033" in found(api, "/dialogues", forum="FPDA", format="ministerial")


def test_people_take_part_in_the_office_that_is_named(api: Api) -> None:
    (person,) = api.items("/people", q="Esper")
    (visit,) = api.items("/visits", person=person["id"])
    assert (visit["external_ref"], visit["direction"]) == ("ENG-049", "inbound")
    assert (visit["principal"], visit["principal_office"]) == (person["id"], "US Secretary of Defense")
    (participant,) = api.items(f"/visits/{visit['id']}/participants")
    assert (participant["side"], participant["office_title"]) == ("partner", "US Secretary of Defense")
    assert api.items("/appointments") == []  # no source gives the days on which offices changed hands


def test_two_principals_are_two_participants(api: Api) -> None:
    (talks,) = api.items("/bilateral-talks", external_ref="ENG-053")
    participants = api.items(f"/bilateral-talks/{talks['id']}/participants")
    assert {each["office_title"] for each in participants} == {"Chief of Defence Force", "Secretary of Defence"}
    assert (talks["hosted_by"], talks["level"]) == ("home", "principal")


def test_institutions_have_their_members(api: Api) -> None:
    asean = api.read("/institutions/ASEAN")
    east_timor = next(each for each in asean["members"] if each["partner"] == "TL")
    assert (east_timor["role"], east_timor["since"]) == ("member", "2025-10-26")
    admm = api.read("/institutions/admm-plus")
    assert {"partner": "TL", "role": "to_confirm"}.items() <= admm["members"][-1].items()
    arf = api.read("/institutions/ARF")
    assert arf["members"][-1]["name"] == "European Union"
    assert "NZ" not in {each["partner"] for each in api.read("/institutions/AUKUS")["members"]}


def test_posts_say_what_is_not_known(api: Api) -> None:
    (delhi,) = api.items("/posts", q="Delhi")
    assert {"partner": "IN", "kind": "defence"} in delhi["accreditations"]
    assert delhi["has_defence_staff"] is True
    (paris,) = api.items("/posts", q="Paris")
    assert paris["has_defence_staff"] is None


def test_priorities_have_their_standing(api: Api) -> None:
    standing = {each["code"]: each["status"] for each in api.items("/priorities")}
    assert (standing["PRI-01"], standing["PRI-07"], standing["PRI-13"]) == ("being_updated", "current", "superseded")


def test_the_same_file_imported_changes_nothing(register: Register) -> None:
    from app.exchange.sample import _text  # noqa: PLC0415 - the very file that was loaded

    table = read_table(_text("engagements.csv").encode())
    with writing_as(register, system("test"), "test") as work:
        report = import_table(work, table)
    assert (report.created, report.updated, report.unchanged, report.rejected) == (0, 0, 150, 0)


def test_its_sources_are_in_the_package() -> None:
    from app.exchange.sample import _FOLDER  # noqa: PLC0415

    assert all((_FOLDER / name).is_file() for name in FILES)


def test_only_people_with_a_name_are_people() -> None:
    text = "Minister of Defence (Judith Collins); Chief of Defence Force (Tony Davies)"
    assert principals(text) == [("Minister of Defence", "Judith Collins"), ("Chief of Defence Force", "Tony Davies")]
    assert principals("Minister of Defence") == []

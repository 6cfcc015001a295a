"""Partners of both types at one address."""

from app.access.register import Register
from app.access.work import writing_as
from support.client import Api
from support.documents import Documents


def test_an_institution_is_changed_among_the_partners_without_losing_its_members(
    api: Api, documents: Documents
) -> None:
    made = api.make("/institutions", documents.of("institutions") | {"members": [{"partner": "AU"}]})
    changed = api.change(f"/partners/{made['code']}", {"note": "Met in Suva"})
    assert changed == api.read(f"/institutions/{made['code']}")
    assert (changed["note"], [each["partner"] for each in changed["members"]]) == ("Met in Suva", ["AU"])
    assert api.items(f"/partners/{made['code']}/history")[0]["changes"] == {"note": [None, "Met in Suva"]}
    assert api.delete(f"/partners/{made['code']}").status_code == 204
    assert api.post(f"/partners/{made['code']}/restore").json()["members"] == changed["members"]


def test_a_partner_of_either_type_is_made_among_the_partners(api: Api) -> None:
    for partner_type, code in (("country", "XK"), ("institution", "JPMG")):
        made = api.make("/partners", {"code": code, "name": code, "partner_type": partner_type})
        assert made["partner_type"] == partner_type
    assert api.read("/institutions/JPMG")["members"] == []
    assert api.get("/institutions/XK").status_code == 404


def test_the_operator_sees_markings_made_meanwhile(api: Api, documents: Documents, register: Register) -> None:
    from app.access.actor import system  # noqa: PLC0415 - only here

    api.make("/visits", documents.of("visits") | {"classification": "SENSITIVE", "endorsements": ["POLICY"]})
    with writing_as(register, system("operator"), "test") as work:
        assert len(work.markings) == register.markings.count

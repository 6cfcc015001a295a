"""A request for two papers on maritime security."""

import pytest
from releasing import BODY, Release, paper

from support.client import Api
from support.days import one_day  # noqa: F401 - a fixture


@pytest.fixture
def release(api: Api) -> Release:
    papers = [
        paper(api, "A third year of training", body=BODY),
        paper(api, "Maritime security in the Pacific", body="Nothing that is not known.", summary="In short: little."),
    ]
    request = {"title": "Maritime security", "received_on": "2026-11-02", "requester": "A member of the public"}
    record = api.make("/information-requests", request)
    at = f"/information-requests/{record['id']}/documents"
    scope = [api.make(at, {"record": each["id"]}) for each in papers]
    return Release(api, record, papers, scope)

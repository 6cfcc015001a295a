"""Variables that look like settings and are none: a slip in a name would pass unnoticed, and its value not count."""

import os
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from dotenv import dotenv_values

from app.config import Settings

PREFIX = "TRACKER_"
OTHERS = frozenset({"TRACKER_PORT", "TRACKER_TEST_SERVER"})
"""Read by `compose.yaml`, and by the tests."""

KNOWN = frozenset(f"{PREFIX}{name.upper()}" for name in Settings.model_fields)


def unknown_settings() -> Iterator[str]:
    """What to say of each variable of the environment, or of `.env`, that begins as settings do and is none."""
    file = Path(str(Settings.model_config.get("env_file")))
    names = {*os.environ, *(dotenv_values(file) if file.exists() else ())}
    for name in sorted(each for each in names if each.upper().startswith(PREFIX)):
        if name.upper() in KNOWN | OTHERS:
            continue
        near = get_close_matches(name.upper(), KNOWN, 1, cutoff=0.8)
        yield f"{name} is no setting and counts for nothing" + (f"; {near[0]} is one" if near else "")

"""The test server must not outlive the tests, however they end."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from .postgres import ENVIRONMENT_VARIABLE

OWNER = """
import sys, time
from pathlib import Path
from support.postgres import find_or_start
print(find_or_start(Path(sys.argv[1])).url, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(ENVIRONMENT_VARIABLE in os.environ, reason="the server given is not ours to stop")
def test_a_killed_run_leaves_no_server_and_no_files() -> None:
    directory = Path(tempfile.mkdtemp(prefix="register-pg-"))
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(directory)], stdout=subprocess.PIPE, text=True, env=environment
    ) as owner:
        assert owner.stdout is not None
        url = owner.stdout.readline().strip()
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        owner.kill()
    deadline = time.monotonic() + 30
    while directory.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not directory.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=2)

"""A database that somebody else holds."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

from sqlalchemy import make_url

from app.access.register import Register


@contextmanager
def file_held(register: Register, seconds: float) -> Iterator[None]:
    """Another connection holds the file's write lock for so long, or to the end of the block."""
    with closing(sqlite3.connect(str(make_url(register.database.url).database), check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        timer = threading.Timer(seconds, other.rollback)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()

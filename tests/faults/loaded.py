"""What a process has done already from which servers are forked: to load modules and build routes takes seconds.

A server begins with its settings and its database, as one does that was started from a shell.
"""

from functools import cache

import reckoning as reckoning  # noqa: PLC0414 - loaded, for those who are forked
import rounds as rounds  # noqa: PLC0414 - as above

from app import main
from app.cli import main as command
from app.commands import serving as serving  # noqa: PLC0414 - as above

main.api_routes = cache(main.api_routes)  # type: ignore[assignment] - the same for every register
main.api_routes()

__all__ = ["command"]

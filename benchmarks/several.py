"""Serves an application by several processes, on a socket such as `tracker serve` has.

python several.py app.process:application --factory --port 8000 --workers 2
"""

import argparse
import sys
from pathlib import Path

import uvicorn
from uvicorn.supervisors import Multiprocess

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.commands.serving import bound


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("application")
    parser.add_argument("--factory", action="store_true")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--workers", type=int, required=True)
    options = parser.parse_args()
    config = uvicorn.Config(
        options.application,
        factory=options.factory,
        port=options.port,
        workers=options.workers,
        access_log=False,
        log_level="warning",
    )
    Multiprocess(config, sockets=[bound(config)]).run()


if __name__ == "__main__":
    main()

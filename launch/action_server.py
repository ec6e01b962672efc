"""The action server, on this machine only: `python -m launch.action_server PORT [PACKAGE]`."""

from __future__ import annotations

import logging
import os
import sys

from launch.quiet import hush
from launch.tether import tether_to_launcher


def main(port: int, package: str) -> None:
    """Serves the actions of `package` on 127.0.0.1 until it is ended."""
    tether_to_launcher()
    os.environ["SANIC_HOST"] = "127.0.0.1"
    hush()
    from rasa_sdk import utils
    from rasa_sdk.endpoint import run

    level = os.environ.get("LOG_LEVEL", "WARNING")
    utils.configure_colored_logging(level)
    logging.getLogger("rasa_sdk").setLevel(level)
    utils.update_sanic_log_level()
    run(package, port=port, cors_origins=[])


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "actions")

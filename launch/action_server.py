"""The action server, on this machine only: `python -m launch.action_server PORT [PACKAGE]`."""

from __future__ import annotations

import logging
import os
import sys

from launch.quiet import hush
from launch.tether import tether_to_launcher
from traces import kind_and_place


def without_words(record: logging.LogRecord) -> bool:
    """Leaves of an exception in a log line its kind and its place: its words may be a person's."""
    if record.exc_info and record.exc_info[1] is not None:
        record.msg, record.args = "An action failed: %(error)s at %(place)s", (kind_and_place(record.exc_info[1]),)
        record.exc_info = record.exc_text = None
    return True


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
    logging.getLogger("rasa_sdk.endpoint").addFilter(without_words)
    run(package, port=port, cors_origins=[])


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "actions")

"""Rasa's command line, `rasa_fixes` applied first: `python -m launch.rasa_server run|train|shell|test ...`.

The HTTP API's token comes from RASA_TOKEN, not from an argument that every user of the machine could read.
"""

from __future__ import annotations

import os
import sys

from launch.quiet import hush
from launch.tether import tether_to_launcher


def apply_fixes() -> None:
    """Mends Rasa's slow and weak places. Must come before anything of Rasa is imported."""
    import rasa_fixes

    rasa_fixes.apply()


def main(arguments: list[str]) -> None:
    """Runs Rasa's command line with `arguments`; exits as it does."""
    tether_to_launcher()
    hush()
    apply_fixes()
    from rasa.__main__ import main as rasa_main

    if arguments[:1] == ["shell"]:
        from launch.gated_shell import install

        install()
    if "--enable-api" in arguments:
        arguments = [*arguments, f"--auth-token={os.environ['RASA_TOKEN']}"]  # it may begin with a dash
    sys.argv = ["rasa", *arguments]
    rasa_main()


if __name__ == "__main__":
    main(sys.argv[1:])

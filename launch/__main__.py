"""`python -m launch run|api|shell|train|actions [--with-parent]`."""

from __future__ import annotations

import argparse
import os
import sys

import rasa_fixes
import settings as project_settings
import settings_file
from launch import model
from launch.assistant import Assistant, say
from launch.tether import tether_to
from launch.trouble import LaunchError

NO_TOKEN = """RASA_TOKEN is not set. The HTTP API lets its caller read and change every conversation, so it
needs a secret. Choose one and give it with every call:
    RASA_TOKEN=$(python3 -c 'import secrets; print(secrets.token_urlsafe(32))') make api
or keep it in .env as RASA_TOKEN=..."""


def main() -> int:
    """Exit status 0 after a proper end, 1 with a message when something is in the way."""
    parser = argparse.ArgumentParser(prog="python -m launch", description=__doc__)
    parser.add_argument("command", choices=["run", "api", "shell", "train", "actions"])
    parser.add_argument(
        "--with-parent", action="store_true", help="end when the process that started this ends"
    )
    arguments = parser.parse_args()
    if arguments.with_parent:
        tether_to(os.getppid())
    root = project_settings.ROOT
    try:
        return launch(arguments.command, root)
    except (LaunchError, project_settings.SettingError, settings_file.NoSetting) as error:
        print(f"\n[neckwise] CANNOT GO ON: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def launch(command: str, root: project_settings.Path) -> int:
    """Does `command`. Raises LaunchError or SettingError when something is in the way."""
    settings_file.apply(root / ".env")
    given = dict(os.environ)
    if "actions_inside" in rasa_fixes.switched_off():
        given["ACTIONS_APART"] = "true"  # stock Rasa runs no actions of its own
    settings = project_settings.load(given)
    environment = project_settings.as_environment(settings)
    (root / "var").mkdir(exist_ok=True)
    if command == "actions":
        from launch.action_server import main as serve_actions

        os.environ.update(environment)
        serve_actions(settings.actions_port, "actions")
        return 0
    if command == "api" and not settings.rasa_token:
        raise LaunchError(NO_TOKEN)
    if command == "train":
        present = model.path_of(root).exists()
        trained = model.ensure(root, environment, say)
        say(
            f"Nothing to train: {trained.name} is up to date"
            if present
            else f"The model is models/{trained.name}"
        )
        return 0
    # A taken port is said before minutes of training, not after.
    Assistant(root, settings, root, api=command == "api").check_ports(shell=command == "shell")
    assistant = Assistant(root, settings, model.ensure(root, environment, say), api=command == "api")
    if command == "shell":
        return assistant.shell()
    assistant.serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())

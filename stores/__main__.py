"""For operators: `python -m stores list | export SENDER | delete SENDER | purge [DAYS]`.

Works on the database that the settings name (in the environment or in `.env`), beside a running server.
"""

from __future__ import annotations

import argparse
import sys
import time

import settings
import settings_file
from stores.conversations import Conversations
from stores.database import open_engine
from stores.journal import Journal, journal_path


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; 0 if it did something, 1 if there was no such conversation, 2 where a setting is wrong."""
    try:
        settings_file.apply(settings.ROOT / ".env")
        wanted = settings.load()
    except (settings.SettingError, settings_file.NoSetting) as error:
        print(f"CANNOT GO ON: {error}", file=sys.stderr)
        return 2
    parser = argparse.ArgumentParser(prog="python -m stores", description="Conversations for operators.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, does in (("delete", "delete all that is kept of a person"), ("export", "print a conversation")):
        commands.add_parser(name, help=does).add_argument("sender", help="the conversation's id")
    commands.add_parser("list", help="print the ids of all conversations")
    purge = commands.add_parser("purge", help="delete conversations without a message for DAYS days")
    purge.add_argument("days", nargs="?", type=int, default=wanted.retention_days)
    given = parser.parse_args(arguments)

    conversations = Conversations(open_engine(wanted.database_url))
    if given.command == "list":
        for sender in conversations.senders():
            print(sender)
        return 0
    if given.command == "purge":
        print(f"{conversations.purge(time.time() - given.days * 86_400)} conversations deleted.")
        return 0
    if given.command == "delete":
        waiting = Journal(journal_path(wanted.database_url)).delete(given.sender)
        found = conversations.delete(given.sender) or waiting
        print("Deleted." if found else "There is no such conversation.")
        return 0 if found else 1
    from stores.export import as_lines

    lines = as_lines(conversations, given.sender)
    if lines is None:
        print("There is no such conversation.", file=sys.stderr)
        return 1
    sys.stdout.writelines(lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())

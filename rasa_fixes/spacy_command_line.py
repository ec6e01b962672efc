"""Stock: importing spaCy imports its command line, with downloads, projects and templates.

`spacy/__init__.py` takes one function from there, `info`. Here the command line comes when that is called, or any other
part of it is imported. A tenth of a second of every start.
"""

from __future__ import annotations

from rasa_fixes.stand_ins import Postponed

COMMAND_LINE = {"spacy.cli": (), "spacy.cli.info": ("info",)}


def apply() -> None:
    Postponed(COMMAND_LINE, packages=("spacy.cli",)).put_off()
